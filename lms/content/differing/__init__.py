"""A folder beside what is published: which files differ, and how."""
