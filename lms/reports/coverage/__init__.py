"""How many of whom have completed: by site, job group, module and month."""
