"""The state of an item in the bank: what it may be given for. It is no part of its content."""

from enum import StrEnum


class ItemState(StrEnum):
    """How far an item has come, from being written to being given no more."""

    DRAFT = "draft"
    PRETEST = "pretest"
    LIVE = "live"
    RETIRED = "retired"

    def may_be_given(self, *, on_trial: bool) -> bool:
        """Say whether new papers may hold an item: scored if it is live, on trial before that."""
        return self is ItemState.LIVE or (on_trial and self is ItemState.PRETEST)
