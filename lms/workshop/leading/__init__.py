"""Planning sessions, and what their facilitators see of who comes."""
