"""The organisation: its sites in a tree, its job groups, and who worked where as what, from when to when."""
