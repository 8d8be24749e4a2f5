"""Who gets in: codes, throttling, sign-ins that take over, staff and programs."""

from collections.abc import Callable
from datetime import timedelta
from time import process_time

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

from app.errors import (
    Duplicate,
    Forbidden,
    Invalid,
    NotFound,
    NotSignedIn,
    Superseded,
    TooManyAttempts,
    WrongCode,
)
from app.exam.people.permissions import EVERYTHING, Act, Face, Role, Scope, Through, require
from app.services.people import access, bookings, keys
from app.services.people.bookings import Issued
from app.services.sitting import sit, views
from app.services.sitting.sit import BookingCode, Credentials, SignIn
from app.services.window import exam_windows
from app.settings import Settings
from app.store.database import Database
from app.store.people import people
from app.store.sitting import sittings as store
from app.web.words.errors import sentence_of
from tests.factories import at
from tests.refusals import refuses
from tests.services.season import PASSWORD, SETTINGS, WINDOW, Person, Season, make_season


@pytest.fixture
def season(database: Database) -> Season:
    return make_season(database, block_size=45)


def sign_in(season: Season, number: str, code: str) -> SignIn:
    known = season.keys
    with season.database.begin() as tx:
        typed = Credentials(number, code)
        return sit.sign_in(tx, typed, keys=known, settings=SETTINGS, at=season.clock.now)


def reissue(season: Season, person: Person, reason: str = "lost") -> Issued:
    known = season.keys
    with season.database.begin() as tx:
        return bookings.reissue_code(tx, person.booking, reason, keys=known, actor=season.actor())


def guess_wrongly(season: Season, number: str, times: int = SETTINGS.sign_in_attempts) -> None:
    for _ in range(times):
        with pytest.raises(WrongCode):
            sign_in(season, number, "0000-0000-0000-0000")


def lowered(code: str) -> str:
    return code.lower()


def without_dashes(code: str) -> str:
    return code.replace("-", " ")


def with_letters_for_digits(code: str) -> str:
    return code.replace("0", "o").replace("1", "l")


@pytest.mark.parametrize("typed", [str, lowered, without_dashes, with_letters_for_digits])
def test_a_code_is_right_however_it_is_typed(season: Season, typed: Callable[[str], str]) -> None:
    person = season.book()
    signed = sign_in(season, f"  {person.number.lower()} ", typed(person.code))
    assert (signed.session, signed.is_new) == (1, True)


def test_a_code_opens_the_sitting_of_its_own_window(season: Season) -> None:
    season.window("w2")
    first = season.book()
    second = season.book("w2", candidate=first.candidate)
    one = sign_in(season, first.number, first.code)
    other = sign_in(season, first.number, second.code)
    assert one.sitting != other.sitting
    with season.database.read() as tx:
        assert [store.load(tx, name.sitting, reach=EVERYTHING).window for name in (one, other)] == [
            WINDOW,
            "w2",
        ]


@pytest.mark.each_database
def test_the_newest_sign_in_takes_over_and_the_older_page_is_told(season: Season) -> None:
    person = season.book()
    first, second = (sign_in(season, person.number, person.code) for _ in range(2))
    assert (first.sitting, second.session, second.is_new) == (second.sitting, 2, False)
    sitter = season.sitter(person)
    sitter.session = second.session
    with refuses(Superseded, match="taken over"):
        sitter.start()
    with season.database.read() as tx, pytest.raises(Superseded):
        views.sitting_view(tx, sitter.sitting, caller=sitter.caller)


@pytest.mark.parametrize("number", ["M1", "nobody", "", "M1\x00", "é" * 500, "'; drop table"])
def test_a_wrong_pair_is_refused_in_the_same_words_for_known_and_unknown_numbers(
    season: Season, number: str
) -> None:
    season.book()
    with pytest.raises((WrongCode, Invalid)) as caught:
        sign_in(season, number, "0000-0000-0000-0000")
    assert "M1" not in sentence_of(caught.value)


