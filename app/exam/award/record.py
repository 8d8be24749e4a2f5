"""The record of a result: its award stands in it as a mark and a band, the outcome's code."""

from dataclasses import asdict

from pydantic import TypeAdapter
from pydantic_core import from_json

from app.exam.award.award import recorded_award
from app.exam.award.grading import Result
from itembank.schemes import Scheme

_RESULT = TypeAdapter(Result)


def record_of(result: Result) -> dict[str, object]:
    """Return a result as it is kept, and as machines are told it."""
    rest = asdict(result)
    del rest["award"]
    return {"mark": result.award.mark, "band": result.award.outcome, **rest}


def read_record(text: str, scheme: Scheme) -> Result:
    """Return a kept result; the scheme is that of the exam version it was graded for."""
    rest = from_json(text)
    award = recorded_award(scheme, rest.pop("band"), rest.pop("mark"))
    return _RESULT.validate_python({**rest, "award": asdict(award)})
