"""An upgrade by migration with sittings in progress loses nothing."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import update

from app import ambient
from app.errors import SchemaBroken
from app.exam.people.permissions import EVERYTHING, system
from app.exam.sitting.chain import GENESIS
from app.exam.sitting.sitting import State
from app.services.award import grade
from app.services.upkeep import backup, replay
from app.services.window import exam_windows
from app.store import dump, migrate, schema, tables
from app.store.database import Database, connect
from app.store.sitting import sittings
from app.store.tables import events
from app.store.window import windows
from itembank.document import canonical
from itembank.exams import ProgressiveControl
from tests.databases import Place, SqlitePlace
from tests.factories import anybody
from tests.refusals import refuses
from tests.services.sitters import (
    WINDOW,
    Sitter,
    answer_block,
    fill_half_way,
    finish,
    make_database,
    seat,
)
from tests.services.test_backup import nothing

pytestmark = pytest.mark.each_database

NEW_IN_6 = "item_states"
NEW_IN_5 = ("opened_at", "ends_at")
NEW_IN_4 = ("exposure_states", "suspensions", "preflights")
# A table that others refer to is rebuilt on SQLite, which drops it: the hardest case there is.
REBUILD = """
import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{newest}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("sittings", "bookings", "candidates"):
        with op.batch_alter_table(name, recreate="auto") as batch:
            batch.add_column(sa.Column("note", sa.String(40), nullable=False, server_default="-"))
            batch.alter_column("id", type_=sa.String(40), existing_type=sa.String(32))
    {more}
"""


@pytest.fixture
def scratch_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the path of a migration after the newest, which the test may write."""
    newest = schema.newest()
    scripts = tmp_path / "migrations"
    shutil.copytree(schema.SCRIPTS, scripts)
    monkeypatch.setattr(schema, "SCRIPTS", scripts)
    path = scripts / "versions" / "9001_scratch.py"
    path.write_text(REBUILD.format(newest=newest, more=""))
    return path


def without_notes(database: Database) -> dict[str, list[dict[str, object]]]:
    with database.read() as tx:
        return {
            shape.name: [
                {
                    name: cell
                    for name, cell in zip(shape.columns, row, strict=True)
                    if name != "note"
                }
                for row in dump.rows(tx, shape)
            ]
            for shape in dump.shapes(tx)
        }


def half_way(database: Database) -> Sitter:
    sitter, _ = seat(database, "M1"), seat(database, "M2")
    with database.read() as tx:
        started = sittings.load(tx, sitter.sitting, reach=EVERYTHING).sitting
    answer_block(database, sitter, started)
    return sitter


def make_old(place: Place, scratch: Path) -> tuple[Database, Sitter]:
    """Return a database as it is before the scratch migration, with sittings in progress."""
    text = scratch.read_text()
    scratch.unlink()
    url, sitter = place.copy(fill_half_way)
    scratch.write_text(text)
    return connect(url), sitter


def test_an_upgrade_that_rebuilds_tables_keeps_every_row_and_chain(
    any_place: Place, scratch_revision: Path
) -> None:
    database, sitter = make_old(any_place, scratch_revision)
    before = without_notes(database)
    migrate.upgrade(database)
    assert schema.current(database) == "9001"
    assert without_notes(database) == before
    with database.read() as tx:
        assert replay.verify(tx).breaks == ()
        sitting = sittings.load(tx, sitter.sitting, reach=EVERYTHING).sitting
    database.close()
    again = connect(database.engine.url.render_as_string(hide_password=False))
    # Rows of the scratch schema have a default for the column this version does not know.
    assert finish(again, sitter, sitting).state is State.HANDED_IN
    again.close()


def test_an_upgrade_that_fails_leaves_everything_as_it_was(
    any_place: Place, scratch_revision: Path
) -> None:
    newest = scratch_revision.read_text().partition('down_revision = "')[2][:4]
    scratch_revision.write_text(
        REBUILD.format(newest=newest, more="raise RuntimeError('power cut')")
    )
    database, _ = make_old(any_place, scratch_revision)
    before = without_notes(database)
    with pytest.raises(RuntimeError, match="power cut"):
        migrate.upgrade(database)
    assert schema.current(database) == newest
    assert without_notes(database) == before
    database.close()


def test_an_upgrade_that_would_orphan_rows_is_refused(
    sqlite_place: SqlitePlace, scratch_revision: Path
) -> None:
    newest = scratch_revision.read_text().partition('down_revision = "')[2][:4]
    loss = "op.execute(\"DELETE FROM candidates WHERE membership_number = 'M1'\")"
    scratch_revision.write_text(REBUILD.format(newest=newest, more=loss))
    database, _ = make_old(sqlite_place, scratch_revision)
    before = without_notes(database)
    with refuses(SchemaBroken, match="bookings"):
        migrate.upgrade(database)
    assert without_notes(database) == before
    database.close()


