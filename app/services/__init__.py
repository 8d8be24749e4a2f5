"""One use case a function: load, ask the rules, save. Handlers commit; services do not."""
