"""Several Learning Record Stores: the commands and what they do."""
