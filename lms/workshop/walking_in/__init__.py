"""Somebody is there who did not book: the facilitator finds them by name, and they take a free place."""
