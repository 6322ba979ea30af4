"""What the standard demands of statements and parameters, as tables of small pure checks."""
