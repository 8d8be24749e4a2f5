"""The first form of an item's document: what it was answered by stood among its own fields.

Documents in that form are read for ever, and hashes are over it where it can say the same.
"""

from collections.abc import Mapping
from typing import Any, TypeGuard

Content = Mapping[str, Any]
SINGLE_CHOICE = ("options", "key", "shuffle")


def is_first_form(given: object) -> TypeGuard[Content]:
    """Say whether a document is of the first form."""
    if not isinstance(given, Mapping) or "interaction" in given:
        return False
    return not given.keys().isdisjoint(SINGLE_CHOICE)


def from_first_form(given: Content) -> Content:
    """Return a document as it is written now."""
    rest = {name: value for name, value in given.items() if name not in SINGLE_CHOICE}
    asked = {name: given[name] for name in SINGLE_CHOICE if name in given}
    return {**rest, "interaction": {"kind": "single_choice", **asked}}


def to_first_form(content: Content) -> Content:
    """Return a document of now in its first form."""
    rest, asked = {**content}, {**content["interaction"]}
    if asked.pop("kind") != "single_choice":
        return content
    del rest["interaction"]
    return {**rest, **asked}
