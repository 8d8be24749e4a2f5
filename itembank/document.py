"""The shape every document shares: frozen, nothing extra, one canonical text and one hash."""

import hashlib
import json
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from itembank.errors import UnreadableDocument
from itembank.text import IDENTIFIER, unfit

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Identifier = Annotated[str, StringConstraints(pattern=f"^{IDENTIFIER}$")]


def canonical(content: object) -> str:
    """Return JSON text that is the same for equal content on any machine."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def why(error: OSError | ValidationError) -> str:
    """Return in one line why a document cannot be read, with the place of the first fault."""
    if isinstance(error, OSError):
        return f"{error.strerror or error}."
    first, *others = error.errors(include_url=False)
    place = ".".join(str(part) for part in first["loc"])
    more = f" (and {len(others)} more)" if others else ""
    return f"{place}: {first['msg']}{more}." if place else f"{first['msg']}{more}."


class Document(BaseModel):
    """A frozen document, read from and written to JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def content_hash(self) -> str:
        """Return the SHA-256 of the canonical text, in hex."""
        text = canonical(self.model_dump(mode="json", by_alias=True))
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the document in `path`; raise UnreadableDocument with the field that is wrong."""
        try:
            made = cls.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as exc:
            raise UnreadableDocument(str(path), why(exc)) from exc
        made.require_seen(str(path))
        return made

    def require_seen(self, source: str) -> None:
        """Raise UnreadableDocument where a text of a document from outside cannot be seen.

        What is kept already is read as it is.
        """
        for place, reason in unfit(self.model_dump(mode="json", by_alias=True)):
            raise UnreadableDocument(source, f"{place}: {reason}.")
