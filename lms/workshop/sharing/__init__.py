"""Showing one reflection to the facilitator of a session, and taking it back."""
