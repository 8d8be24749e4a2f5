"""Item-writing checks: what a careful reviewer would say of an item, and of a bank."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from scipy.special import bdtrc

from itembank.errors import UnknownCode
from itembank.frameworks.framework import Framework, Kind
from itembank.items.item import ItemVersion, Tag

RATINGS = (0.30, 0.95)
LONGEST_STEM = 130
SECONDS = (15, 600)
LONGEST_STIMULUS = 400
CHANCE = 0.01
CATCH_ALL = re.compile(
    r"\b(all|none|both|any|neither) of (the|these) (above|below|options?|others?|answers?)"
    r"|\b(all|none) of these\b",
    re.IGNORECASE,
)
# "At least" asks for a smallest amount and hides no negation.
NEGATIVE = re.compile(r"\b(not|cannot|except|(?<!\bat )least|never)\b|\b\w+n't\b", re.IGNORECASE)
LETTER = re.compile(r"\b[Oo]ptions? [A-H]\b|\b(?i:both|either|neither) [A-H] (and|n?or) [A-H]\b")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, with which item (or the whole bank), and why it matters."""

    item: str
    rule: str
    reason: str


Check = Callable[[ItemVersion, Framework], Iterator[str]]


def four_options(item: ItemVersion, _: Framework) -> Iterator[str]:
    """One best answer of four."""
    if len(item.interaction.options) != 4:
        yield f"it has {len(item.interaction.options)} options; write four"


def codes_exist(item: ItemVersion, framework: Framework) -> Iterator[str]:
    """Criterion, topic and command word are the framework's."""
    if item.is_tagged(framework.id):
        yield from _tag_is_known(item.tag(framework.id), framework)
    else:
        yield f"it is not tagged to the framework '{framework.document.title}'"
    try:
        framework.demand(item.command_word)
    except UnknownCode:
        yield f"'{item.command_word}' is not one of the framework's command words"


def _tag_is_known(tag: Tag, framework: Framework) -> Iterator[str]:
    criteria = {entry.code for entry in framework.of_kind(Kind.CRITERION)}
    if tag.code not in criteria:
        yield f"criterion '{tag.code}' is not in the framework"
    try:
        if tag.topic is not None and framework.parent(tag.topic) != tag.code:
            yield f"topic '{tag.topic}' does not belong to criterion '{tag.code}'"
    except UnknownCode as exc:
        yield str(exc)


def rating_is_usable(item: ItemVersion, _: Framework) -> Iterator[str]:
    """Hold the judged rating to where a judgement can be trusted."""
    low, high = RATINGS
    if not low <= item.rating <= high:
        yield f"its rating {item.rating:.2f} is outside {low:.2f} to {high:.2f}: judge it again"


def no_catch_all(item: ItemVersion, _: Framework) -> Iterator[str]:
    """No 'all of the above' and its kin: options are shuffled."""
    for option in item.interaction.options:
        if CATCH_ALL.search(option.text):
            yield f"option '{option.id}' is a catch-all ('{option.text}'): write a real option"


def negative_is_emphasised(item: ItemVersion, _: Framework) -> Iterator[str]:
    """Have a negative question show its NOT in capitals."""
    for found in NEGATIVE.finditer(item.stem[-1]):
        if found[0].isupper():
            continue
        yield f"'{found[0]}' in the question is easily overlooked: ask positively, or use capitals"


def asks_a_question(item: ItemVersion, _: Framework) -> Iterator[str]:
    """Have the stem end with a question or a lead-in."""
    if not item.stem[-1].rstrip().endswith(("?", ":", "...", "…")):
        yield "the stem does not end with a question"


def stem_is_readable(item: ItemVersion, _: Framework) -> Iterator[str]:
    """Keep the stem to what can be read in the two minutes an item has."""
    words = len(" ".join(item.stem).split())
    if words > LONGEST_STEM:
        yield f"the stem has {words} words; {LONGEST_STEM} is the most"


def seconds_are_usable(item: ItemVersion, _: Framework) -> Iterator[str]:
    """Hold the expected time to what an item with one best answer can take."""
    low, high = SECONDS
    if item.seconds is not None and not low <= item.seconds <= high:
        yield (
            f"its expected time of {item.seconds} seconds is outside {low} to {high}: "
            "correct it, or leave it out for an even share of the exam's time"
        )


def stimulus_is_readable(item: ItemVersion, _: Framework) -> Iterator[str]:
    """Keep a stimulus to what can be read beside its items."""
    words = 0 if item.stimulus is None else item.stimulus.word_count()
    if words > LONGEST_STIMULUS:
        yield f"its stimulus has {words} words; {LONGEST_STIMULUS} is the most"


