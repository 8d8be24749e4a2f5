"""An exposure report as tables."""

from rich.console import RenderableType

from app.cli.output import facts, line, table
from app.exam.paper.exposure_report import GroupExposure, ItemExposure
from app.services.window.exposure import ExposureReport


def exposure_tables(report: ExposureReport) -> list[RenderableType]:
    """Return a report for people: the whole, the groups of ability, then item by item."""
    found = report.exposure
    each = " in each group" if report.is_conditional else ""
    target = "none" if found.target is None else f"{found.target:.2f}{each}"
    pairs: list[tuple[str, object]] = [
        ("window", f"{report.window}, exam {report.exam} v{report.exam_version}"),
        ("control", report.rule),
        ("target", target),
        ("sittings", found.sittings),
        ("largest", _share(found.largest)),
        ("mean", _share(found.mean)),
        ("overlap", _share(found.overlap)),
        ("over target", ", ".join(found.over_target) or "no item"),
        ("never seen", f"{len(found.never_seen)} of {len(found.items)} items"),
    ]
    groups = [
        (_span(one), one.sittings, _share(one.largest), _share(one.overlap)) for one in found.groups
    ]
    items = sorted(found.items, key=lambda one: (-one.seen, one.item))
    heads = ("item", "criterion", "seen", "share", *map(_span, found.groups), "note")
    rows = [
        (
            one.item,
            one.criterion,
            one.seen,
            _share(one.rate),
            *map(_share, one.by_group),
            _note(one),
        )
        for one in items
    ]
    return [
        facts(pairs),
        line(""),
        table(("ability", "sittings", "largest", "overlap"), groups),
        line(""),
        table(heads, rows),
    ]


def _share(share: float | None) -> str | None:
    return None if share is None else f"{share:.3f}"


def _span(group: GroupExposure) -> str:
    if group.low is None or group.high is None:
        return f"below {group.high:+.2f}" if group.low is None else f"{group.low:+.2f} and above"
    return f"{group.low:+.2f} to {group.high:+.2f}"


def _note(one: ItemExposure) -> str:
    notes = {
        "over target": one.is_over_target,
        "suspended": one.is_suspended,
        "on trial": one.is_on_trial,
    }
    return ", ".join(name for name, holds in notes.items() if holds)
