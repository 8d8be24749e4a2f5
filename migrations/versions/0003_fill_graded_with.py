"""Windows that were graded before there were calibrations rest on their exam's first parameters."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say so in their rows."""
    op.execute(
        sa.text(
            "UPDATE windows SET graded_with = (SELECT parameters_id FROM exams "
            "WHERE exams.code = windows.exam AND exams.version = windows.exam_version) "
            "WHERE graded_at IS NOT NULL"
        )
    )
