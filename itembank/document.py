"""The shape every document shares: frozen, nothing extra, one canonical text and one hash."""

import hashlib
import json
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from itembank.errors import UnreadableDocument


def canonical(content: object) -> str:
    """Return JSON text that is the same for equal content on any machine."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


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
            return cls.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as exc:
            raise UnreadableDocument(str(path), str(exc)) from exc
