"""Who: people, sites, roles, permissions, signing in."""
