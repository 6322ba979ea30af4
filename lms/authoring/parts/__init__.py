"""Writing what has a form: questions, stories, sources, what a module is."""
