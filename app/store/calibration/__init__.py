"""Calibration runs and what was accepted."""
