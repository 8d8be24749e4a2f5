"""The page of an exam's blueprint: what is offered, what is refused where, what is saved."""

from urllib.parse import parse_qs, urlsplit

from app.store.bank import bank
from itembank.exams import EligibilityControl, ExamDefinition, RandomPaper
from tests.board.desk import AUTHOR, CHAIR, PSYCHOMETRICIAN, Desk, at_desk, rows
from tests.contract.world import EXAM, World
from tests.pages.browser import Page, words

HERE = f"/board/exams/{EXAM}"
FORM = f"{HERE}/blueprint"
CHECK = "See what changes"
SAVE = "Save version 2"
ONE, TWO, THREE = "SMM-1.1-06", "SMM-2.1-12", "SMM-3.1-16"


def newest(world: World) -> ExamDefinition:
    with world.database.read() as tx:
        return bank.exam_definition(tx, EXAM, bank.latest_version(tx, EXAM))


def check(desk: Desk, **typed: str) -> Page:
    """Fill the form in, and ask what it changes."""
    return desk.fill(FORM, CHECK, **typed)


def items_of(page: Page, heading: str) -> list[str]:
    """Return the lines of the list in the section with this heading."""
    for section in page.all("section"):
        if any(words(one) == heading for one in section.iter("h2")):
            return [words(one) for one in section.iter("li")]
    return []


def test_every_exam_is_listed_in_its_newest_version(small_world: World) -> None:
    desk = at_desk(small_world)
    lines = rows(desk.get("/board/exams"), "Exams")
    assert [(line["Code"], line["Version"]) for line in lines] == [("cim-l6-smm", "1"), (EXAM, "1")]
    assert all(line["Parameters"].endswith("PROVISIONAL") for line in lines)


def test_an_exam_shows_its_blueprint_in_plain_words_and_whether_it_can_be_run(
    small_world: World,
) -> None:
    page = at_desk(small_world, AUTHOR).get(HERE)
    said = items_of(page, "Every paper holds")
    assert said[0] == "45 items in all"
    assert "5 to 7 items of criterion 1.1 (Ways to research social audiences)" in said
    assert "every candidate gets a paper" in page.text
    assert "no exposure target can be lower" in page.text
    assert "Change the blueprint" not in page.text
    assert at_desk(small_world).get(HERE).link("Change the blueprint") == FORM


def test_a_form_that_is_sent_as_it_is_changes_nothing(small_world: World) -> None:
    page = check(at_desk(small_world))
    assert page.status == 200
    assert "Nothing differs from the newest version" in page.text
    assert SAVE not in page.buttons()


def test_what_is_typed_is_shown_as_changes_and_saved_once_it_is_confirmed(world: World) -> None:
    desk = at_desk(world, PSYCHOMETRICIAN)
    before = newest(world).blueprint.enemies
    lines = desk.get(FORM).pressed(CHECK)[1]["enemies"]
    page = check(
        desk,
        rule="eligibility",
        target="60",
        enemies=f"{lines}\r\n\r\nSMM-2.2-01, SMM-2.2-02 SMM-2.2-03\r\nSMM-2.2-04;SMM-2.2-05",
        **{"key-A-least": "5", "key-A-most": "20", "words-least": "0", "words-most": "9000"},
    )
    assert items_of(page, "What changes") == [
        "Eligibility: no item is met by more than 60 % of candidates (before: Eligibility: no "
        "item is met by more than 45 % of candidates)",
        "Added: 5 to 20 items with the key at A",
        "Added: At most 9,000 words to read in all",
        "Added: At most one of SMM-2.2-01, SMM-2.2-02 and SMM-2.2-03",
        "Added: At most one of SMM-2.2-04 and SMM-2.2-05",
    ]
    assert newest(world).version == 1

    page = desk.browser.press(page, SAVE, reason="They give each other away")

    assert page.path == f"{HERE}?said=exam-saved"
    saved = newest(world)
    assert saved.version == 2
    assert saved.exposure == EligibilityControl(target=0.6)
    assert saved.blueprint.enemies == (
        *before,
        ("SMM-2.2-01", "SMM-2.2-02", "SMM-2.2-03"),
        ("SMM-2.2-04", "SMM-2.2-05"),
    )
    assert saved.blueprint.key_positions == {"A": (5, 20)}
    [line] = rows(page, "Versions saved")
    assert (line["Who"], line["Version"], line["Reason"]) == (
        PSYCHOMETRICIAN,
        "2",
        "They give each other away",
    )
    assert check(desk).text.count("Nothing differs") == 1


