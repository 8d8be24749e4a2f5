"""Simulating an exam, and keeping what was found."""
