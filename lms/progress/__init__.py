"""How far: what has been opened, where to resume, what completes a module."""
