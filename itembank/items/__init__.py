"""What an item is, and what a careful reviewer checks in it."""
