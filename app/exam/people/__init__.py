"""Candidates and staff, and how they are named."""
