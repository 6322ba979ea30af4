"""Questions in and out: the formats of other systems, each read into our items and written from them."""
