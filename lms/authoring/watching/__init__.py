"""Files that someone edits on their own computer come into the draft as they are saved."""
