"""Cares: a course runtime and learning-management plug-in for people who manage people."""
