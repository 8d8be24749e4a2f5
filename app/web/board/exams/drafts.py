"""A blueprint that has been typed and not yet saved, carried in an address from page to page."""

import base64
import binascii
import zlib
from typing import Annotated

from pydantic import Field, ValidationError

from app.errors import NotFound, Refused
from itembank.blueprint.blueprint import Blueprint
from itembank.document import Document
from itembank.exams import AdaptivePaper, ExamDefinition, ExposureControl, FixedForm, RandomPaper

# Servers and proxies take an address of about 8,000 characters.
LONGEST = 6000
MOST_BYTES = 500_000


class Draft(Document):
    """What the form of a blueprint gives, for one version of an exam."""

    version: int = Field(ge=2)
    paper: Annotated[AdaptivePaper | RandomPaper | FixedForm, Field(discriminator="kind")]
    blueprint: Blueprint
    exposure: ExposureControl

    def on(self, exam: ExamDefinition) -> ExamDefinition:
        """Return the exam version that the draft makes of the one before it."""
        return ExamDefinition.model_validate(
            exam.model_dump(mode="json") | self.model_dump(mode="json")
        )


def packed(exam: ExamDefinition) -> str:
    """Return an exam's draft as a word for an address; raise Refused if it is too long."""
    draft = Draft(
        version=exam.version, paper=exam.paper, blueprint=exam.blueprint, exposure=exam.exposure
    )
    text = draft.model_dump_json(exclude_none=True)
    word = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
    if len(word) > LONGEST:
        raise Refused(
            "This blueprint names too many items for the form. Write it to a file with "
            f"`adept exam show {exam.code} --json`, change it there, and save it with "
            "`adept exam save FILE --next`."
        )
    return word


def unpacked(word: str) -> Draft:
    """Return the draft of an address; raise NotFound if it is damaged."""
    try:
        whole = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
        text = zlib.decompressobj().decompress(whole, MOST_BYTES)
        return Draft.model_validate_json(text)
    except (binascii.Error, zlib.error, ValidationError, ValueError) as exc:
        raise NotFound("draft of a blueprint", f"{word[:20]}...") from exc
