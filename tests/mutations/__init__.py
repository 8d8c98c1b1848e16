"""Recordings with one thing wrong, and what became of it."""
