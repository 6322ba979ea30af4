"""Having answers marked again after the key to a question was corrected: whose result would change, and deciding it."""
