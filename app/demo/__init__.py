"""Simulated people and seasons: a demo exam to try out, and a whole season against its truth."""
