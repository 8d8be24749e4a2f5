"""Frameworks, items, exams and parameters; exposure and suspensions of items."""
