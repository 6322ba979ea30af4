"""If-then plans, and things to do on shift."""
