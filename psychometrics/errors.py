"""The errors of measurement.

PsychometricsError
├── DataError             values that cannot be measured with: wrong shape, code, range
├── InfeasibleBlueprint   quotas that no paper can meet, with the node and the reason
└── Undecided             time ran out before it was known whether a paper can be made
"""


class PsychometricsError(Exception):
    """Root of every error that psychometrics raises."""


class DataError(PsychometricsError):
    """Values passed in cannot be used; the message says which and why."""


class Undecided(PsychometricsError):
    """It could not be settled in the time given whether any paper meets the constraints."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer within {seconds:g} seconds")
        self.seconds = seconds


class InfeasibleBlueprint(PsychometricsError):
    """No paper can meet the quotas.

    Attributes
    ----------
    node : int
        Index of the node whose quota cannot be met, or -1 for the whole paper.
    reason : str
        A sentence with the figures.
    """

    def __init__(self, node: int, reason: str) -> None:
        super().__init__(node, reason)
        self.node = node
        self.reason = reason

    def __str__(self) -> str:
        """Return the reason, after the place it concerns."""
        place = "the whole paper" if self.node < 0 else f"node {self.node}"
        return f"{place}: {self.reason}"
