"""The list of people as an organisation has it: a CSV file, read whole or not at all, as often as one likes."""
