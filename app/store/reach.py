"""What an asker may see, as a condition of a query."""

from typing import Any, TypeVar

from sqlalchemy import Select

from app.exam.people.permissions import Everything, Reach

Query = TypeVar("Query", bound=Select[Any])


def within(query: Query, reach: Reach) -> Query:
    """Return a query of candidates, bookings, windows, sittings or results, held to a reach."""
    match reach:
        case Everything():
            return query
