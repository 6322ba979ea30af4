"""Stores beside the main one: added, filled with what was written before, closed, taken away."""
