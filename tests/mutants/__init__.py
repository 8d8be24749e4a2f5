"""Planted faults: does a test notice? `make mutants` samples them, and says which none noticed."""
