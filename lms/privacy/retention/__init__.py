"""How long what is kept: carried out by the relay and by `lms retention`."""
