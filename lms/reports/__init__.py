"""What those who lead a programme see of many people, and never of one."""