def test_anothers_code_is_wrong(season: Season) -> None:
    ann, ben = season.book(), season.book()
    with pytest.raises(WrongCode):
        sign_in(season, ann.number, ben.code)


@pytest.mark.each_database
def test_a_number_that_guesses_wrongly_too_often_must_wait_even_with_the_right_code(
    season: Season,
) -> None:
    person = season.book()
    guess_wrongly(season, person.number)
    with refuses(TooManyAttempts, match="wait 60 seconds"):
        sign_in(season, person.number, person.code)
    season.clock.minutes = 0.99
    with pytest.raises(TooManyAttempts) as caught:
        sign_in(season, person.number, person.code)
    assert caught.value.seconds == 1
    season.clock.minutes = 1
    assert sign_in(season, person.number, person.code).session == 1


def test_other_numbers_are_not_held_up(season: Season) -> None:
    ann, ben = season.book(), season.book()
    guess_wrongly(season, ann.number)
    assert sign_in(season, ben.number, ben.code).session == 1


def test_the_way_a_number_is_written_does_not_get_round_the_wait(season: Season) -> None:
    person = season.book()
    for number in ("M1", "m1", " M1 ", "M1\t") * 2:
        guess_wrongly(season, number, 1)
    with pytest.raises(TooManyAttempts):
        sign_in(season, person.number, person.code)


def test_after_the_wait_one_more_wrong_code_means_waiting_again(season: Season) -> None:
    person = season.book()
    guess_wrongly(season, person.number)
    season.clock.minutes = 1
    guess_wrongly(season, person.number, 1)
    with pytest.raises(TooManyAttempts):
        sign_in(season, person.number, person.code)


def test_a_right_code_starts_the_count_anew(season: Season) -> None:
    person = season.book()
    for _ in range(3):
        guess_wrongly(season, person.number, SETTINGS.sign_in_attempts - 1)
        sign_in(season, person.number, person.code)


def test_a_new_code_ends_the_old_one_and_keeps_the_sitting(season: Season) -> None:
    person = season.book()
    first = sign_in(season, person.number, person.code)
    issued = reissue(season, person)
    with pytest.raises(WrongCode):
        sign_in(season, person.number, person.code)
    assert sign_in(season, person.number, issued.access_code).sitting == first.sitting


def test_a_new_code_needs_a_reason_and_a_booking(season: Season) -> None:
    person = season.book()
    with refuses(Invalid, match="Give the reason"):
        reissue(season, person, "  ")
    with pytest.raises(NotFound):
        reissue(season, Person("M1", "code", "candidate", "ghost"))


def test_a_code_is_kept_nowhere(season: Season) -> None:
    person = season.book()
    letters = person.code.replace("-", "")
    with season.database.read() as tx:
        kept = people.booking(tx, person.booking, reach=EVERYTHING)
    assert person.code not in kept.code_hmac
    assert letters.lower() not in kept.code_hmac.lower()
    assert len(kept.code_hmac) == 64


def test_a_code_belongs_to_its_booking_alone(season: Season) -> None:
    known = season.keys
    assert known.access_code("b1", "0000") != known.access_code("b2", "0000")
    assert known.mac("one", "text") != known.mac("other", "text")


def test_the_services_secret_is_made_once(season: Season) -> None:
    assert season.keys == season.keys
    with season.database.begin() as tx:
        assert len(keys.load_keys(tx).secret) >= 43


@pytest.mark.parametrize(
    ("number", "name"),
    [("", "Ann"), ("  ", "Ann"), ("M" * 65, "Ann"), ("M9", " "), ("M9", "A" * 201)],
)
def test_a_candidate_needs_a_number_and_a_name(season: Season, number: str, name: str) -> None:
    with pytest.raises(Invalid), season.database.begin() as tx:
        bookings.add_candidate(tx, number, name, actor=season.actor())


