"""A result may have no mark: a scheme can award an outcome alone."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let the mark be missing."""
    with op.batch_alter_table("results") as table:
        table.alter_column("mark", existing_type=sa.Integer(), nullable=True)
