"""Simulations that were kept."""
