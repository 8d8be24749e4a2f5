"""Windows of exams."""
