"""Two states of a module side by side, in words: what was taken out, what was put in."""
