"""A whole module that comes as a zip, and becomes the draft byte for byte."""
