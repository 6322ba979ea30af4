"""The pictures, sounds and films of a draft: what there is, where it is used, and how it gets in and out."""
