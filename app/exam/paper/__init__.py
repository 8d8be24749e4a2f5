"""Which items a candidate is given: edition, delivery, trial items, and how often each is met."""
