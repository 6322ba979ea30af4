"""Pages to print and keep: tagged, accessible PDF."""
