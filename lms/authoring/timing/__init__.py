"""Publishing a draft at a set time."""
