"""Calibration runs, reporting scales, acceptances, credits, and what a window was graded with."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and the column."""
    op.create_table(
        "calibration_runs",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("window_id", sa.String(length=64), nullable=False),
        sa.Column("exam", sa.String(length=64), nullable=False),
        sa.Column("exam_version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.String(length=27), nullable=False),
        sa.Column("model", sa.String(length=10), nullable=False),
        sa.Column("converged", sa.Boolean(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exam", "exam_version"],
            ["exams.code", "exams.version"],
            name=op.f("fk_calibration_runs_exam_exam_version_exams"),
        ),
        sa.ForeignKeyConstraint(
            ["window_id"], ["windows.id"], name=op.f("fk_calibration_runs_window_id_windows")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_runs")),
    )
    with op.batch_alter_table("calibration_runs", schema=None) as batch_op:
        batch_op.create_index("ix_calibration_runs_window_id", ["window_id"], unique=False)

    op.create_table(
        "credits",
        sa.Column("window_id", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("credited_by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["window_id"], ["windows.id"], name=op.f("fk_credits_window_id_windows")
        ),
        sa.PrimaryKeyConstraint("window_id", "item_id", name=op.f("pk_credits")),
    )
    op.create_table(
        "acceptances",
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("exam", sa.String(length=64), nullable=False),
        sa.Column("exam_version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("parameters_id", sa.String(length=64), nullable=False),
        sa.Column("accepted_at", sa.String(length=27), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exam", "exam_version"],
            ["exams.code", "exams.version"],
            name=op.f("fk_acceptances_exam_exam_version_exams"),
        ),
        sa.ForeignKeyConstraint(
            ["parameters_id"],
            ["parameter_sets.id"],
            name=op.f("fk_acceptances_parameters_id_parameter_sets"),
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["calibration_runs.id"], name=op.f("fk_acceptances_run_id_calibration_runs")
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_acceptances")),
        sa.UniqueConstraint(
            "exam",
            "exam_version",
            "sequence",
            name=op.f("uq_acceptances_exam_exam_version_sequence"),
        ),
    )
    op.create_table(
        "reporting_scales",
        sa.Column("exam", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["calibration_runs.id"],
            name=op.f("fk_reporting_scales_run_id_calibration_runs"),
        ),
        sa.PrimaryKeyConstraint("exam", "number", name=op.f("pk_reporting_scales")),
    )
    with op.batch_alter_table("windows", schema=None) as batch_op:
        batch_op.add_column(sa.Column("graded_with", sa.String(length=64), nullable=True))
