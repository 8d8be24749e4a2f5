"""Simulations of exams, as pages and as a file."""
