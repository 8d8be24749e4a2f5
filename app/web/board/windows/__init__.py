"""Windows, their sittings, results and exposure, and decisions on them."""
