"""How managers see themselves, for themselves alone."""
