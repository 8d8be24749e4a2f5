"""What an item, a framework, a blueprint and an exam are: frozen documents and the checks on them."""
