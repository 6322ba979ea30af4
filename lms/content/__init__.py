"""What is taught: a bundle of files becomes an immutable module, or a list of problems with file and line."""
