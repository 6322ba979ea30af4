"""Questions that come from other systems into a draft, and go out to them: by command and in the browser."""