def test_a_number_belongs_to_one_person_however_it_is_written(season: Season) -> None:
    with season.database.begin() as tx:
        bookings.add_candidate(tx, "Äb-1", "Ann", actor=season.actor())
    with refuses(Duplicate, match="äB-1"), season.database.begin() as tx:
        bookings.add_candidate(tx, "äB-1", "Ben", actor=season.actor())
    with season.database.read() as tx:
        found = people.by_number(tx, "äb-1", reach=EVERYTHING)
    assert found is not None
    assert found.name == "Ann"


def test_a_person_is_booked_into_a_window_once(season: Season) -> None:
    person = season.book()
    with refuses(Duplicate, match="window 'w1'"):
        season.book(candidate=person.candidate)


@pytest.mark.parametrize("extra_time", [-0.01, 3.01, float("nan"), float("inf")])
def test_senseless_extra_time_is_refused(season: Season, extra_time: float) -> None:
    with refuses(Invalid, match=r"0\.25 for 25 %"):
        season.book(extra_time=extra_time)


def test_a_booking_needs_a_window_and_a_candidate_that_exist(season: Season) -> None:
    with refuses(NotFound, match="window 'ghost'"):
        season.book("ghost")
    with refuses(NotFound, match="candidate 'ghost'"):
        season.book(candidate="ghost")


@pytest.mark.parametrize("name", ["", "a b", "-a", "w" * 65, "w\x00", "ü"])
def test_a_window_needs_an_id_that_fits_everywhere(season: Season, name: str) -> None:
    with refuses(Invalid, match="Give an id"):
        season.window(name)


def test_a_window_is_planned_once_and_on_an_exam_that_exists(season: Season) -> None:
    with pytest.raises(Duplicate):
        season.window(WINDOW)
    plan = exam_windows.Plan("w9", "A window", "ghost", at(0), at(1))
    with refuses(NotFound, match="exam 'ghost'"), season.database.begin() as tx:
        exam_windows.plan(tx, plan, actor=season.actor())


def staff(season: Season, email: str = "Ann@Example.org", role: Role = Role.AUTHOR) -> None:
    with season.database.begin() as tx:
        access.add_staff(tx, email, PASSWORD, frozenset({role}), settings=SETTINGS)


def staff_sign_in(season: Season, email: str, password: str) -> access.StaffSignIn:
    return access.sign_in_staff(
        season.database, email, password, settings=SETTINGS, at=season.clock.now
    )


@pytest.mark.each_database
def test_staff_sign_in_is_by_address_in_any_case_and_lasts_its_hours(season: Season) -> None:
    staff(season)
    signed = staff_sign_in(season, " aNN@example.ORG ", PASSWORD)
    with season.database.read() as tx:
        assert access.staff_of(tx, signed.token, at(719)).email == signed.member.email
        for token, when in ((signed.token, at(720)), ("", at(1)), ("forged", at(1))):
            with pytest.raises(NotSignedIn):
                access.staff_of(tx, token, when)


def test_signing_out_ends_the_session(season: Season) -> None:
    staff(season)
    signed = staff_sign_in(season, "ann@example.org", PASSWORD)
    with season.database.begin() as tx:
        access.sign_out_staff(tx, signed.token)
    with season.database.read() as tx, pytest.raises(NotSignedIn):
        access.staff_of(tx, signed.token, at(1))


def test_wrong_passwords_are_throttled_per_address(season: Season) -> None:
    staff(season)
    staff(season, "ben@example.org")
    quick = SETTINGS.model_copy(update={"sign_in_attempts": 3})

    def attempt(email: str, password: str) -> access.StaffSignIn:
        return access.sign_in_staff(
            season.database, email, password, settings=quick, at=season.clock.now
        )

    for email in ("ann@example.org", "ANN@example.org", "ann@example.org"):
        with pytest.raises(WrongCode):
            attempt(email, "wrong")
    with pytest.raises(TooManyAttempts):
        attempt("ann@example.org", PASSWORD)
    attempt("ben@example.org", PASSWORD)
    season.clock.minutes = 1
    attempt("ann@example.org", PASSWORD)


