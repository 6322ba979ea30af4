"""Questions of what was learned before, asked again: in the warm-up of a later module, and weeks afterwards."""
