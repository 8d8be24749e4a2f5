"""What may be seen of a sitting, a window and a result, and by whom."""
