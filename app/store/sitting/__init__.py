"""Sittings and their events."""
