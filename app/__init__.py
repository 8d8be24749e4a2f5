"""Adept: where HTTP, database transactions and time meet."""
