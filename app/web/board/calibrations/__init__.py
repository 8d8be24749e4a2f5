"""Calibration runs and their items."""
