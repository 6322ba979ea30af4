"""Who takes what: registrations, and whether a module is open to a person."""
