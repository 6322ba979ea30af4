"""People's data: what is kept of whom, a copy for them, an end to it, and who looked."""
