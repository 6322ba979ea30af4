"""Telling people by mail what is new of a session that they asked for a place in, once."""
