"""What a team says of its manager without names, and what the manager alone is told of it."""
