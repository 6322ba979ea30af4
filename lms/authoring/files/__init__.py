"""Changing the files of a bundle so that all that was not changed stays as it was, byte for byte."""
