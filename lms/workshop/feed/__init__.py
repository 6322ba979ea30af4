"""One's own sessions as a calendar that others subscribe to, at a secret address."""
