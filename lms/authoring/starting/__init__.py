"""New modules, from a template or a copy, and their place in the programme."""
