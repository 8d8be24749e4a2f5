"""Exams, their blueprint and their items."""
