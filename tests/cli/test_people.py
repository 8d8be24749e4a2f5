"""Candidates, bookings, staff and programs from the command line."""

from typing import Any

import pytest

from tests.cli.conftest import Adept

WINDOW = ["--opens", "2020-01-01T09:00", "--closes", "2099-01-01T09:00", "--exam", "cim-l6-smm"]


def booked(adept: Adept) -> dict[str, Any]:  # a JSON document
    adept.done("candidate", "add", "M-1", "Ada Osei")
    adept.done("window", "add", "w1", *WINDOW)
    made: dict[str, Any] = adept.done("booking", "add", "M-1", "w1", "--extra-time", "25")
    return made


def test_a_candidate_is_added_listed_and_shown(adept_on_each: Adept) -> None:
    adept = adept_on_each
    made = adept.done("candidate", "add", "M-1", "Ada Osei")
    assert [one["membership_number"] for one in adept.done("candidate", "list")] == ["M-1"]
    assert adept.done("candidate", "show", "m-1")["candidate"]["name"] == "Ada Osei"
    assert adept.done("candidate", "show", made["id"])["bookings"] == []
    assert "Ada Osei" in adept.run("candidate", "list").stdout


def test_a_name_is_printed_as_it_is_and_never_as_markup(adept: Adept) -> None:
    adept.done("candidate", "add", "M-1", "Ada [red]Osei[/red]")
    assert "Ada [red]Osei[/red]" in adept.run("candidate", "show", "M-1").stdout


def test_a_number_is_given_once(adept: Adept) -> None:
    adept.done("candidate", "add", "M-1", "Ada Osei")
    assert "already" in adept.refused("candidate", "add", "m-1", "Ben Ito")


@pytest.mark.each_database
def test_a_booking_prints_its_code_once_and_keeps_none(adept_on_each: Adept) -> None:
    adept = adept_on_each
    made = booked(adept)
    code = made["access_code"]
    assert len(code.replace("-", "")) == 16
    assert made["extra_time"] == 0.25
    for words in (["list"], ["show", made["booking"]]):
        printed = (
            adept.run("booking", *words, "--json").stdout + adept.run("booking", *words).stdout
        )
        assert code not in printed
        assert "hmac" not in printed


def test_bookings_are_listed_by_window(adept: Adept) -> None:
    booked(adept)
    adept.done("window", "add", "w2", *WINDOW)
    assert len(adept.done("booking", "list")) == 1
    assert adept.done("booking", "list", "--window", "w2") == []
    assert "no window" in adept.refused("booking", "list", "--window", "w3")


def test_a_code_is_issued_anew_with_a_reason(adept: Adept) -> None:
    made = booked(adept)
    again = adept.done("booking", "reissue", made["booking"], "--reason", "lost")
    assert again["access_code"] != made["access_code"]
    assert "reason" in adept.refused("booking", "reissue", made["booking"], "--reason", " ")


def test_extra_time_that_looks_like_a_share_is_asked_about(adept: Adept) -> None:
    adept.done("candidate", "add", "M-1", "Ada Osei")
    said = adept.refused("booking", "add", "M-1", "w1", "--extra-time", "0.25")
    assert "write 25" in said


def test_a_booking_of_nobody_or_into_nothing_is_refused(adept: Adept) -> None:
    assert "no candidate 'M-9'" in adept.refused("booking", "add", "M-9", "w1")
    adept.done("candidate", "add", "M-1", "Ada Osei")
    assert "no window 'w1'" in adept.refused("booking", "add", "M-1", "w1")


def test_a_member_of_staff_gets_a_password_that_is_printed_once(adept_on_each: Adept) -> None:
    adept = adept_on_each
    made = adept.done("staff", "add", "Ada@x.org", "--role", "chair", "--role", "author")
    assert made["roles"] == ["author", "chair"]
    assert len(made["password"]) >= 32
    printed = adept.run("staff", "list", "--json").stdout
    assert "ada@x.org" in printed
    assert "password" not in printed


def test_a_password_can_be_read_from_the_first_line(adept: Adept) -> None:
    made = adept.done(
        "staff", "add", "a@x.org", "--role", "chair", "--password-stdin", given="long enough now\n"
    )
    assert "password" not in made
    short = adept.run(
        "staff", "add", "b@x.org", "--role", "chair", "--password-stdin", given="short\n"
    )
    assert short.exit_code == 1
    assert "12 characters" in short.stderr


def test_a_program_gets_the_scopes_it_was_given(adept_on_each: Adept) -> None:
    adept = adept_on_each
    made = adept.done("client", "add", "centre", "--scope", "bookings:write")
    assert made["scopes"] == ["bookings:write"]
    assert len(adept.done("client", "add", "other", "--scope", "all")["scopes"]) >= 10
    assert "no scope 'x'" in adept.refused("client", "add", "third", "--scope", "x")


def test_a_name_with_a_character_that_is_not_seen_is_refused(adept: Adept) -> None:
    refused = adept.run("candidate", "add", "M-1", "Ada\u202eOsei")
    assert refused.exit_code == 1
    assert "one line of visible text" in refused.stderr
