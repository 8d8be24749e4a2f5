"""Calibrating a window, and accepting what came out."""
