"""What a run found: how many faults were noticed, with the interval, and which were not."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scipy.stats import binomtest

from tests.mutants.plant import Fault

EQUIVALENT = Path(__file__).with_name("equivalent.json")
"""Faults that somebody has read and found to change nothing, each with the reason."""


@dataclass(frozen=True)
class Verdict:
    """A fault, and whether a test noticed it."""

    fault: Fault
    noticed: bool
    seconds: float


def report(verdicts: Sequence[Verdict], asked: str) -> str:
    """Return the report as Markdown; what nobody noticed counts as not noticed, whatever it is."""
    missed = [one for one in verdicts if not one.noticed]
    reasons: Mapping[str, str] = json.loads(EQUIVALENT.read_text(encoding="utf-8"))
    known = [one for one in missed if place(one.fault) in reasons]
    lines = [
        "# Planted faults",
        "",
        f"`{asked}`: {_share(len(verdicts) - len(missed), len(verdicts))} were noticed.",
        f"{len(known)} of those missed have been read and change nothing; without them, "
        f"{_share(len(verdicts) - len(missed), len(verdicts) - len(known))}.",
        "",
        *_table("room", verdicts, lambda one: _room(one.fault.path)),
        *_table("kind", verdicts, lambda one: one.fault.kind),
        "## Not noticed",
        "",
    ]
    for one in sorted(missed, key=lambda one: (one.fault.kind, one.fault.path, one.fault.line)):
        reason = reasons.get(place(one.fault))
        lines.append(f"- {one.fault.kind}: {place(one.fault)}" + (f" ({reason})" if reason else ""))
    return "\n".join(lines) + "\n"


def place(fault: Fault) -> str:
    """Return a fault in one line, without its number: lines move."""
    before, after = (" ".join(text.split()) for text in (fault.before, fault.after))
    return f"{fault.path} {fault.function}: `{before}` -> `{after}`"


def _share(part: int, of: int) -> str:
    if of == 0:
        return "0 of 0"
    within = binomtest(part, of).proportion_ci(method="wilson")
    span = f"95 % interval {within.low:.1%} to {within.high:.1%}"
    return f"{part} of {of} ({part / of:.1%}, {span})"


def _table(head: str, verdicts: Sequence[Verdict], key: Callable[[Verdict], str]) -> list[str]:
    planted = Counter(key(one) for one in verdicts)
    noticed = Counter(key(one) for one in verdicts if one.noticed)
    rows = [f"| {name} | {planted[name]} | {noticed[name]} |" for name in sorted(planted)]
    return [f"| {head} | planted | noticed |", "|---|---:|---:|", *rows, ""]


def _room(path: str) -> str:
    """Return the folder a file is in, to two levels."""
    return "/".join(path.split("/")[:-1][:2])
