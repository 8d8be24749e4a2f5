"""Membership numbers of before: each candidate keeps what they have, and signs in as ever."""

import importlib.util
import sys
from functools import partial
from pathlib import Path
from types import ModuleType
from unicodedata import category

import pytest
from sqlalchemy import insert, select

from app.errors import Duplicate, ExamError, Overtaken
from app.exam.people.people import Candidate
from app.exam.people.permissions import EVERYTHING
from app.exam.people.typed import number_key
from app.services.people import bookings
from app.services.sitting import sit
from app.services.sitting.sit import Credentials
from app.services.upkeep import doctor
from app.services.upkeep.doctor import Status
from app.settings import Settings
from app.store import migrate, schema
from app.store.database import Database, connect
from app.store.people import people
from app.store.sitting import sittings
from app.store.tables import candidates
from app.web.words.errors import sentence_of
from tests.factories import AT, anybody, at
from tests.services.season import SETTINGS, Season, make_season
from tests.store.test_races import at_once

pytestmark = pytest.mark.each_database

RULE = schema.SCRIPTS / "versions" / "0009_compare_numbers_alike.py"
# As people of before were told apart, in the order in which they were registered.
NUMBERS = (
    "M-1",
    "M\u20131",
    "m1",
    "\u041c-1",
    "Stra\u00dfe 2",
    "STRASSE-2",
    "A1\u200d",
    "X9",
    "n\u0303",
    "\u00f1",
)
KEYS = ["m1", "m1 2", "m1 3", "m1 4", "strasse2", "strasse2 2", "a1", "x9", "ñ", "ñ 2"]


def rule() -> ModuleType:
    spec = importlib.util.spec_from_file_location("compare_numbers_alike", RULE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_old(url: str) -> Database:
    """Return a database of before with people whose numbers differ in their spelling alone."""
    database = connect(url)
    migrate.upgrade(database, "0007")
    with database.begin() as tx:
        for place, number in enumerate(NUMBERS):
            tx.connection.execute(
                insert(candidates).values(
                    # Not in the order of registration: the first to come has the key.
                    id=f"{len(NUMBERS) - place:032}",
                    membership_number=number,
                    number_key=number.lower(),
                    name=f"Person {place}",
                    created_at=at(place),
                )
            )
    return database


def test_people_of_before_keep_their_numbers_and_get_keys_of_their_own(database_url: str) -> None:
    database = make_old(database_url)
    migrate.upgrade(database)
    with database.read() as tx:
        kept = tx.connection.execute(select(candidates).order_by(candidates.c.created_at)).all()
        assert [row.membership_number for row in kept] == list(NUMBERS)
        assert [row.number_key for row in kept] == KEYS
        groups = people.sharing_keys(tx, reach=EVERYTHING)
        assert [[one.membership_number for one in group] for group in groups] == [
            list(NUMBERS[:4]),
            list(NUMBERS[4:6]),
            list(NUMBERS[8:]),
        ]
        found = people.with_key(tx, number_key("M \u2014 1"), reach=EVERYTHING)
        assert [one.name for one in found] == [f"Person {n}" for n in range(4)]
        spelt = people.by_number(tx, "\u041c-1", reach=EVERYTHING)
        assert spelt is not None
        assert spelt.name == "Person 3"
    with pytest.raises(Duplicate), database.begin() as tx:
        bookings.add_candidate(tx, "M 1", "Newcomer", actor=anybody())
    database.close()


def test_the_doctor_lists_the_people_whose_numbers_are_compared_as_one(tmp_path: Path) -> None:
    database = make_old(f"sqlite:///{tmp_path}/adept.sqlite")
    migrate.upgrade(database)
    checks = doctor.examine(database, Settings(data_dir=tmp_path), AT)
    told = [one for one in checks if one.name == "membership numbers"]
    assert [one.status for one in told] == [Status.WARN] * 3
    assert "'Straße 2' (Person 4, " in told[1].found
    assert "'STRASSE-2' (Person 5, " in told[1].found
    database.close()


@pytest.mark.parametrize("last", [0x24FF, pytest.param(sys.maxunicode, marks=pytest.mark.slow)])
def test_the_migrations_rule_is_todays_rule(last: int) -> None:
    """The keys that it made must be found by whatever is typed tomorrow."""
    frozen = rule().key_of
    letters = [chr(code) for code in range(last + 1) if category(chr(code)) != "Cs"]
    assert [one for one in letters if frozen(one) != number_key(one)] == []
    assert all(frozen(number) == number_key(number) for number in NUMBERS)
    assert frozen("\ufdfa" * 20) == number_key("\ufdfa" * 20)


@pytest.fixture
def season(database: Database) -> Season:
    return make_season(database, block_size=15)


def test_two_people_of_one_key_each_sign_in_with_their_own_code(season: Season) -> None:
    codes = {}
    with season.database.begin() as tx:
        for number, key in (("K-1", "k1"), ("K\u20131", "k1 2")):
            row = {"id": key.replace(" ", "-"), "membership_number": number, "number_key": key}
            tx.connection.execute(insert(candidates).values(**row, name=number, created_at=AT))
    for name in ("k1", "k1-2"):
        codes[name] = season.book(candidate=name)
    for typed in ("K-1", "k1", "K\u20131"):
        for person in codes.values():
            assert signed_in(season, typed, person.code) == person.booking


def signed_in(season: Season, number: str, code: str) -> str:
    keys, typed = season.keys, Credentials(number, code)
    with season.database.begin() as tx:
        taken = sit.sign_in(tx, typed, keys=keys, settings=SETTINGS, at=season.clock.now)
        return sittings.load(tx, taken.sitting, reach=EVERYTHING).sitting.made.booking


def test_of_two_who_add_one_number_at_once_one_is_refused_with_words(database: Database) -> None:
    def adding(number: str) -> Candidate:
        with database.begin() as tx:
            return bookings.add_candidate(tx, number, "Ada", actor=anybody())

    spellings = ["R-1", "R\u20111", "r1", "R 1", "\uff32-1", "R\u22121"]
    told = at_once([partial(adding, number) for number in spellings])
    assert sum(isinstance(one, Candidate) for one in told) == 1
    refusals = [one for one in told if isinstance(one, ExamError)]
    assert len(refusals) == len(spellings) - 1
    assert all(isinstance(one, Duplicate | Overtaken) and sentence_of(one) for one in refusals)
    with database.read() as tx:
        assert len(people.with_key(tx, "r1", reach=EVERYTHING)) == 1
