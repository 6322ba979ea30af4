"""What machines ask: whether a process lives, whether it can serve, and how the installation stands in figures."""
