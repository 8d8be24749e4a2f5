"""Membership numbers' keys get room for what tells two people of one key apart."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Widen the column."""
    with op.batch_alter_table("candidates") as candidates:
        candidates.alter_column(
            "number_key", existing_type=sa.String(length=64), type_=sa.String(length=80)
        )
