"""Migration, backup, restore, exams, the bank and the doctor from the command line."""

import json
import stat
from pathlib import Path

import pytest

from app.services.bank import starter
from tests.cli.conftest import Adept, migrated
from tests.databases import PostgresPlace


@pytest.mark.each_database
def test_migrating_twice_changes_nothing_the_second_time(adept_on_each: Adept) -> None:
    again = adept_on_each.done("migrate")
    assert again["from"] == again["to"]
    assert again["starter_loaded"] is False
    assert [one["code"] for one in adept_on_each.done("exam", "list")] == ["cim-l6-smm"]


@pytest.mark.each_database
def test_a_backup_goes_out_and_in(adept_on_each: Adept, tmp_path: Path) -> None:
    adept = adept_on_each
    adept.done("candidate", "add", "M-1", "Ada Osei")
    file = tmp_path / "a.backup"
    made = adept.done("backup", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert made["tables"]["candidates"] == 1
    assert "--replace" in adept.refused("restore", str(file))
    other = Adept(f"sqlite:///{tmp_path}/other.sqlite", tmp_path)
    assert other.done("restore", str(file))["rows"] == made["rows"]
    assert [one["name"] for one in other.done("candidate", "list")] == ["Ada Osei"]
    assert other.done("restore", str(file), "--replace", "other.sqlite")["rows"] == made["rows"]


def test_a_freshly_migrated_database_counts_as_unused(adept: Adept, tmp_path: Path) -> None:
    file = tmp_path / "a.backup"
    adept.done("candidate", "add", "M-1", "Ada Osei")
    adept.done("backup", str(file))
    other = Adept(f"sqlite:///{tmp_path}/other.sqlite", tmp_path)
    other.done("migrate")
    other.done("restore", str(file))


def test_a_file_that_is_not_there_or_no_backup_is_refused(adept: Adept, tmp_path: Path) -> None:
    assert "No such file" in adept.refused("restore", str(tmp_path / "missing"))
    (tmp_path / "letter").write_text("Dear board,")
    assert "not a whole Adept backup" in adept.refused("restore", str(tmp_path / "letter"))
    assert "no Adept backup" in adept.refused("backup", str(tmp_path / "letter"))
    assert "No such file" in adept.refused("backup", str(tmp_path / "nowhere" / "a.backup"))


def test_exams_are_listed_shown_and_checked(adept: Adept) -> None:
    assert adept.done("exam", "show", "cim-l6-smm")["exam"]["minutes"] == 90
    assert adept.done("exam", "check") == {
        "checked": ["cim-l6-smm"],
        "problems": [],
        "warnings": [],
    }
    assert "Can be run" in adept.run("exam", "check", "cim-l6-smm").stdout
    assert "no exam 'x'" in adept.refused("exam", "check", "x")
    assert "no exam 'x'" in adept.refused("exam", "show", "x")


def test_the_shipped_bank_is_linted_without_a_database(empty: Adept) -> None:
    found = empty.done("bank", "lint")
    assert found["items"] >= 120
    assert found["findings"] == []
    assert not (empty.folder / "adept.sqlite").exists()


def test_lint_names_the_item_and_the_reason(empty: Adept, tmp_path: Path) -> None:
    item = starter.read_starter().items[0].model_copy(update={"rating": 0.99})
    file = tmp_path / "items.json"
    file.write_text(f"[{item.model_dump_json()}]")
    found = empty.run("bank", "lint", str(file), "--json")
    assert found.exit_code == 1
    reasons = {
        one["reason"] for one in json.loads(found.stdout)["findings"] if one["item"] == item.id
    }
    assert any("0.99" in reason for reason in reasons)
    assert item.id in empty.run("bank", "lint", str(file)).stdout


@pytest.mark.parametrize("text", ["", "{", "[{}]", '{"a": 1}', "\0"])
def test_a_malformed_bank_is_refused_in_words(text: str, empty: Adept, tmp_path: Path) -> None:
    file = tmp_path / "items.json"
    file.write_text(text)
    assert "cannot be read" in empty.refused("bank", "lint", str(file))
    assert "cannot be read" in empty.refused("bank", "lint", "--framework", str(file))


@pytest.mark.parametrize(
    "kind", ["sqlite_place", pytest.param("durable_place", marks=pytest.mark.postgres)]
)
def test_the_doctor_finds_a_fresh_database_well(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    adept = Adept(migrated(request.getfixturevalue(kind)), tmp_path)
    found = adept.done("doctor")
    assert found["ok"] is True
    assert {one["status"] for one in found["checks"]} <= {"ok", "warn"}
    assert "Fit for an exam" in adept.run("doctor").stdout


@pytest.mark.postgres
def test_the_doctor_finds_a_postgresql_that_does_not_wait_for_its_disk(
    postgres_place: PostgresPlace, tmp_path: Path
) -> None:
    found = Adept(migrated(postgres_place), tmp_path).run("doctor", "--json")
    assert found.exit_code == 1
    (failed,) = [one for one in json.loads(found.stdout)["checks"] if one["status"] == "fail"]
    assert failed["name"] == "durability"
    assert "fsync on" in failed["advice"]


def test_the_doctor_says_what_to_do_before_the_first_migration(empty: Adept) -> None:
    found = empty.run("doctor", "--json")
    assert found.exit_code == 1
    (failed,) = [one for one in json.loads(found.stdout)["checks"] if one["status"] == "fail"]
    assert failed["advice"] == "Run `adept migrate`."


def test_the_doctor_warns_of_cookies_that_are_not_secure(adept: Adept) -> None:
    found = adept.run("doctor", ADEPT_HOST="0.0.0.0")  # noqa: S104 - what the doctor warns of
    assert found.exit_code == 0
    assert "ADEPT_PUBLIC_URL" in found.stdout


def test_a_new_database_is_readable_by_its_owner_alone(empty: Adept) -> None:
    empty.done("migrate")
    assert (empty.folder / "adept.sqlite").stat().st_mode & 0o777 == 0o600


def test_no_database_is_a_refusal_in_words(empty: Adept) -> None:
    said = empty.refused("candidate", "list")
    assert "adept migrate" in said
    assert not (empty.folder / "adept.sqlite").exists()
    no_answer = "postgresql+psycopg://adept@127.0.0.1:1/adept"
    for words in (["candidate", "list"], ["migrate"], ["serve"], ["backup", "x"]):
        said = empty.refused(*words, ADEPT_DATABASE_URL=no_answer)
        assert "does not answer" in said
        assert "ADEPT_DATABASE_URL" in said
    found = empty.run("doctor", ADEPT_DATABASE_URL=no_answer)
    assert found.exit_code == 1
    assert "Connection refused" in found.stdout.replace("connection", "Connection")


@pytest.mark.parametrize("url", ["nonsense", "mysql://a@b/c", "sqlite+aiosqlite:///x", "://"])
def test_an_address_that_is_none_is_refused_in_words(url: str, empty: Adept) -> None:
    assert "sqlite:///FILE" in empty.refused("migrate", ADEPT_DATABASE_URL=url)


def test_a_file_that_is_no_database_is_refused_in_words(empty: Adept) -> None:
    (empty.folder / "adept.sqlite").write_text("this is no database, it is a letter" * 100)
    assert "not a database" in empty.refused("candidate", "list")


def test_a_folder_that_cannot_be_made_is_refused_in_words(empty: Adept, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    url = f"sqlite:///{tmp_path}/file/adept.sqlite"
    assert "file" in empty.refused("migrate", ADEPT_DATABASE_URL=url)


def test_a_folder_that_cannot_be_written_to_is_refused_in_words(empty: Adept) -> None:
    # Not even root can make a folder in /proc.
    assert "/proc" in empty.refused("migrate", ADEPT_DATABASE_URL="sqlite:////proc/a/b.sqlite")


def test_a_setting_that_cannot_be_used_is_named(empty: Adept) -> None:
    assert "ADEPT_PORT" in empty.refused("migrate", ADEPT_PORT="eighty")
