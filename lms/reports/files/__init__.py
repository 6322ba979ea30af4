"""Reports that take long to make as files: made beside the web, and fetched by whoever asked."""
