"""Figures of speed and precision, beside peers and floors, as ratios."""
