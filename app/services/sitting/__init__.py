"""Signing in, sitting a paper, and what a candidate is shown."""
