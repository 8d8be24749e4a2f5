"""Cursor pages: `limit` and `after` in the query; `next` in the body and a Link in the header."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response

from itembank.text import NAME

Row = TypeVar("Row")
Limit = Annotated[
    int, Query(ge=1, le=200, description="The most items to return, 1 to 200; not given: 50.")
]
After = Annotated[
    str, Query(pattern=f"^({NAME})?$", description="The `next` of the page before; empty: begin.")
]


@dataclass(frozen=True, slots=True)
class Cursor:
    """The page that is asked for."""

    request: Request
    response: Response
    limit: int
    after: str

    @property
    def most(self) -> int:
        """Return how many rows to fetch: one more than are shown, to know whether there are."""
        return self.limit + 1

    def cut(self, rows: Sequence[Row], name: Callable[[Row], str]) -> tuple[list[Row], str | None]:
        """Return the rows to show and the cursor of the next page; announce it in a Link."""
        shown = list(rows[: self.limit])
        if len(rows) <= self.limit:
            return shown, None
        after = name(shown[-1])
        query = {**self.request.query_params, "limit": str(self.limit), "after": after}
        link = f'<{self.request.url.path}?{urlencode(query)}>; rel="next"'
        self.response.headers["Link"] = link
        return shown, after


async def cursor(
    request: Request, response: Response, limit: Limit = 50, after: After = ""
) -> Cursor:
    """Return the page that is asked for."""
    return Cursor(request, response, limit, after)


Asked = Annotated[Cursor, Depends(cursor)]
