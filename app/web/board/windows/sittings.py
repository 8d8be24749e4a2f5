"""The page of one sitting with its result and record, and the page of its replay."""

from collections.abc import Sequence

from app.exam.award.grading import Basis, ProfilePart, Result
from app.exam.people.permissions import Act
from app.exam.seeing.line import SittingLine, may_get_time
from app.exam.seeing.result import released
from app.services.upkeep.replay import Replay
from app.services.window.board import RecordLine, SittingFile
from app.web.board.desk import words
from app.web.board.desk.frames import WINDOWS, frame, sitting_address, window_link
from app.web.board.desk.pages import Cell, Column, Fact, Gauge, Link, ReplayPage, SittingPage, Table
from app.web.board.desk.session import Desk
from app.web.board.desk.tables import plain

SHORT_HASH = 12
LONGEST = 160
BEFORE = 40


def sitting_page(desk: Desk, file: SittingFile, said: str) -> SittingPage:
    """Return a sitting's page."""
    line, graded = file.line, file.graded
    is_out = released(graded) is not None
    extends = desk.may(Act.EXTEND_SITTING) and not is_out and may_get_time(line)
    address = sitting_address(line.id)
    return SittingPage(
        frame=frame(desk, line.candidate, WINDOWS, window_link(file.window), said=said),
        facts=sitting_facts(line),
        mark=() if graded is None else _result(graded.result),
        care=_care(file, is_out=is_out),
        no_mark="" if graded is not None else "This sitting has not been graded.",
        parts=() if graded is None else _parts(graded.result),
        links=(Link("Give more time", f"{address}/extend"),) if extends else (),
        replay_target=f"{address}/replay",
        record=_record(file.record),
        decisions=plain(
            "Decisions about this sitting",
            ("When (UTC)", "Who", "What", "Particulars"),
            [
                (
                    words.instant(one.at),
                    one.actor,
                    words.decision(one.action),
                    words.detail(one.detail),
                )
                for one in file.entries
            ],
            numbers="t t",
            empty="Nothing has been decided about this sitting.",
        ),
    )


def sitting_facts(line: SittingLine) -> tuple[Fact, ...]:
    """Return who sits, where they are, and what time is left."""
    facts = [
        Fact("Membership number", line.membership_number),
        Fact("State", words.STATES[line.state]),
        Fact("Answered", f"{line.answered} of {line.length}"),
    ]
    if line.block:
        facts.append(Fact("Where", f"part {line.block} of {line.block_count}"))
    if line.deadline is not None:
        facts.append(Fact("Started", f"{words.instant(line.started_at)} UTC"))
        facts.append(Fact("Time ends", f"{words.instant(line.deadline)} UTC"))
    if line.remaining is not None:
        facts.append(Fact("Time left", f"{words.left(line.remaining)} minutes"))
    return tuple(facts)


def replay_page(desk: Desk, file: SittingFile, found: Replay, said: str) -> ReplayPage:
    """Return what a replay gave."""
    line = file.line
    agrees = not found.differences
    verdict = (
        "The record agrees: its chain is whole, and every choice and mark follows from it."
        if agrees
        else "The record does not agree with what follows from it."
    )
    way = (WINDOWS, window_link(file.window), Link(line.candidate, sitting_address(line.id)))
    facts = [
        Fact("Events", str(found.events)),
        Fact("State", found.state.replace("_", " ")),
        Fact("Mark, derived again", _derived(found)),
    ]
    return ReplayPage(
        frame=frame(desk, f"Replay of the sitting of {line.candidate}", *way, said=said),
        verdict=verdict,
        agrees=agrees,
        facts=tuple(facts),
        differences=plain(
            "Differences",
            ("Where", "In the record", "Derived again"),
            [(one.where, *parting(one.recorded, one.derived)) for one in found.differences],
            empty="Nowhere.",
        ),
        blocks=plain(
            "Parts, chosen again",
            ("ProfilePart", "Ability before it (θ)", "SEM", "Items"),
            [
                (str(one.block), f"{one.theta:.3f}", f"{one.sem:.3f}", ", ".join(one.items))
                for one in found.blocks
            ],
            numbers="nnn",
            empty="No part has been chosen again.",
        ),
        replay_target=sitting_address(line.id, "replay"),
    )