def test_foreign_keys_are_watched_again_after_an_upgrade(tmp_path: Path) -> None:
    database = make_database(f"sqlite:///{tmp_path}/adept.sqlite")
    with database.read() as tx:
        assert tx.connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    database.close()


def test_a_backup_of_the_older_schema_is_upgraded_when_it_is_restored(
    any_place: Place, scratch_revision: Path, tmp_path: Path
) -> None:
    database, _ = make_old(any_place, scratch_revision)
    path = tmp_path / "old.backup"
    made = backup.back_up(database, path, at=ambient.now(), progress=nothing)
    before = without_notes(database)
    fresh = connect(f"sqlite:///{tmp_path}/fresh.sqlite")
    restored = backup.restore(fresh, path, replace=None, progress=nothing)
    assert made.revision != "9001"
    assert schema.current(fresh) == "9001"
    assert without_notes(fresh) == before
    assert restored.verification.breaks == ()
    fresh.close()
    database.close()


def test_a_window_graded_before_there_were_calibrations_keeps_its_marks(database_url: str) -> None:
    database = make_database(database_url)
    sitter = seat(database, "M1")
    with database.read() as tx:
        started = sittings.load(tx, sitter.sitting, reach=EVERYTHING).sitting
    finish(database, sitter, started)
    actor = system("board", ambient.now())
    with database.begin() as tx:
        exam_windows.close_now(tx, WINDOW, actor=actor)
        grade.grade_window(tx, WINDOW, actor=actor)
        before = grade.result_of(tx, sitter.sitting, actor=anybody())
        given = windows.load(tx, WINDOW, reach=EVERYTHING).graded_with
    back_to_the_first_schema(database)

    migrate.upgrade(database)

    with database.read() as tx:
        assert grade.result_of(tx, sitter.sitting, actor=anybody()) == before
        assert windows.load(tx, WINDOW, reach=EVERYTHING).graded_with == given is not None
        assert replay.replay(tx, sitter.sitting, actor=anybody()).differences == ()
    database.close()


def back_to_the_first_schema(database: Database) -> None:
    """Take away what migrations brought since, as a database of the first release is."""
    back_to_the_third_schema(database)
    with database.begin() as tx:
        for table in ("credits", "acceptances", "reporting_scales", "calibration_runs"):
            tx.connection.exec_driver_sql(f"DROP TABLE {table}")
        tx.connection.exec_driver_sql("ALTER TABLE windows DROP COLUMN graded_with")
        tx.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")


def back_to_the_third_schema(database: Database) -> None:
    """Take away what later migrations brought, and what sittings have recorded since."""
    with database.begin() as tx:
        for table in (NEW_IN_6, *NEW_IN_4):
            tx.connection.exec_driver_sql(f"DROP TABLE {table}")
        for column in NEW_IN_5:
            tx.connection.exec_driver_sql(f"ALTER TABLE windows DROP COLUMN {column}")
        tx.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0003'")


def forget_what_blocks_say_since(database: Database) -> None:
    """Rewrite the record as the release before would have written it, chain and all."""
    with database.begin() as tx:
        for name in list(sittings.every(tx)):
            head = GENESIS
            for one in sittings.links(tx, name):
                body = json.loads(one.body)
                for field in ("ineligible", "suspended", "solver", "gap"):
                    body.pop(field, None)
                text = canonical(body)
                told = [head, name, one.sequence, one.at, one.kind, one.request, text]
                hashed = hashlib.sha256(canonical(told).encode()).hexdigest()
                here = (events.c.sitting_id == name) & (events.c.sequence == one.sequence)
                tx.connection.execute(update(events).where(here).values(body=text, hash=hashed))
                head = hashed
            row = update(tables.sittings).where(tables.sittings.c.id == name)
            tx.connection.execute(row.values(head=head))


def test_sittings_of_the_release_before_go_on_and_replay_after_the_upgrade(
    database_url: str,
) -> None:
    database = make_database(database_url, exposure=ProgressiveControl())
    sitter = half_way(database)
    forget_what_blocks_say_since(database)
    back_to_the_third_schema(database)
    migrate.upgrade(database)
    with database.read() as tx:
        assert replay.verify(tx).breaks == ()
        assert replay.replay(tx, sitter.sitting, actor=anybody()).differences == ()
        sitting = sittings.load(tx, sitter.sitting, reach=EVERYTHING).sitting
    assert finish(database, sitter, sitting).state is State.HANDED_IN
    with database.read() as tx:
        assert replay.verify(tx).breaks == ()
        assert replay.replay(tx, sitter.sitting, actor=anybody()).differences == ()
    database.close()
