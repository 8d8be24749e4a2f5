"""Pure rules of an exam: no clock, no chance, no database."""