def options_differ(item: ItemVersion, _: Framework) -> Iterator[str]:
    """No two options say the same."""
    texts = Counter(
        re.sub(r"\W+", " ", option.text).strip().lower() for option in item.interaction.options
    )
    for text, count in texts.items():
        if count > 1:
            yield f"{count} options read '{text}'"


def distractors_are_explained(item: ItemVersion, _: Framework) -> Iterator[str]:
    """Every distractor names the misconception it stands for; the key has none."""
    for option in item.interaction.options:
        is_key = item.interaction.is_key(option.id)
        if not is_key and option.misconception is None:
            yield f"distractor '{option.id}' names no misconception"
        if is_key and option.misconception is not None:
            yield "the key carries a misconception: is it the right key?"


def letters_are_unknown(item: ItemVersion, _: Framework) -> Iterator[str]:
    """No text refers to an option by letter, since options are shuffled."""
    for option in item.interaction.options:
        if LETTER.search(f"{option.text} {option.rationale}"):
            yield f"option '{option.id}' refers to an option by its letter, which shuffling changes"


ITEM_CHECKS: tuple[Check, ...] = (
    four_options,
    codes_exist,
    rating_is_usable,
    no_catch_all,
    negative_is_emphasised,
    asks_a_question,
    stem_is_readable,
    seconds_are_usable,
    stimulus_is_readable,
    options_differ,
    distractors_are_explained,
    letters_are_unknown,
)


def _is_longest(item: ItemVersion) -> bool:
    lengths = {option.id: len(option.text) for option in item.interaction.options}
    longest = max(lengths[name] for name in item.interaction.distractors())
    of_key = lengths[item.interaction.key]
    return of_key > longest


def _is_chance(successes: int, trials: int) -> bool:
    """Return whether so many of the trials, or more, may well succeed at one in four."""
    return bool(bdtrc(successes - 1, trials, 0.25) >= CHANCE)


def _keys_are_spread(items: Sequence[ItemVersion]) -> Iterator[Finding]:
    four = [item for item in items if len(item.interaction.options) == 4]
    places = Counter(item.interaction.key_place(item.option_ids()) for item in four)
    for place in range(4):
        if four and not _is_chance(places[place], len(four)):
            yield Finding(
                "bank",
                "keys_are_spread",
                f"the key is option {'ABCD'[place]} in {places[place]} of {len(four)} items, "
                "far more than a quarter: reorder some options",
            )


def _key_is_not_the_longest(items: Sequence[ItemVersion]) -> Iterator[Finding]:
    four = [item for item in items if len(item.interaction.options) == 4]
    longest = [item.id for item in four if _is_longest(item)]
    if four and not _is_chance(len(longest), len(four)):
        yield Finding(
            "bank",
            "key_is_not_the_longest",
            f"the key is the longest option in {len(longest)} of {len(four)} items, more often "
            f"than chance; shorten some, for example {', '.join(longest[:5])}",
        )


def _stems_differ(items: Sequence[ItemVersion]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for item in items:
        # The same words about two cases are two questions.
        about = "" if item.stimulus is None else item.stimulus.id
        text = re.sub(r"\W+", " ", " ".join((about, *item.stem))).lower().strip()
        if text in first:
            yield Finding(item.id, "stems_differ", f"the stem is the same as that of {first[text]}")
        first.setdefault(text, item.id)


def _ids_differ(items: Sequence[ItemVersion]) -> Iterator[Finding]:
    for name, count in Counter(item.id for item in items).items():
        if count > 1:
            yield Finding(name, "ids_differ", f"{count} items have this id")


def _stimuli_agree(items: Sequence[ItemVersion]) -> Iterator[Finding]:
    first: dict[str, ItemVersion] = {}
    for item in items:
        if item.stimulus is None:
            continue
        model = first.setdefault(item.stimulus.id, item)
        if item.stimulus != model.stimulus:
            yield Finding(
                item.id,
                "stimuli_agree",
                f"its stimulus '{item.stimulus.id}' reads otherwise than in {model.id}: give both "
                "the same title and text, or another id",
            )


BANK_CHECKS = (
    _ids_differ,
    _stems_differ,
    _stimuli_agree,
    _keys_are_spread,
    _key_is_not_the_longest,
)


def lint(items: Sequence[ItemVersion], framework: Framework) -> list[Finding]:
    """Return every finding on `items`, item by item and then on the bank as a whole."""
    findings = [
        Finding(item.id, check.__name__, reason)
        for item in items
        for check in ITEM_CHECKS
        for reason in check(item, framework)
    ]
    return findings + [finding for check in BANK_CHECKS for finding in check(items)]
