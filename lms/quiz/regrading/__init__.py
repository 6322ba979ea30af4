"""Marking attempts again after the key to a question was corrected."""
