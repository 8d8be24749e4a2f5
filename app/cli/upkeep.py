"""`adept migrate`, `adept backup` and `adept restore`."""

from pathlib import Path
from typing import Annotated

import typer

from app import ambient
from app.cli.command import REFUSED, command
from app.cli.output import Output, instant, line, table
from app.cli.station import opened
from app.services.bank import starter
from app.services.upkeep import backup as backups
from app.store import migrate as migrations
from app.store import schema

single = typer.Typer()

File = Annotated[Path, typer.Argument(help="The backup file.")]


@command(single)
def migrate(out: Output) -> None:
    """Bring the database to this version's schema, and load the starter data into an empty one.

    It can be run at any time and again; sittings in progress are kept. Make a backup before.

    Example: `adept backup before.backup && adept migrate`
    """
    with opened(migrated=False) as here:
        before = schema.current(here.database)
        migrations.upgrade(here.database)
        with here.database.begin() as tx:
            loaded = starter.load_starter(tx)
    newest = schema.newest()
    said = "was there already" if before == newest else f"comes from {before or 'nothing'}"
    stocked = " The starter data was loaded." if loaded else ""
    value = {"from": before, "to": newest, "starter_loaded": loaded}
    out.report(value, line(f"The database is at version {newest}, which {said}.{stocked}"))


@command(single)
def backup(out: Output, file: File) -> None:
    """Write the whole database, as it is at one instant, to a file; exams may go on meanwhile.

    The file appears when it is whole and checked. It holds secrets: keep it like the database.
    It can be restored into SQLite and PostgreSQL alike, also by a newer Adept.

    Example: `adept backup /backups/adept-2026-12-01.backup`
    """
    with opened(migrated=False) as here, out.progress("Backing up") as step:
        made = backups.back_up(here.database, file, at=ambient.now(), progress=step)
    size = file.stat().st_size
    value = {
        "file": str(file),
        "bytes": size,
        "revision": made.revision,
        "made_at": made.made_at,
        "rows": made.rows,
        "tables": {one.name: one.rows for one in made.tables},
    }
    out.report(value, line(f"{file}: {made.rows} rows, {size / 1024:.0f} KiB, whole and checked."))


@command(single)
def restore(
    out: Output,
    file: File,
    *,
    replace: Annotated[
        str | None,
        typer.Option(
            metavar="DATABASE",
            help="Replace a database that is in use: type its name, like adept.sqlite.",
        ),
    ] = None,
) -> None:
    """Put a backup into an unused database: all of it, or nothing.

    Stop the servers first. The file is checked before anything is touched, and every sitting's
    chain afterwards; exit code 1 after a restore says that chains were broken in the backup.

    Example: `ADEPT_DATABASE_URL=postgresql+psycopg://adept@db/adept adept restore adept.backup`
    """
    with opened(migrated=False) as here, out.progress("Restoring") as step:
        made = backups.restore(here.database, file, replace=replace, progress=step)
    found, manifest = made.verification, made.manifest
    value = {
        "revision": manifest.revision,
        "made_at": manifest.made_at,
        "rows": manifest.rows,
        "verification": found,
    }
    rows = [(one.sitting, one.sequence, one.reason) for one in found.breaks]
    shown = [table(("sitting", "event", "what is wrong"), rows)] if rows else []
    said = f"{manifest.rows} rows of {instant(manifest.made_at)}; {found.sittings} sittings"
    out.report(value, *shown, line(f"{said}, {len(rows)} with a broken chain."))
    if rows:
        raise typer.Exit(REFUSED)
