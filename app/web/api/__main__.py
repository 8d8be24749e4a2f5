"""Write the OpenAPI document to docs/openapi.json: `python -m app.web.api`."""

import json
from pathlib import Path

from app.web.api.openapi import document

PLACE = Path(__file__).parents[3] / "docs" / "openapi.json"


def text() -> str:
    """Return the document as it is committed."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PLACE.write_text(text(), encoding="utf-8")
