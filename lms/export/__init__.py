"""Files that take long to make: asked for, made beside the web, kept for a day for whoever asked."""
