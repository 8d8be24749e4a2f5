"""The blueprint's form: how an exam is written into it, and how what was typed is read again."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite

from pydantic import ValidationError

from app.web.board.exams.blueprint_names import (
    RANGES,
    STIMULI,
    TOTALS,
    Stock,
    anchor,
    least,
    most,
    name_of,
)
from itembank.exams import (
    EligibilityControl,
    ExamDefinition,
    ExposureControl,
    FixedForm,
    NoControl,
    ProgressiveControl,
    RandomesqueControl,
)

RULES = ("none", "progressive", "randomesque", "eligibility", "eligibility-by-ability")
KINDS = ("adaptive", "random", "fixed")
MOST_DIGITS = 6
BETWEEN = re.compile(r"[\s,;]+")
BEFORE_WORDS = "Value error, "
STALE = "This page was out of date: it offered what the exam no longer has. Open it again."


@dataclass(frozen=True, slots=True)
class Reading:
    """What was typed: the exam version it makes, or what is wrong at which field."""

    exam: ExamDefinition | None
    wrong: Mapping[str, str]


def filled(exam: ExamDefinition) -> dict[str, str]:
    """Return what the form holds of an exam."""
    blueprint = exam.blueprint
    held = {
        "kind": exam.paper.kind,
        "items": str(blueprint.items),
        "tolerance": str(blueprint.tolerance),
        "block_size": str(exam.paper.block_size),
        **{name_of("criterion", code): str(n) for code, n in blueprint.criteria.items()},
        "enemies": "\n".join(" ".join(one) for one in blueprint.enemies),
        "required": " ".join(blueprint.required),
        "excluded": " ".join(blueprint.excluded),
        **_filled_exposure(exam.exposure),
    }
    for part, word in RANGES.items():
        ranges: Mapping[str, tuple[int, int]] = getattr(blueprint, part)
        for code, limits in ranges.items():
            held |= _filled_span(name_of(word, code), limits)
    for total in TOTALS:
        held |= _filled_span(total, getattr(blueprint, total))
    if blueprint.stimuli is not None:
        for part, name in STIMULI.items():
            held |= _filled_span(name, getattr(blueprint.stimuli, part))
    if blueprint.pretest is not None:
        held["pretest-slots"] = str(blueprint.pretest.slots)
        held["pretest-items"] = " ".join(blueprint.pretest.items)
    return held


def read(offer: Stock, typed: Mapping[str, str]) -> Reading:
    """Return the exam's next version as it was typed, or what is wrong with it."""
    hand = _Hand(typed)
    changed = {
        "version": offer.exam.version + 1,
        "paper": _paper(offer, hand),
        "blueprint": _blueprint(offer, hand),
        "exposure": _exposure(hand),
    }
    hand.refuse_what_was_not_asked()
    if hand.wrong:
        return Reading(None, hand.wrong)
    try:
        exam = ExamDefinition.model_validate(offer.exam.model_dump(mode="json") | changed)
    except ValidationError as exc:
        return Reading(None, _faults(exc))
    return Reading(exam, {})


@dataclass(slots=True)
class _Hand:
    """Reads fields one by one, and remembers what is wrong and which were asked for."""

    typed: Mapping[str, str]
    wrong: dict[str, str] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    def text(self, name: str) -> str:
        self.asked.add(name)
        return self.typed.get(name, "").strip()

    def whole(self, name: str, low: int, high: int) -> int | None:
        """Return a whole number, or None where nothing or something wrong was typed."""
        text = self.text(name)
        if not text:
            return None
        plain = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
        if plain and low <= int(text) <= high:
            return int(text)
        self.wrong[name] = f"Give a whole number from {low:,} to {high:,}."
        return None

    def needed(self, name: str, low: int, high: int) -> int | None:
        """Return a whole number that must be given."""
        if not self.text(name):
            self.wrong[name] = f"Give a whole number from {low:,} to {high:,}."
        return self.whole(name, low, high)

    def number(self, name: str, low: float, high: float) -> float | None:
        """Return a number that must be given."""
        try:
            value = float(self.text(name).removesuffix("%"))
        except ValueError:
            value = float("nan")
        if isfinite(value) and low <= value <= high:
            return value
        self.wrong[name] = f"Give a number from {low:g} to {high:g}."
        return None

    def span(self, name: str, ceiling: int) -> tuple[int, int] | None:
        """Return a range, or None where neither end was given."""
        low, high = self.whole(least(name), 0, ceiling), self.whole(most(name), 0, ceiling)
        ends = (least(name), most(name))
        if any(end in self.wrong for end in ends) or (low is None and high is None):
            return None
        if low is None or high is None:
            self.wrong[ends[low is not None]] = "Give both numbers, or leave both empty."
            return None
        if low > high:
            self.wrong[ends[0]] = f"The least, {low:,}, is more than the most, {high:,}."
            return None
        return low, high

    def names(self, name: str, known: Iterable[str]) -> list[str]:
        """Return item ids with spaces, commas or new lines between them."""
        return self._known(name, self.text(name), known)

    def sets(self, name: str, known: Iterable[str]) -> list[list[str]]:
        """Return sets of item ids, one a line."""
        lines = [line for line in self.text(name).splitlines() if line.strip()]
        return [self._known(name, line, known) for line in lines]

    def refuse_what_was_not_asked(self) -> None:
        """Refuse rather than lose what the form no longer offers."""
        if any(text.strip() for name, text in self.typed.items() if name not in self.asked):
            self.wrong.setdefault("items", STALE)

    def _known(self, name: str, text: str, known: Iterable[str]) -> list[str]:
        found = [one for one in BETWEEN.split(text.strip()) if one]
        strange = [one for one in found if one not in known]
        if strange:
            said = f"There is no item '{strange[0][:64]}' in the bank. Check its id."
            self.wrong.setdefault(name, said)
        return found


