"""Grading a window, and releasing its results."""
