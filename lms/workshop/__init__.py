"""Facilitated sessions: a calendar event with places and a waiting list, attendance, and what it replaces."""
