"""Each constraint of a blueprint in plain words, for people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from itembank.blueprint.blueprint import Blueprint, Range
from itembank.frameworks.framework import Framework

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One constraint: the blueprint's field and the code within it, and what it says."""

    field: str
    code: str
    words: str

    @property
    def key(self) -> Key:
        """Return what names the constraint within its blueprint."""
        return self.field, self.code


def sentences(blueprint: Blueprint, framework: Framework) -> list[Sentence]:
    """Return every constraint of a blueprint in plain words, in the order of its fields."""
    return [
        Sentence("items", "", f"{_items(blueprint.items)} in all"),
        *_tree(blueprint, framework),
        *_classes(blueprint),
        *_totals(blueprint),
        *_names(blueprint),
        *_stimuli(blueprint),
        *_pretest(blueprint),
    ]


def enemy_code(names: tuple[str, ...]) -> str:
    """Return the code of a set of enemies."""
    return " ".join(names)


def span(least: int, most: int, *, ceiling: int | None = None) -> str:
    """Return a range in words; a `ceiling` is what nothing can exceed anyway."""
    if least == most:
        return f"{least:,}"
    if ceiling is not None and most >= ceiling and least:
        return f"at least {least:,}"
    return f"{least:,} to {most:,}" if least else f"at most {most:,}"


def listed(names: tuple[str, ...], word: str) -> str:
    """Return names as people list them: "a, b and c"."""
    head, last = names[:-1], names[-1]
    return f"{', '.join(head)} {word} {last}" if head else last


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count:,} items"


def _amount(limits: Range, ceiling: int) -> str:
    least, most = limits
    if most == 0:
        return "No item"
    words = span(least, most, ceiling=ceiling)
    noun = "item" if words.endswith(" 1") or words == "1" else "items"
    return f"{words[0].upper()}{words[1:]} {noun}"


def _tree(blueprint: Blueprint, framework: Framework) -> Iterator[Sentence]:
    kinds: tuple[tuple[str, str, Mapping[str, object]], ...] = (
        ("outcomes", "outcome", blueprint.outcomes),
        ("criteria", "criterion", blueprint.criteria),
        ("topics", "topic", blueprint.topics),
    )
    for field, kind, codes in kinds:
        for code in codes:
            amount = _amount(blueprint.limits(code), blueprint.items)
            words = f"{amount} of {kind} {code} ({framework.title(code)})"
            yield Sentence(field, code, words)


def _classes(blueprint: Blueprint) -> Iterator[Sentence]:
    kinds: tuple[tuple[str, Mapping[str, Range], str], ...] = (
        ("demands", blueprint.demands, "that ask candidates to {}"),
        ("key_positions", dict(blueprint.key_positions.items()), "with the key at {}"),
        ("authors", blueprint.authors, "written by {}"),
    )
    for field, ranges, phrase in kinds:
        for code, limits in ranges.items():
            amount = _amount(limits, blueprint.items)
            yield Sentence(field, code, f"{amount} {phrase.format(code)}")


def _totals(blueprint: Blueprint) -> Iterator[Sentence]:
    if blueprint.words is not None:
        least, most = blueprint.words
        yield Sentence("words", "", f"{_between(least, most)} words to read in all")
    if blueprint.seconds is not None:
        least, most = blueprint.seconds
        yield Sentence("seconds", "", f"{_between(least, most)} seconds expected in all")


def _between(least: int, most: int) -> str:
    if least == most:
        return f"Exactly {least:,}"
    return f"Between {least:,} and {most:,}" if least else f"At most {most:,}"


def _names(blueprint: Blueprint) -> Iterator[Sentence]:
    for one in blueprint.enemies:
        yield Sentence("enemies", enemy_code(one), f"At most one of {listed(one, 'and')}")
    for name in blueprint.required:
        yield Sentence("required", name, f"{name} on every paper")
    if blueprint.excluded:
        names = listed(blueprint.excluded, "or")
        yield Sentence("excluded", "", f"{names} on no paper")


def _stimuli(blueprint: Blueprint) -> Iterator[Sentence]:
    rule = blueprint.stimuli
    if rule is None:
        return
    each = _amount(rule.items, blueprint.items)
    yield Sentence("stimuli", "items", f"{each} of each stimulus that a paper uses")
    least, most = rule.sets
    many = "No stimulus" if most == 0 else f"{span(least, most).capitalize()} stimuli"
    if most == 1:
        many = many.removesuffix("stimuli") + "stimulus"
    yield Sentence("stimuli", "sets", f"{many} on a paper")


def _pretest(blueprint: Blueprint) -> Iterator[Sentence]:
    if blueprint.pretest is None:
        return
    slots, names = blueprint.pretest.slots, blueprint.pretest.items
    words = f"{_items(slots)} on trial on top, not scored, out of {len(names)}: "
    yield Sentence("pretest", "", words + listed(names, "and"))