def test_every_field_of_the_form_reaches_the_exam(small_world: World) -> None:
    desk = at_desk(small_world)
    page = check(
        desk,
        **{
            "kind": "random",
            "block_size": "45",
            "tolerance": "2",
            "topic-1.1.1-least": "0",
            "topic-1.1.1-most": "4",
            "demand-evaluate-least": "1",
            "demand-evaluate-most": "45",
            "author-Adept_20starter_20bank-least": "40",
            "author-Adept_20starter_20bank-most": "45",
            "seconds-least": "1000",
            "seconds-most": "9000",
            "required": ONE,
            "excluded": f"{TWO}\n{THREE}",
            "stimuli-items-least": "2",
            "stimuli-items-most": "4",
            "stimuli-sets-least": "0",
            "stimuli-sets-most": "3",
            "pretest-slots": "1",
            "pretest-items": "SMM-1.1-01 SMM-1.1-02",
            "rule": "none",
        },
    )
    desk.browser.press(page, SAVE)
    exam = newest(small_world)
    blueprint = exam.blueprint
    assert exam.paper == RandomPaper(block_size=45)
    assert exam.exposure.rule == "none"
    assert blueprint.tolerance == 2
    assert blueprint.topics == {"1.1.1": (0, 4)}
    assert blueprint.demands == {"evaluate": (1, 45)}
    assert blueprint.authors == {"Adept starter bank": (40, 45)}
    assert blueprint.seconds == (1000, 9000)
    assert (blueprint.required, blueprint.excluded) == ((ONE,), (TWO, THREE))
    assert blueprint.stimuli is not None
    assert (blueprint.stimuli.items, blueprint.stimuli.sets) == ((2, 4), (0, 3))
    assert blueprint.pretest is not None
    assert (blueprint.pretest.slots, blueprint.trial) == (1, ("SMM-1.1-01", "SMM-1.1-02"))
    # The form holds what was saved: sent as it is, it changes nothing.
    assert "Nothing differs" in check(desk).text


WHOLE = "Give a whole number from 1 to 500."
WRONG = [
    ({"items": "many"}, "items", f"Scored items: {WHOLE}"),
    ({"items": ""}, "items", WHOLE),
    ({"items": "\N{SUPERSCRIPT TWO}"}, "items", WHOLE),
    ({"items": "9" * 5000}, "items", WHOLE),
    ({"block_size": "0"}, "block_size", WHOLE),
    ({"criterion-1.1": "7"}, "items", "The criteria add up to 46 items"),
    ({"criterion-1.1": "-1"}, "criterion-1.1", "Give a whole number from 0 to 500."),
    ({"outcome-1-most": ""}, "outcome-1-most", "Give both numbers, or leave both empty."),
    ({"outcome-1-least": "20"}, "outcome-1-least", "The least, 20, is more than the most, 19."),
    ({"words-least": "9", "words-most": "8"}, "words-least", "The least, 9, is more than"),
    ({"enemies": f"{ONE} SMM-9"}, "enemies", "There is no item 'SMM-9' in the bank."),
    ({"enemies": ONE}, "enemies", "Enemies are two items or more"),
    ({"required": "<b>"}, "required", "There is no item '<b>' in the bank."),
    ({"required": ONE, "excluded": ONE}, "excluded", "both required and excluded"),
    ({"rule": "eligibility", "target": ""}, "target", "Give a number from 0.01 to 100."),
    ({"rule": "eligibility", "target": "nan"}, "target", "Give a number from 0.01 to 100."),
    ({"rule": "eligibility", "target": ".2"}, "target", "target below .36 can be met"),
    ({"rule": "eligibility", "target": "20"}, "target", "target below .36 can be met"),
    ({"rule": "progressive", "strength": "9"}, "strength", "Give a number from 0 to 5."),
    ({"rule": "randomesque", "size": "1"}, "size", "Give a whole number from 2 to 50."),
    ({"rule": "king"}, "rule", "Choose a rule."),
    ({"kind": "fixed"}, "kind", "Choose how the paper is made."),
    ({"pretest-slots": "2"}, "pretest-items", "Name the items on trial, or give no slots."),
    ({"pretest-items": ONE}, "pretest-slots", "Say how many are on each paper"),
    ({"stimuli-items-least": "2", "stimuli-items-most": "3"}, "stimuli-sets-least", "Give this"),
]


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(small_world: World) -> None:
    desk = at_desk(small_world)
    form = desk.get(FORM)
    for typed, field, said in WRONG:
        page = desk.browser.press(form, CHECK, **typed)
        assert page.status == 422, typed
        links = {words(one): one.get("href") for one in page.all("a")}
        assert any(said in text for text in links), (typed, links)
        assert f"#{field}" in links.values(), typed
        sent = page.pressed(CHECK)[1]
        kept = {name: text for name, text in typed.items() if name not in {"rule", "kind"}}
        assert {name: sent[name] for name in kept} == kept
    assert newest(small_world).version == 1


