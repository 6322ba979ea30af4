"""Private writing: reflections, recall and practice, sealed for their author alone, kept with their history."""