def short(text: str) -> str:
    """Return a text that fits a cell."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def parting(recorded: str, derived: str) -> tuple[str, str]:
    """Return two texts from just before the place where they part, so that it is seen."""
    pairs = enumerate(zip(recorded, derived, strict=False))
    alike = next((place for place, (one, other) in pairs if one != other), 0)
    start = max(0, alike - BEFORE)
    lead = "…" if start else ""
    return short(lead + recorded[start:]), short(lead + derived[start:])


def _derived(found: Replay) -> str:
    return words.NOTHING if found.result is None else found.result.award.brief


def _care(file: SittingFile, *, is_out: bool) -> tuple[str, ...]:
    marks = []
    if file.graded is not None and not is_out:
        marks.append("NOT RELEASED: the candidate cannot see this result.")
    if file.provisional:
        marks.append(f"{words.PROVISIONAL}: the items' difficulties are judged, not measured.")
    return tuple(marks)


def _result(result: Result) -> tuple[Fact, ...]:
    counts, mark = result.counts, result.award.mark
    error = f"standard error {result.mark_error:.1f} marks"
    return (
        *(() if mark is None else (Fact("Mark", f"{mark} of 100, {error}"),)),
        Fact("Grade", result.award.words),
        Fact("Before rounding", f"{result.exact_mark:.2f}"),
        Fact("Ability (θ)", f"{result.theta:.3f}, SEM {result.sem:.3f}"),
        Fact("Domain score", f"{result.domain_score:.3f}"),
        Fact("Scoring", result.scoring.replace("_", " ")),
        *([] if result.basis is None else _basis(result.basis)),
        Fact(
            "Positions",
            f"{counts.answered} answered, {counts.omitted} left blank, "
            f"{counts.not_delivered} never handed out"
            + (f", and {counts.trial} on trial, unscored" if counts.trial else ""),
        ),
    )


def _basis(basis: Basis) -> list[Fact]:
    """Return what a calibrated or credited mark rests on."""
    scale = words.NOTHING if basis.scale is None else str(basis.scale)
    facts = [
        Fact("Reporting scale", scale),
        Fact("Items still on their ratings", str(basis.judged)),
    ]
    if basis.barred:
        facts.append(Fact("Barred, not scored", ", ".join(basis.barred)))
    if basis.credited:
        facts.append(Fact("Credited to all", ", ".join(basis.credited)))
    return facts


def _parts(result: Result) -> tuple[Table, ...]:
    return (
        _part_table("By learning outcome", "Outcome", result.outcomes),
        _part_table("By assessment criterion", "Criterion", result.criteria),
    )


def _part_table(caption: str, head: str, parts: Sequence[ProfilePart]) -> Table:
    return Table(
        caption=caption,
        columns=(
            Column(head),
            Column("Title"),
            Column("Items", is_number=True),
            Column("Right", is_number=True),
            Column("Expected", is_number=True),
            Column("Right of items (line: expected)"),
            Column("Level", is_tight=True),
        ),
        rows=tuple(
            (
                Cell(part.code),
                Cell(part.title),
                Cell(str(part.items)),
                Cell(str(part.right)),
                Cell(f"{part.expected:.1f}"),
                Cell(f"{100 * part.right / part.items:.0f} %", bar=_gauge(part)),
                Cell(str(part.level)),
            )
            for part in parts
        ),
    )


def _gauge(part: ProfilePart) -> Gauge:
    return Gauge(round(100 * part.right / part.items), round(100 * part.expected / part.items))


def _record(record: Sequence[RecordLine]) -> Table:
    return Table(
        caption=f"The record: {words.counted(len(record), 'event', 'events')}",
        columns=(
            Column("No.", is_number=True),
            Column("When (UTC)", is_tight=True),
            Column("Kind", is_tight=True),
            Column("What"),
            Column("Hash"),
        ),
        rows=tuple(
            (
                Cell(str(one.link.sequence)),
                Cell(_when(one.link.at)),
                Cell(one.link.kind.replace("_", " ")),
                Cell(short(words.event(one.body))),
                Cell(one.link.hash[:SHORT_HASH]),
            )
            for one in record
        ),
        empty="The record is empty: its events have been removed.",
    )


def _when(stamp: str) -> str:
    """Return a stored instant, which a tampered record may not hold, as it reads best."""
    return stamp.replace("T", " ").removesuffix("Z")[:23]
