import pytest

from app.services.bank.starter import read_starter
from itembank.blueprint.sentences import sentences
from tests.factories import make_blueprint, make_framework


def words(field: str, **fields: object) -> list[str]:
    blueprint = make_blueprint(**fields)  # type: ignore[arg-type]  # fields by their names
    return [one.words for one in sentences(blueprint, make_framework()) if one.field == field]


def test_the_shipped_blueprint_reads_as_a_board_would_say_it() -> None:
    starter = read_starter()
    said = {one.key: one.words for one in sentences(starter.exam.blueprint, starter.framework)}
    assert said["items", ""] == "45 items in all"
    assert said["outcomes", "1"] == (
        "17 to 19 items of outcome 1 (Build and use a joined-up social media strategy)"
    )
    assert (
        said["criteria", "1.1"]
        == "5 to 7 items of criterion 1.1 (Ways to research social audiences)"
    )


@pytest.mark.parametrize(
    ("span", "said"),
    [
        ((2, 3), "2 to 3 items"),
        ((2, 2), "2 items"),
        ((1, 1), "1 item"),
        ((0, 1), "At most 1 item"),
        ((0, 3), "At most 3 items"),
        ((3, 8), "At least 3 items"),
        ((1, 9), "At least 1 item"),
        ((0, 0), "No item"),
        ((0, 8), "At most 8 items"),
    ],
)
def test_a_range_is_said_as_people_say_it(span: tuple[int, int], said: str) -> None:
    assert words("topics", topics={"1.1.1": span}) == [f"{said} of topic 1.1.1 (Topic of 1.1)"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("demands", {"analyse": (2, 3)}, ["2 to 3 items that ask candidates to analyse"]),
        ("key_positions", {"A": (2, 3)}, ["2 to 3 items with the key at A"]),
        ("authors", {"A. Author": (0, 3)}, ["At most 3 items written by A. Author"]),
        ("words", (1800, 2400), ["Between 1,800 and 2,400 words to read in all"]),
        ("words", (0, 2400), ["At most 2,400 words to read in all"]),
        ("seconds", (5400, 5400), ["Exactly 5,400 seconds expected in all"]),
        (
            "enemies",
            [["I-1", "I-2"], ["I-3", "I-4", "I-5"]],
            ["At most one of I-1 and I-2", "At most one of I-3, I-4 and I-5"],
        ),
        ("required", ["I-1", "I-2"], ["I-1 on every paper", "I-2 on every paper"]),
        ("excluded", ["I-1", "I-2"], ["I-1 or I-2 on no paper"]),
        (
            "stimuli",
            {"items": (2, 3), "sets": (1, 2)},
            ["2 to 3 items of each stimulus that a paper uses", "1 to 2 stimuli on a paper"],
        ),
        (
            "stimuli",
            {"items": (1, 1), "sets": (0, 1)},
            ["1 item of each stimulus that a paper uses", "At most 1 stimulus on a paper"],
        ),
        (
            "pretest",
            {"slots": 1, "items": ["I-1", "I-2"]},
            ["1 item on trial on top, not scored, out of 2: I-1 and I-2"],
        ),
    ],
    ids=str,
)
def test_each_kind_of_constraint_has_its_words(field: str, value: object, said: list[str]) -> None:
    assert words(field, **{field: value}) == said


def test_no_two_constraints_have_one_key() -> None:
    blueprint = make_blueprint(
        topics={"1.1.1": (0, 2)},
        demands={"analyse": (0, 3)},
        enemies=[["I-1", "I-2"], ["I-1", "I-3"]],
        required=["I-4", "I-5"],
        stimuli={"items": (1, 2), "sets": (0, 1)},
    )
    keys = [one.key for one in sentences(blueprint, make_framework())]
    assert len(set(keys)) == len(keys) == 6 + 1 + 1 + 2 + 2 + 2
