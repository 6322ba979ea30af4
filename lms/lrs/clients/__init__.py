"""Keys with scopes, for programs other than the one that the store was made for."""
