"""What an item, a framework, a blueprint and an exam are: frozen documents, and their checks."""
