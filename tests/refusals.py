"""What a refusal says, where a test cares for the words and not only for the class."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

from app.errors import ExamError
from app.web.words.errors import sentence_of

E = TypeVar("E", bound=ExamError)


@contextmanager
def refuses(kind: type[E], *, match: str) -> Iterator[pytest.ExceptionInfo[E]]:
    """Expect a refusal of a kind whose sentence holds a pattern, as pytest.raises does."""
    with pytest.raises(kind) as caught:
        yield caught
    told = sentence_of(caught.value)
    assert re.search(match, told), f"{match!r} is not in {told!r}"
