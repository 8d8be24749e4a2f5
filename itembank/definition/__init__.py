"""Whether an exam can be run with its bank: constraints, feasibility, advice."""
