"""Statements written in the same transaction as what they report, until a relay has delivered them."""
