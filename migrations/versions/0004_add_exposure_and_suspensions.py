"""The state of exposure control, and the suspensions of items."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "exposure_states",
        sa.Column("exam", sa.String(length=64), nullable=False),
        sa.Column("exam_version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("parameters_id", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exam", "exam_version"],
            ["exams.code", "exams.version"],
            name=op.f("fk_exposure_states_exam_exam_version_exams"),
        ),
        sa.ForeignKeyConstraint(
            ["parameters_id"],
            ["parameter_sets.id"],
            name=op.f("fk_exposure_states_parameters_id_parameter_sets"),
        ),
        sa.PrimaryKeyConstraint(
            "exam", "exam_version", "parameters_id", name=op.f("pk_exposure_states")
        ),
    )
    op.create_table(
        "suspensions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("suspended_at", sa.String(length=27), nullable=False),
        sa.Column("suspended_by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("lifted_at", sa.String(length=27), nullable=True),
        sa.Column("lifted_by", sa.String(length=200), nullable=True),
        sa.Column("lift_reason", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspensions")),
    )
    op.create_index(
        "ix_suspensions_item_id",
        "suspensions",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "preflights",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam", sa.String(length=64), nullable=False),
        sa.Column("exam_version", sa.Integer(), nullable=False),
        sa.Column("parameters_id", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.String(length=27), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exam", "exam_version"],
            ["exams.code", "exams.version"],
            name=op.f("fk_preflights_exam_exam_version_exams"),
        ),
        sa.ForeignKeyConstraint(
            ["parameters_id"],
            ["parameter_sets.id"],
            name=op.f("fk_preflights_parameters_id_parameter_sets"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preflights")),
    )
    op.create_index("ix_preflights_exam_exam_version", "preflights", ["exam", "exam_version"])
