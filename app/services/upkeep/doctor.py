"""The doctor: what an operator should know before an exam, and what to do about it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from tempfile import TemporaryFile

from app.errors import ExamError
from app.exam.people.permissions import EVERYTHING
from app.exam.sitting.chain import first_break
from app.services.bank import exams, starter, suspend
from app.services.upkeep.health import health
from app.services.window import exposure
from app.settings import Settings
from app.store.bank import bank, suspensions
from app.store.bank import exposure as states
from app.store.condition import Condition, condition, newest_sittings
from app.store.database import Database, Transaction
from app.store.people import people
from app.store.sitting import sittings
from app.store.window import windows

ENOUGH_DISK = 1 << 30
LEAST_DISK = 100 << 20
TOLERANCE = timedelta(seconds=5)
SWEEP_PATIENCE = timedelta(minutes=1)
SAMPLE = 50
DEMO_WINDOW = "demo"


class Status(StrEnum):
    """How well it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: how it is, what was found, and what to do."""

    name: str
    status: Status
    found: str
    advice: str = ""


def examine(database: Database, settings: Settings, at: datetime) -> list[Check]:
    """Return every check; those that need the database stop at the first that fails."""
    checks = [_writable(settings), _disk(settings), *_address(settings, database)]
    try:
        state = health(database)
    except ExamError as error:
        cause = getattr(error.__cause__, "orig", None) or error.__cause__ or error
        advice = "Start it, or correct ADEPT_DATABASE_URL."
        return [*checks, Check("database", Status.FAIL, " ".join(str(cause).split()), advice)]
    checks.append(Check("database", Status.OK, f"'{database.name}' answers"))
    if not state.is_ready:
        found = f"version {state.found or 'none'}, needed is {state.wanted}"
        return [*checks, Check("schema", Status.FAIL, found, "Run `adept migrate`.")]
    checks.append(Check("schema", Status.OK, f"version {state.wanted}"))
    with database.read() as tx:
        seen = condition(tx, at - SWEEP_PATIENCE)
        checks += [_durability(seen), *_clock(seen, at), *_exams(tx), _lint(tx), _chains(tx)]
        checks += [_exposure(tx), *_suspended(tx, at)]
        checks += [_overdue(seen), *_numbers(tx), *_demo(tx, settings)]
    return checks


def _writable(settings: Settings) -> Check:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=settings.data_dir):
            pass
    except OSError as exc:
        advice = "Give the server's user the right to write there, or set ADEPT_DATA_DIR."
        return Check("data folder", Status.FAIL, f"{settings.data_dir}: {exc.strerror}", advice)
    return Check("data folder", Status.OK, f"{settings.data_dir} can be written to")


def _disk(settings: Settings) -> Check:
    folder = settings.data_dir.absolute()
    free = shutil.disk_usage(folder if folder.exists() else folder.anchor).free
    found = f"{free / (1 << 30):.1f} GiB free"
    if free < LEAST_DISK:
        return Check("disk", Status.FAIL, found, "Make room now: answers cannot be saved soon.")
    if free < ENOUGH_DISK:
        return Check("disk", Status.WARN, found, "Make room before the next window.")
    return Check("disk", Status.OK, found)


def _address(settings: Settings, database: Database) -> Iterator[Check]:
    found = settings.origin()
    if settings.is_secure():
        yield Check("address", Status.OK, f"{found}, cookies are Secure")
        if not settings.trusted_proxies:
            advice = "If a proxy ends TLS, set ADEPT_TRUSTED_PROXIES to its address."
            yield Check("proxy", Status.WARN, "no proxy is trusted", advice)
    elif _is_local(settings.host) and not settings.public_url:
        yield Check("address", Status.OK, f"{found}, for this machine alone")
    else:
        advice = "Put a TLS proxy before it, and set ADEPT_PUBLIC_URL to its https address."
        yield Check("address", Status.WARN, f"{found} is not https, cookies are not Secure", advice)
    kind = "SQLite: one server process" if database.is_sqlite else "PostgreSQL: many workers"
    yield Check("growth", Status.OK, kind)


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _durability(seen: Condition) -> Check:
    wanted = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"}
    if "fsync" in seen.durability:
        wanted = {"synchronous_commit": "on", "fsync": "on"}
    found = ", ".join(f"{name} {value}" for name, value in seen.durability.items())
    if seen.durability == wanted:
        return Check("durability", Status.OK, found)
    need = ", ".join(f"{name} {value}" for name, value in wanted.items())
    return Check("durability", Status.FAIL, found, f"Saved answers could be lost. Set: {need}.")


def _clock(seen: Condition, at: datetime) -> Iterator[Check]:
    if seen.last_at is not None and seen.last_at > at + TOLERANCE:
        found = f"the last event is {_span(seen.last_at - at)} in the future"
        yield Check("clock", Status.FAIL, found, "The machine's clock went back: set it right.")
    elif seen.clock is not None and abs(seen.clock - at) > TOLERANCE:
        found = f"{_span(abs(seen.clock - at))} apart from the database's machine"
        yield Check("clock", Status.WARN, found, "Let both machines keep time by NTP.")
    else:
        yield Check("clock", Status.OK, f"{at:%Y-%m-%d %H:%M:%S} UTC")


def _exams(tx: Transaction) -> Iterator[Check]:
    codes = sorted({exam.code for exam, _ in bank.exam_list(tx)})
    if not codes:
        advice = "Run `adept migrate`, which loads the starter data."
        yield Check("exams", Status.WARN, "there is no exam", advice)
    for code in codes:
        problems = exams.check_saved(tx, code)
        for one in problems:
            yield Check(f"exam {code}", Status.FAIL, one.reason, "Save a new version of the exam.")
        if not problems:
            yield Check(f"exam {code}", Status.OK, "can be run")


def _lint(tx: Transaction) -> Check:
    items = tuple(bank.latest_items(tx))
    names = {exam.framework for exam, _ in bank.exam_list(tx)}
    found = [
        finding
        for name in sorted(names)
        for finding in starter.lint_items(
            tuple(one for one in items if one.is_tagged(name)), bank.framework(tx, name)
        )
    ]
    said = f"{len(items)} items, {len(found)} findings"
    if found:
        return Check("bank", Status.WARN, said, "See `adept bank lint` for the shipped bank.")
    return Check("bank", Status.OK, said)


def _chains(tx: Transaction) -> Check:
    names = newest_sittings(tx, SAMPLE)
    for name in names:
        head, length = sittings.tail(tx, name, reach=EVERYTHING)
        links = sittings.links(tx, name)
        broken = first_break(name, links, head=head, length=length)
        if broken is not None:
            found = f"sitting {name}: {broken.reason}"
            return Check("chains", Status.FAIL, found, "Run `adept audit verify`; tell the board.")
    return Check("chains", Status.OK, f"the {len(names)} sittings changed last verify")


def _exposure(tx: Transaction) -> Check:
    keys = list(states.every(tx))
    for key in keys:
        if not exposure.is_sound(tx, key):
            name = f"{key.exam} version {key.exam_version}"
            found = f"what is counted for {name} is not what its sittings were given"
            advice = "Count it again: `adept window recount` with one of its windows."
            return Check("exposure", Status.FAIL, found, advice)
    return Check("exposure", Status.OK, f"the counts of {len(keys)} exam versions are right")


def _suspended(tx: Transaction, at: datetime) -> Iterator[Check]:
    short = suspend.shortages(tx, at=at)
    for reason in short:
        advice = "Resume one of the suspended items (`adept item list`), or close the window."
        yield Check("suspended items", Status.WARN, reason, advice)
    if not short:
        held_back = len(suspensions.in_force(tx))
        yield Check("suspended items", Status.OK, f"{held_back}, which papers can do without")


def _overdue(seen: Condition) -> Check:
    if seen.overdue:
        found = f"{seen.overdue} sittings are over but have not been ended"
        return Check("overdue", Status.WARN, found, "Start the server: it ends them.")
    return Check("overdue", Status.OK, f"none of {seen.sittings} sittings waits to be ended")


def _numbers(tx: Transaction) -> Iterator[Check]:
    for group in people.sharing_keys(tx, reach=EVERYTHING):
        told = ", ".join(f"'{one.membership_number}' ({one.name}, {one.id})" for one in group)
        advice = "Each signs in with their own code. If it is one person, book only one of them."
        yield Check("membership numbers", Status.WARN, f"{told} are compared as one", advice)


def _demo(tx: Transaction, settings: Settings) -> Iterator[Check]:
    if windows.find(tx, DEMO_WINDOW, reach=EVERYTHING) is not None and not _is_local(settings.host):
        advice = "Use a database without the demo for real exams: its sign-ins are in demo.json."
        yield Check("demo", Status.WARN, "the demo can be reached from other machines", advice)


def _span(length: timedelta) -> str:
    return f"{length.total_seconds():.0f} s"
