"""What is told outside: events become xAPI statements, and a relay carries them to a Learning Record Store."""
