from itembank.blueprint.sentences import Key
from itembank.definition.breaches import breaches
from itembank.definition.constraints import lay_out
from tests.factories import (
    make_bank,
    make_blueprint,
    make_exam,
    make_form,
    make_framework,
    make_stimulus,
)

BANK = make_bank()
GOOD = make_form()


def broken(*paper: str, **fields: object) -> dict[Key, str]:
    blueprint = make_blueprint(**fields)  # type: ignore[arg-type]  # fields by their names
    items = [
        item.model_copy(
            update={"stimulus": make_stimulus(f"case-{item.tags[0].code}")}
            if item.id.endswith(("00", "01"))
            else {}
        )
        for item in BANK
    ]
    layout = lay_out(make_exam(blueprint=blueprint), make_framework(), items)
    return dict(breaches(layout, [layout.names.index(name) for name in paper]))


def test_a_paper_that_meets_everything_breaks_nothing() -> None:
    assert broken(*GOOD) == {}


def test_each_kind_of_breach_is_told_with_what_the_paper_has() -> None:
    assert broken(*GOOD[:7]) == {("items", ""): "it has 7 items", ("outcomes", "2"): "it has 1"}
    assert broken(*GOOD, demands={"analyse": (1, 8)}) == {("demands", "analyse"): "it has 0"}
    assert broken(*GOOD, words=(0, 100)) == {("words", ""): "it has 376"}
    assert broken(*GOOD, enemies=[["I-1.1-00", "I-1.2-00", "I-2.1-05"]]) == {
        ("enemies", "I-1.1-00 I-1.2-00 I-2.1-05"): "it has I-1.1-00 and I-1.2-00"
    }
    assert broken(*GOOD, required=["I-2.1-05"]) == {("required", "I-2.1-05"): "it is missing"}
    assert broken(*GOOD, excluded=["I-1.1-00"]) == {("excluded", ""): "it has I-1.1-00"}
    assert broken(*GOOD, pretest={"slots": 1, "items": ["I-1.1-00"]}) == {
        ("pretest", ""): "it has I-1.1-00"
    }
    assert broken(*GOOD, key_positions={"E": (1, 8)}) == {
        ("key_positions", "E"): "its keys cannot be placed so"
    }
    assert broken(*GOOD, stimuli={"items": (1, 1), "sets": (0, 2)}) == {
        ("stimuli", "items"): "it has 2 of some",
        ("stimuli", "sets"): "it has 3",
    }
