"""The Statements resource: storing, finding and giving back what happened."""
