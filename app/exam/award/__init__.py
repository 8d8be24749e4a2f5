"""From a paper to its mark and grade."""
