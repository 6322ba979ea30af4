"""What measures speed, memory and bytes: `python -m bench`."""
