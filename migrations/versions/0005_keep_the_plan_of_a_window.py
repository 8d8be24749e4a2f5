"""A window keeps its plan; what the board did instead stands beside it."""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PLANNED = sa.text("SELECT subject, detail FROM audit WHERE action = 'window.planned' ORDER BY id")
WINDOWS = sa.text("SELECT id, opens_at, closes_at FROM windows")
SAVE = sa.text(
    "UPDATE windows SET opens_at = :opens_at, closes_at = :closes_at, opened_at = :opened_at, "
    "ends_at = :ends_at WHERE id = :id"
)


def upgrade() -> None:
    """Add the acts' instants, and give windows back the plan that the audit log remembers."""
    with op.batch_alter_table("windows") as batch:
        batch.add_column(sa.Column("opened_at", sa.String(length=27), nullable=True))
        batch.add_column(sa.Column("ends_at", sa.String(length=27), nullable=True))
    connection = op.get_bind()
    plans = {row.subject: json.loads(row.detail) for row in connection.execute(PLANNED)}
    for window in connection.execute(WINDOWS).all():
        plan = plans.get(window.id, {})
        opens, closes = _stamp(plan.get("opens_at")), _stamp(plan.get("closes_at"))
        if (
            opens is None
            or closes is None
            or (opens, closes) == (window.opens_at, window.closes_at)
        ):
            continue
        # One that was closed before it opened was written as opened the instant before.
        closed_unopened = window.closes_at <= opens
        early = window.opens_at < opens and not closed_unopened
        values = {
            "id": window.id,
            "opens_at": opens,
            "closes_at": closes,
            "opened_at": window.opens_at if early else None,
            "ends_at": window.closes_at if window.closes_at != closes else None,
        }
        connection.execute(SAVE, values)


def _stamp(text: object) -> str | None:
    """Return an instant as it is kept in tables: in UTC, to the microsecond, with a Z."""
    if not isinstance(text, str):
        return None
    given = datetime.fromisoformat(text).astimezone(UTC)
    return given.strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"
