"""What a paper must hold, as data and in words."""
