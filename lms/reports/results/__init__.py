"""What a module changed, by Kirkpatrick's four levels, in whole groups of people."""
