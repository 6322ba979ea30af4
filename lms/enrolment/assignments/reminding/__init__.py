"""Mails that remind of what is due: few, within the hours that are set, and never twice for the same thing."""
