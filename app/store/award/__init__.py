"""Results of sittings."""
