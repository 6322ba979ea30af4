"""Changing of whom an assignment asks: another rule, more people, fewer; what it would change is shown first."""
