"""Writing modules in the browser: drafts, an editor over the files that courses are kept in, preview, publishing."""
