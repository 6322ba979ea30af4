"""Branching stories: position, choices, endings, the replay of one decision."""
