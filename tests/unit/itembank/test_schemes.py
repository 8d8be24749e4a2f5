import hashlib
import json
from collections.abc import Callable

import pytest
from pydantic import ValidationError

from app.services.bank.starter import read_starter
from itembank.document import why
from itembank.exams import ExamDefinition
from itembank.schemes import Outcome, cuts, outcome_words
from tests.factories import BANDS, SCHEME, make_blueprint, make_exam

AS_A_SCHEME = {"kind": "percentage_bands", **SCHEME.model_dump(mode="json", exclude={"kind"})}

# Of the shipped exam's first version, and of the small exam of the tests: SHA-256 of the canonical
# text and of the text as it is kept.
SHIPPED = (
    "9855675f53018f62eb40eae98e3383a884349a3821df497262ca3465a2afad83",
    "a7482349e83e4aafc42140c034fc47c253eb93bb5bfca565a1ec7601d0b1155a",
)
SMALL = (
    "d6432af57808fe0cd65060f3d6ed2087952396015a25b3d982338d11cf409466",
    "94bfc7ab653dec85588e8bcd4d18d4709158b89979e15dc35eb4931ecf8548b5",
)


def document(**more: object) -> dict[str, object]:
    return {**make_exam().model_dump(mode="json"), **more}


def read(given: dict[str, object]) -> ExamDefinition:
    return ExamDefinition.model_validate_json(json.dumps(given))


def refusal(given: dict[str, object]) -> str:
    with pytest.raises(ValidationError) as caught:
        read(given)
    return why(caught.value)


def test_percentage_bands_stand_at_the_top_of_an_exams_document() -> None:
    written = make_exam().model_dump(mode="json")
    assert written["threshold"] == 60
    assert written["bands"] == [band.model_dump() for band in BANDS]
    assert "scheme" not in written


@pytest.mark.parametrize(
    ("make", "known"),
    [(lambda: read_starter().exam, SHIPPED), (make_exam, SMALL)],
    ids=["shipped", "small"],
)
def test_an_exams_text_and_hash_are_those_it_always_had(
    make: Callable[[], ExamDefinition], known: tuple[str, str]
) -> None:
    exam = make()
    kept = hashlib.sha256(exam.model_dump_json().encode()).hexdigest()
    assert (exam.content_hash(), kept) == known


def test_an_exam_is_the_same_read_with_its_bands_at_the_top_or_as_its_scheme() -> None:
    given = document(scheme=AS_A_SCHEME)
    del given["bands"], given["threshold"]
    assert read(given) == read(document()) == make_exam()
    assert read(given).content_hash() == make_exam().content_hash()


def test_bands_in_both_places_are_refused() -> None:
    said = refusal(document(scheme=AS_A_SCHEME))
    assert said == "bands: Extra inputs are not permitted (and 1 more)."


def test_an_unknown_scheme_is_refused() -> None:
    given = document(scheme={**AS_A_SCHEME, "kind": "stars"})
    del given["bands"], given["threshold"]
    assert refusal(given).startswith("scheme")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"bands": 3}, "bands: Input should be a valid array."),
        ({"bands": []}, "bands: Tuple should have at least 2 items after validation, not 0."),
        ({"threshold": "x"}, "threshold: Input should be a valid integer, unable to parse string"),
        ({"threshold": 55}, "Value error, the threshold 55 is not where a band starts."),
        (
            {"bands": [{"code": "D", "name": "Distinction", "lowest": 101}, *AS_A_SCHEME["bands"]]},
            "bands.0.lowest: Input should be less than or equal to 100.",
        ),
    ],
)
def test_a_fault_of_bands_at_the_top_is_told_there(more: dict[str, object], said: str) -> None:
    assert refusal(document(**more)).startswith(said)


def test_other_faults_are_told_beside_those_of_bands_each_at_its_field() -> None:
    blueprint = make_blueprint().model_dump(mode="json")
    faulty = {**blueprint, "required": ["I-1"], "excluded": ["I-1"]}
    for more in ({}, {"threshold": 101}):
        with pytest.raises(ValidationError) as caught:
            read(document(blueprint=faulty, **more))
        told = {one["loc"]: one["msg"] for one in caught.value.errors()}
        assert told["blueprint", "excluded"].startswith("I-1 is both required and excluded")
        assert (("threshold",) in told) is bool(more)


@pytest.mark.parametrize("name", ["bands", "threshold"])
def test_an_exam_needs_its_bands_and_their_threshold(name: str) -> None:
    given = document()
    del given[name]
    assert refusal(given) == f"{name}: Field required."


def test_a_scheme_offers_its_outcomes_in_order_and_says_which_pass() -> None:
    assert SCHEME.outcomes == (
        Outcome("D", "Distinction", 80, passes=True),
        Outcome("M", "Merit", 70, passes=True),
        Outcome("P", "Pass", 60, passes=True),
        Outcome("F", "Fail", 0, passes=False),
    )


def test_a_scheme_has_a_cut_below_each_outcome_but_the_last() -> None:
    assert [one.code for one in cuts(SCHEME)] == ["D", "M", "P"]


def test_a_scheme_is_told_by_where_its_outcomes_begin() -> None:
    assert outcome_words(SCHEME) == "Distinction from 80, Merit from 70, Pass from 60, Fail from 0"
