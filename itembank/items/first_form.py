"""The first form of an item's document: of one framework, not named, and with one best answer.

Documents of that form are read for ever, and hashes are over it where it can say the same.
"""

from collections.abc import Mapping
from typing import Any, TypeGuard

Content = Mapping[str, Any]
FRAMEWORK = "fe55a0ee-2765-5390-a51c-b4fbc102361d"
"""The framework that shipped when items did not name theirs: there was no other."""
PLACE = {"code": "criterion", "topic": "topic"}
SINGLE_CHOICE = ("options", "key", "shuffle")


def is_first_form(given: object) -> TypeGuard[Content]:
    """Say whether a document is of the first form."""
    return isinstance(given, Mapping) and given.keys().isdisjoint({"tags", "interaction"})


def from_first_form(given: Content, framework: str) -> Content:
    """Return a document as it is written now; its criterion is one of `framework`."""
    gone = {*PLACE.values(), *SINGLE_CHOICE}
    place = {name: given[old] for name, old in PLACE.items() if old in given}
    asked = {name: given[name] for name in SINGLE_CHOICE if name in given}
    return {
        **{name: value for name, value in given.items() if name not in gone},
        "tags": [{"framework": framework, **place}],
        "interaction": {"kind": "single_choice", **asked},
    }


def to_first_form(content: Content) -> Content:
    """Return as much of a document of now in the first form as can be said in it."""
    said = {**content}
    if [tag["framework"] for tag in said["tags"]] == [FRAMEWORK]:
        tag = said.pop("tags")[0]
        said |= {old: tag[name] for name, old in PLACE.items()}
    if said["interaction"]["kind"] == "single_choice":
        asked = said.pop("interaction")
        said |= {name: asked[name] for name in SINGLE_CHOICE}
    return said