def test_staff_need_an_address_a_long_password_and_to_be_new(season: Season) -> None:
    staff(season)
    with season.database.begin() as tx:
        for email, password in (("ann", PASSWORD), ("ben@example.org", "short")):
            with pytest.raises(Invalid):
                access.add_staff(tx, email, password, frozenset({Role.CHAIR}), settings=SETTINGS)
        with pytest.raises(Duplicate):
            access.add_staff(
                tx, "ann@EXAMPLE.org", PASSWORD, frozenset({Role.CHAIR}), settings=SETTINGS
            )


def test_a_password_is_hashed_at_the_cost_that_is_set_and_checked_at_its_own(
    season: Season,
) -> None:
    dear = Settings(argon2_memory_kib=4096)
    with season.database.begin() as tx:
        roles = frozenset({Role.CHAIR})
        kept = access.add_staff(tx, "dear@example.org", PASSWORD, roles, settings=dear)
        assert extract_parameters(kept.password_hash).memory_cost == 4096
        assert access.password_is_right(tx, "dear@example.org", PASSWORD)
        access.renew_password(tx, "dear@example.org", PASSWORD * 2, settings=SETTINGS)
        assert not access.password_is_right(tx, "dear@example.org", PASSWORD)
        assert access.password_is_right(tx, "dear@example.org", PASSWORD * 2)
    assert staff_sign_in(season, "dear@example.org", PASSWORD * 2).member.id == kept.id


def test_a_service_that_sets_nothing_hashes_at_the_cost_of_rfc_9106() -> None:
    default = Settings.model_fields["argon2_memory_kib"].default
    assert default == RFC_9106_LOW_MEMORY.memory_cost


def test_who_is_not_there_is_refused_as_slowly_as_a_wrong_password(season: Season) -> None:
    dear = SETTINGS.model_copy(update={"argon2_memory_kib": 65536, "sign_in_attempts": 1000})
    with season.database.begin() as tx:
        roles = frozenset({Role.CHAIR})
        access.add_staff(tx, "ann@example.org", PASSWORD, roles, settings=dear)

    def cost(email: str) -> float:
        began = process_time()
        with pytest.raises(WrongCode):
            access.sign_in_staff(
                season.database, email, "wrong", settings=dear, at=season.clock.now
            )
        return process_time() - began

    there, not_there = (
        min(cost(email) for _ in range(3)) for email in ("ann@example.org", "zoe@example.org")
    )
    assert 0.5 < not_there / there < 2


def test_a_role_is_asked_for_by_name(season: Season) -> None:
    staff(season)
    member = staff_sign_in(season, "ann@example.org", PASSWORD).member
    desk = access.acting(member, season.clock.now, Through(Face.PAGES, member.email))
    require(desk, Act.SEE_EXAMS)
    with refuses(Forbidden, match="needs the role chair"):
        require(desk, Act.OPEN_WINDOW)


def token(season: Season, name: str, secret: str, *scopes: Scope) -> tuple[str, frozenset[str]]:
    with season.database.begin() as tx:
        wanted = frozenset(str(scope) for scope in scopes)
        return access.issue_token(
            tx, (name, secret), wanted, settings=SETTINGS, at=season.clock.now
        )


def test_a_program_gets_a_token_with_the_scopes_it_may_have(season: Season) -> None:
    with season.database.begin() as tx:
        secret = access.add_client(
            tx, "centre", frozenset({Scope.SITTINGS_READ, Scope.RESULTS_READ})
        )
    narrow, granted = token(season, "centre", secret, Scope.RESULTS_READ)
    assert granted == {"results:read"}
    assert token(season, "centre", secret)[1] == {"results:read", "sittings:read"}
    with season.database.read() as tx:
        bearer = access.bearer_of(tx, narrow, Scope.RESULTS_READ, at(1))
        assert (bearer.name, bearer.through) == ("api:centre", Through(Face.API, "centre"))
        with refuses(Forbidden, match="does not carry the scope sittings:read"):
            access.bearer_of(tx, narrow, Scope.SITTINGS_READ, at(1))
        for forged, when in ((narrow, at(60)), ("", at(1)), ("forged", at(1))):
            with pytest.raises(NotSignedIn):
                access.bearer_of(tx, forged, Scope.RESULTS_READ, when)


