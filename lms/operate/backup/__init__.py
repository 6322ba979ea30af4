"""Copies of an installation that are made while it is in use, and the way back."""
