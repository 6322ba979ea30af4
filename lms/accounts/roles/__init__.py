"""Who has which role where: an admin finds a person by address, gives them a role and takes one away."""
