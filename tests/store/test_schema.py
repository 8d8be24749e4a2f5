"""The schema: what the migrations make is what the tables say, and every name is by convention."""

import ast
import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, String, inspect, types
from sqlalchemy.sql.type_api import TypeEngine

from app.errors import StoreNotMigrated
from app.services.upkeep.health import health
from app.store import migrate, schema
from app.store.database import Database, connect
from app.store.tables import Instant, metadata
from tests.refusals import refuses

pytestmark = pytest.mark.each_database

VERSIONS = schema.SCRIPTS / "versions"


def same_type(
    _: MigrationContext,
    __: Column[object],
    ___: Column[object],
    inspected: TypeEngine[object],
    declared: TypeEngine[object],
) -> bool | None:
    """Tell alembic that an Instant is kept as 27 characters; None leaves the rest to it."""
    if isinstance(declared, Instant):
        return not (isinstance(inspected, String) and inspected.length == 27)
    return None


def test_what_the_migrations_make_is_what_the_tables_say(database: Database) -> None:
    with database.engine.connect() as connection:
        options = {"compare_type": same_type, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_every_constraint_and_index_is_named_by_convention(database: Database) -> None:
    found = inspect(database.engine)
    for table in metadata.tables:
        names = {
            "pk": [found.get_pk_constraint(table)["name"]],
            "fk": [one["name"] for one in found.get_foreign_keys(table)],
            "uq": [one["name"] for one in found.get_unique_constraints(table)],
            "ix": [
                one["name"]
                for one in found.get_indexes(table)
                if not one.get("duplicates_constraint")
            ],
        }
        for kind, given in names.items():
            for name in given:
                assert name is not None
                assert re.fullmatch(rf"{kind}_{table}(_.+)?", name), f"{table}: {name}"
                assert len(name) <= 63


def test_every_foreign_key_in_the_tables_is_kept_by_the_database(database: Database) -> None:
    found = inspect(database.engine)
    for table in metadata.sorted_tables:
        declared = {str(one.name) for one in table.foreign_key_constraints}
        assert {one["name"] for one in found.get_foreign_keys(table.name)} == declared


def test_there_is_one_head_and_each_migration_is_numbered_after_the_one_before() -> None:
    scripts = ScriptDirectory(str(schema.SCRIPTS))
    assert len(scripts.get_heads()) == 1
    revisions = [one.revision for one in reversed(list(scripts.walk_revisions()))]
    assert revisions == [f"{number:04}" for number in range(1, len(revisions) + 1)]
    assert revisions[-1] == schema.newest()
    names = sorted(path.name for path in VERSIONS.glob("*.py"))
    assert [name[:5] for name in names] == [f"{revision}_" for revision in revisions]


@pytest.mark.parametrize("path", sorted(VERSIONS.glob("*.py")), ids=lambda path: path.stem)
def test_a_migration_imports_nothing_of_ours(path: Path) -> None:
    """It must do the same in ten years, whatever the code has become."""
    allowed = {"alembic", "sqlalchemy"} | {
        *("collections", "datetime", "hashlib", "json", "typing", "unicodedata"),
    }
    roots = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
        )
    }
    assert roots <= allowed


def test_an_empty_database_is_refused_with_the_command_to_run(database_url: str) -> None:
    database = connect(database_url)
    with refuses(StoreNotMigrated, match=r"at version none.*Run `adept migrate`"):
        schema.require_newest(database)
    assert not health(database).is_ready
    migrate.upgrade(database)
    schema.require_newest(database)
    assert health(database).is_ready
    database.close()


def test_migrating_twice_changes_nothing(database: Database) -> None:
    migrate.upgrade(database)
    assert schema.current(database) == schema.newest()


def test_every_text_that_people_type_has_a_bound() -> None:
    unbounded = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, types.Text)
    }
    # Documents, records and kept replies: each has its own limits where it is made.
    assert unbounded == {
        "acceptances.document",
        "audit.detail",
        "calibration_runs.document",
        "events.body",
        "exams.document",
        "exposure_states.document",
        "frameworks.document",
        "idempotency.body",
        "item_versions.document",
        "parameter_sets.document",
        "preflights.document",
        "reporting_scales.document",
        "results.document",
        "sittings.answers",
        "sittings.made",
        "sittings.paper",
    }
