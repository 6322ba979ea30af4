"""A draft as learners would see it."""
