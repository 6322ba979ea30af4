"""Running an installation: its first start, the parts that serve it, and what may be wrong with it."""
