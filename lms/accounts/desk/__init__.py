"""The page from which whoever has a role goes to what that role is for."""
