"""Writing a page, block by block."""