def test_a_program_with_a_wrong_secret_or_too_wide_a_wish_gets_nothing(season: Season) -> None:
    with season.database.begin() as tx:
        secret = access.add_client(tx, "centre", frozenset({Scope.RESULTS_READ}))
        with pytest.raises(Duplicate):
            access.add_client(tx, "centre", frozenset())
        with pytest.raises(Invalid):
            access.add_client(tx, "a name", frozenset())
    for name, wrong in (("centre", "wrong"), ("ghost", secret), ("ghost", "")):
        with refuses(Forbidden, match="do not belong together"):
            token(season, name, wrong)
    with refuses(Forbidden, match="may not have: sittings:write"):
        token(season, "centre", secret, Scope.SITTINGS_WRITE, Scope.RESULTS_READ)


def test_expired_tokens_are_swept_when_new_ones_are_made(season: Season) -> None:
    with season.database.begin() as tx:
        secret = access.add_client(tx, "centre", frozenset({Scope.RESULTS_READ}))
    old, _ = token(season, "centre", secret)
    season.clock.minutes = timedelta(minutes=61) / timedelta(minutes=1)
    token(season, "centre", secret)
    with season.database.read() as tx, pytest.raises(NotSignedIn):
        access.bearer_of(tx, old, Scope.RESULTS_READ, at(1))


@pytest.mark.parametrize(
    "hasher", [PasswordHasher(), PasswordHasher(1, 8 * 2, 2, 24, 8)], ids=["usual", "other"]
)
def test_checking_nobodys_password_costs_what_a_members_costs(hasher: PasswordHasher) -> None:
    nobodys = access.nobodys_hash(hasher)
    assert extract_parameters(nobodys) == extract_parameters(hasher.hash("a password"))
    # A mismatch is found after the whole computation; a malformed hash would be refused before.
    with pytest.raises(VerifyMismatchError):
        hasher.verify(nobodys, "a password")


Door = Callable[[Season, Person, str], object]
IMPATIENT = SETTINGS.model_copy(update={"sign_in_attempts": 3})


def by_page(season: Season, person: Person, secret: str) -> object:
    typed, known, now = Credentials(person.number, secret), season.keys, season.clock.now
    with season.database.begin() as tx:
        return sit.sign_in(tx, typed, keys=known, settings=IMPATIENT, at=now)


def by_program(season: Season, person: Person, secret: str) -> object:
    typed, known, now = BookingCode(person.booking, secret), season.keys, season.clock.now
    with season.database.begin() as tx:
        return sit.sign_in_to(tx, typed, keys=known, settings=IMPATIENT, at=now)


def by_desk(season: Season, person: Person, secret: str) -> object:
    """Sign a member of staff in, whose password is right where the candidate's code is."""
    password = PASSWORD if secret == person.code else secret
    email, now = "ann@example.org", season.clock.now
    return access.sign_in_staff(season.database, email, password, settings=IMPATIENT, at=now)


@pytest.mark.parametrize("door", [by_page, by_program, by_desk])
def test_at_every_door_wrong_guesses_in_a_row_make_wait_and_a_right_one_forgets_them(
    season: Season, door: Door
) -> None:
    person = season.book()
    if door is by_desk:
        staff(season)
    for guesses in (2, 2, 3):
        for _ in range(guesses):
            with pytest.raises(WrongCode):
                door(season, person, "wrong")
        if guesses < IMPATIENT.sign_in_attempts:
            door(season, person, person.code)
    with pytest.raises(TooManyAttempts):
        door(season, person, person.code)
