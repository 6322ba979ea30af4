"""What a manager earned, on paper, and how anybody can see that it is real."""
