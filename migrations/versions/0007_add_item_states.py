"""The state of each item in the bank; those there are, are live."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, with a row for each item."""
    op.create_table(
        "item_states",
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item_states")),
    )
    op.execute(
        sa.text(
            "INSERT INTO item_states (item_id, state) "
            "SELECT DISTINCT item_id, 'live' FROM item_versions"
        )
    )
