"""Response: what was chosen for an item, and the form in which records hold it."""

from collections.abc import Iterable
from typing import Annotated, NewType

from pydantic import BeforeValidator, PlainSerializer

OptionId = NewType("OptionId", str)

Response = tuple[OptionId, ...]
"""The options chosen; none is a blank."""
BLANK: Response = ()

Recorded = None | OptionId | tuple[OptionId, ...]


def recorded(response: Response) -> Recorded:
    """Return a response as records hold it: None, one id, or several ids."""
    return response if len(response) > 1 else only_option(response)


def from_record(held: str | Iterable[str] | None) -> Response:
    """Return the response that a record holds."""
    if held is None:
        return BLANK
    return tuple(OptionId(one) for one in ([held] if isinstance(held, str) else held))


def only_option(response: Response) -> OptionId | None:
    """Return the option of a response that has at most one."""
    return response[0] if response else None


RecordedResponse = Annotated[
    Response,
    BeforeValidator(from_record),
    PlainSerializer(recorded, return_type=Recorded),
]
"""A response in a document whose text is part of the record."""
