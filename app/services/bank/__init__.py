"""The starter data, exams and their versions, and the suspension of items."""