def test_an_impossible_blueprint_names_what_cannot_be_met_together(small_world: World) -> None:
    page = check(at_desk(small_world), required=f"{ONE} {TWO}", enemies=f"{ONE} {TWO}")
    assert page.status == 422
    assert "Nothing was changed" in page.text
    assert f"At most one of {ONE} and {TWO}" in page.text


def test_what_is_barely_possible_is_warned_about_before_it_is_saved(small_world: World) -> None:
    page = check(at_desk(small_world), **{"criterion-1.1": "16", "criterion-1.2": "0"})
    assert page.status == 422  # outcome 1 and its criteria no longer agree
    others = " ".join(f"SMM-1.1-{n:02}" for n in range(1, 11))
    page = check(at_desk(small_world), excluded=others, tolerance="0", rule="none")
    assert page.status == 200
    assert any("1.1" in one for one in items_of(page, "Take care"))


def test_a_form_from_an_older_version_is_refused_and_says_what_to_do(small_world: World) -> None:
    first, second = at_desk(small_world, CHAIR), at_desk(small_world, PSYCHOMETRICIAN)
    form, other = first.get(FORM), second.get(FORM)
    confirm = second.browser.press(other, CHECK, tolerance="2")
    page = first.browser.press(form, CHECK, tolerance="3")
    first.browser.press(page, SAVE)

    late = second.browser.press(other, CHECK, tolerance="2")
    assert late.status == 409
    assert "Version 2 was saved while this page was open" in late.text
    assert late.pressed(CHECK)[1]["tolerance"] == "2"
    assert second.browser.press(late, CHECK).status == 409

    refused = second.browser.press(confirm, SAVE)
    assert refused.status == 409
    assert "the newest version" in refused.text.lower()
    assert refused.link("Start again from the newest version") == FORM
    assert newest(small_world).blueprint.tolerance == 3


def test_a_draft_can_be_changed_before_it_is_saved(small_world: World) -> None:
    desk = at_desk(small_world)
    page = check(desk, tolerance="2", required=ONE)
    again = desk.get(page.link("Change it"))
    assert again.pressed(CHECK)[1]["tolerance"] == "2"
    page = desk.browser.press(again, CHECK, required="")
    desk.browser.press(page, SAVE)
    blueprint = newest(small_world).blueprint
    assert (blueprint.tolerance, blueprint.required) == (2, ())


def test_a_damaged_draft_is_not_found(
    small_world: World,
) -> None:
    desk = at_desk(small_world)
    draft = parse_qs(urlsplit(check(desk, tolerance="2").path).query)["draft"][0]
    for damaged in (draft[:-9], "A" + draft, "", "~", "eJw"):
        for path in (f"{FORM}/confirm", FORM):
            if damaged or path != FORM:
                assert desk.client.get(path, params={"draft": damaged}).status_code == 404
    assert desk.client.get(f"{FORM}/confirm", params={"draft": draft}).status_code == 200


def test_what_the_form_does_not_offer_is_refused_rather_than_lost(small_world: World) -> None:
    page = check(at_desk(small_world), **{"author-Nobody-least": "1"})
    assert page.status == 422
    assert "it offered what the exam no longer has" in page.text


def test_an_exam_that_is_not_there_is_not_found(small_world: World) -> None:
    desk = at_desk(small_world)
    for path in ("/board/exams/none", "/board/exams/none/blueprint", "/board/exams/none/items"):
        assert desk.get(path).status == 404


def test_the_items_of_an_exam_are_filtered_by_their_state(small_world: World) -> None:
    desk = at_desk(small_world)
    desk.browser.press(check(desk, excluded=ONE), SAVE)
    page = desk.get(f"{HERE}/items")
    excluded = rows(desk.get(page.link("Excluded (1)")), "Items")
    assert [line["Item"] for line in excluded] == [ONE]
    assert "excluded" in excluded[0]["State"]
    assert len(rows(desk.get(f"{HERE}/items?sort=-b"), "Items")) == 100
