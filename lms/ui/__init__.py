"""What every page has: its frame, form fields, look, files, error pages and security headers."""