def _blueprint(offer: Stock, hand: _Hand) -> dict[str, object]:
    shares = {
        code: hand.whole(name_of("criterion", code), 0, 500) for code in offer.codes("criteria")
    }
    slots = hand.whole("pretest-slots", 0, 20)
    trial = hand.names("pretest-items", offer.items)
    return {
        "items": hand.needed("items", 1, 500),
        "tolerance": hand.needed("tolerance", 0, 500),
        "criteria": {code: share for code, share in shares.items() if share is not None},
        **{part: _ranges(offer, hand, part) for part in RANGES},
        **{total: hand.span(total, 999_999) for total in TOTALS},
        "enemies": hand.sets("enemies", offer.items),
        "required": hand.names("required", offer.items),
        "excluded": hand.names("excluded", offer.items),
        "stimuli": _stimuli(hand),
        "pretest": _pretest(hand, slots, trial),
    }


def _ranges(offer: Stock, hand: _Hand, part: str) -> dict[str, tuple[int, int]]:
    spans = {code: hand.span(name_of(RANGES[part], code), 500) for code in offer.codes(part)}
    return {code: span for code, span in spans.items() if span is not None}


def _stimuli(hand: _Hand) -> dict[str, object] | None:
    spans = {part: hand.span(name, 500) for part, name in STIMULI.items()}
    given = [part for part, span in spans.items() if span is not None]
    if not given:
        return None
    for part, name in STIMULI.items():
        if spans[part] is None:
            hand.wrong.setdefault(least(name), "Give this range too, or leave both empty.")
    return dict(spans)


def _pretest(hand: _Hand, slots: int | None, items: list[str]) -> dict[str, object] | None:
    if slots and not items:
        hand.wrong.setdefault("pretest-items", "Name the items on trial, or give no slots.")
    if items and not slots:
        hand.wrong.setdefault("pretest-slots", "Say how many are on each paper: 1 to 20.")
    return {"slots": slots, "items": items} if slots and items else None


def _paper(offer: Stock, hand: _Hand) -> dict[str, object]:
    kind, size = hand.text("kind"), hand.needed("block_size", 1, 500)
    now = offer.exam.paper
    if kind == "fixed" and isinstance(now, FixedForm):
        return {"kind": kind, "items": now.items, "block_size": size}
    if kind not in {"adaptive", "random"}:
        hand.wrong["kind"] = "Choose how the paper is made."
    return {"kind": kind, "block_size": size}


def _exposure(hand: _Hand) -> dict[str, object]:
    rule = hand.text("rule")
    for name in ("strength", "size", "target"):
        hand.text(name)  # what another rule needs may stay in its field
    by_rule: dict[str, Callable[[], dict[str, object]]] = {
        "none": lambda: {"rule": rule},
        "progressive": lambda: {"rule": rule, "strength": hand.number("strength", 0, 5)},
        "randomesque": lambda: {"rule": rule, "size": hand.needed("size", 2, 50)},
        "eligibility": lambda: _eligibility(hand, conditional=False),
        "eligibility-by-ability": lambda: _eligibility(hand, conditional=True),
    }
    if rule not in by_rule:
        hand.wrong["rule"] = "Choose a rule."
        return {}
    return by_rule[rule]()


def _eligibility(hand: _Hand, *, conditional: bool) -> dict[str, object]:
    # A target is written as a percentage, or as statisticians do: .25.
    percent = hand.number("target", 0.01, 100)
    if percent is not None and percent < 1 and not hand.text("target").endswith("%"):
        percent *= 100
    target = None if percent is None else round(percent / 100, 6)
    return {"rule": "eligibility", "target": target, "conditional": conditional}


def _filled_span(name: str, limits: tuple[int, int] | None) -> dict[str, str]:
    return {} if limits is None else {least(name): str(limits[0]), most(name): str(limits[1])}


def _filled_exposure(control: ExposureControl) -> dict[str, str]:
    match control:
        case NoControl():
            return {"rule": "none"}
        case ProgressiveControl(strength=strength):
            return {"rule": "progressive", "strength": f"{strength:g}"}
        case RandomesqueControl(size=size):
            return {"rule": "randomesque", "size": str(size)}
        case EligibilityControl(target=target, conditional=conditional):
            rule = RULES[4] if conditional else RULES[3]
            return {"rule": rule, "target": f"{round(100 * target, 4):g}"}


def _faults(error: ValidationError) -> dict[str, str]:
    wrong: dict[str, str] = {}
    for one in error.errors(include_url=False):
        said = one["msg"].removeprefix(BEFORE_WORDS)
        place = anchor(one["loc"])
        wrong.setdefault(place, f"{said[:1].upper()}{said[1:]}".rstrip(".") + ".")
    return wrong
