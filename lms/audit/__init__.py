"""Who looked at or changed another person's record: a list that only ever grows."""
