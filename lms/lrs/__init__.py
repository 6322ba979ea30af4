"""The embedded Learning Record Store: xAPI over HTTP, with its own database; it knows nothing of courses."""
