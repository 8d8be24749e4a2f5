"""The page of a calibration run: what was asked and found, the decision on it, its items."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from shlex import join

from app.services.calibration.calibration_record import RunView
from app.web.board.desk import words
from app.web.board.desk.charts import information_chart
from app.web.board.desk.frames import CALIBRATIONS, frame, item_address, run_address, window_address
from app.web.board.desk.pages import CalibrationPage, Cell, Fact, Link, Table
from app.web.board.desk.session import Desk
from app.web.board.desk.tables import Spec, View, plain, table
from app.web.board.windows.windows import Asked
from itembank.calibration import Acceptance, CalibrationRun, Flag, ItemRow, Role, Value

NOT_CONVERGED = (
    "NOT CONVERGED: the estimation stopped before it settled, so this run cannot be accepted. "
    "Calibrate again with more iterations, or with a simpler model."
)
ALTERED = (
    "ALTERED: this run is no longer what was kept, since its content and its hash disagree. "
    "Do not use it; calibrate again."
)
FILTERS: dict[str, tuple[str, Callable[[ItemRow], bool]]] = {
    "": ("All", lambda _: True),
    "flagged": ("Flagged", lambda row: bool(row.flags)),
    "anchors": ("Anchors", lambda row: row.role is Role.ANCHOR),
    "left-out": ("Left out", lambda row: row.role is Role.LEFT_OUT),
}


def run_page(desk: Desk, view: RunView, asked: Asked) -> CalibrationPage:
    """Return a run's page."""
    run = view.run
    state = asked.state if asked.state in FILTERS else ""
    seen = View(run_address(run.id), state, asked.sort, asked.page)
    return CalibrationPage(
        frame=frame(desk, f"Calibration {run.id}", CALIBRATIONS),
        care=care_of(view),
        facts=_asked_for(run),
        estimates=_found(run),
        record=_record(run),
        decision=() if view.acceptance is None else _decision(view.acceptance),
        command=_command(desk, view),
        undecided=_undecided(run),
        filters=_filters(seen, run.items),
        items=_items(run, seen),
        drift=_drift(run),
        information=information_chart(run),
        information_points=plain(
            "Information by ability",
            ("Ability (θ)", "Information"),
            [
                (words.figure(point.theta), words.figure(point.information))
                for point in run.information
            ],
            numbers="nn",
            empty="No item was calibrated, so there is no information to show.",
        ),
    )


def care_of(view: RunView) -> tuple[str, ...]:
    """Return what anyone who reads a run must know first."""
    marks = ("" if view.run.converged else NOT_CONVERGED, "" if view.is_intact else ALTERED)
    return tuple(mark for mark in marks if mark)


def right(row: ItemRow) -> float | None:
    """Return the share of right answers, in per cent."""
    return 100 * row.right / row.presented if row.presented else None


def flags(row: ItemRow) -> str:
    """Return an item's flags in words."""
    return ", ".join(words.FLAGS[flag] for flag in row.flags)


def _asked_for(run: CalibrationRun) -> tuple[Fact, ...]:
    options = run.options
    to_scale = run.scale is not None
    facts = [
        Fact("Window", run.window, href=window_address(run.window)),
        Fact("Exam", f"{run.exam}, version {run.exam_version}"),
        Fact("Made", f"{words.stamp(run.made_at)} UTC, by {run.by}"),
        Fact("Model", words.MODELS[options.model]),
        Fact("Engine", words.ENGINES[options.engine]),
        Fact("Priors", options.priors),
        Fact("Anchors", f"reporting scale {run.scale}" if to_scale else "none: a free calibration"),
    ]
    if run.linking is not None:
        linking = run.linking
        facts += [
            Fact("Linking", linking.method),
            Fact("Slope", _with_error(linking.slope, linking.slope_error)),
            Fact("Intercept", _with_error(linking.intercept, linking.intercept_error)),
        ]
    return tuple(facts)


def _found(run: CalibrationRun) -> tuple[Fact, ...]:
    ended = "converged" if run.converged else "stopped before it settled"
    return (
        Fact("Persons", f"{run.persons:,}"),
        Fact("Responses", f"{run.responses:,}"),
        Fact("Mean of ability", words.estimate(run.latent_mean)),
        Fact("Spread of ability (sd)", words.estimate(run.latent_sd)),
        Fact("Reliability", words.figure(run.reliability, 3)),
        Fact("Log-likelihood", words.figure(run.log_likelihood)),
        Fact("Log-posterior", words.figure(run.log_posterior)),
        Fact("Free parameters", str(run.parameter_count)),
        Fact("AIC", words.figure(run.aic)),
        Fact("BIC", words.figure(run.bic)),
        Fact("Iterations", f"{run.iterations}, {ended}", "" if run.converged else "not converged"),
    )


def _record(run: CalibrationRun) -> tuple[Fact, ...]:
    options = run.options
    versions = ", ".join(f"{name} {version}" for name, version in sorted(run.versions.items()))
    return (
        Fact("Hash of the responses", run.input_hash),
        Fact("Made with", versions),
        Fact("Seed", "none: nothing is drawn by chance" if run.seed is None else str(run.seed)),
        Fact("Quadrature points", str(options.quadrature_points)),
        Fact("Most iterations", str(options.max_iterations)),
        Fact("Tolerance", f"{options.tolerance:g}"),
    )


def _decision(found: Acceptance) -> tuple[Fact, ...]:
    return (
        Fact("Accepted", f"{words.stamp(found.at)} UTC, by {found.by}"),
        Fact("Reason", found.reason),
        Fact("Reporting scale", str(found.scale)),
        Fact("Parameter set", found.parameters),
        Fact("Items accepted", str(len(found.accepted))),
        Fact("Re-expressed", _named(found.re_expressed)),
        Fact("Barred", _named(found.barred)),
    )


def _named(items: Sequence[str]) -> str:
    return f"{len(items)}: {', '.join(items)}" if items else "none"


def _command(desk: Desk, view: RunView) -> str:
    if view.acceptance is not None or care_of(view):
        return ""
    who = desk.member.email
    fixed = ["adept", "calibration", "accept", view.run.id, "--items", "clear", "--by", who]
    return join(fixed) + ' --reason "..."'


def _undecided(run: CalibrationRun) -> str:
    doubtful = [row.item for row in run.items if Flag.KEY in row.flags]
    if not doubtful:
        return ""
    return f"The key of these items is in doubt: {', '.join(doubtful)}. Each must be named too."


def _with_error(value: float, error: float) -> str:
    return words.estimate(Value(value=value, error=error))


def _filters(seen: View, items: Sequence[ItemRow]) -> tuple[Link, ...]:
    return tuple(
        Link(
            f"{name} ({sum(map(fits, items))})",
            replace(seen, state=key, page="").address(),
            key == seen.state,
        )
        for key, (name, fits) in FILTERS.items()
    )


def _items(run: CalibrationRun, seen: View) -> Table:
    name, fits = FILTERS[seen.state]
    flagged_first = sorted(filter(fits, run.items), key=lambda row: (-len(row.flags), row.item))
    order = "" if seen.sort else ", those with most flags first"
    return table(
        _columns(run.id),
        flagged_first,
        seen,
        caption=f"Items: {name.lower()}{order}",
        empty="There is no such item in this run.",
    )


def _columns(run: str) -> list[Spec[ItemRow]]:
    return [
        Spec(
            "Item",
            lambda row: Cell(row.item, item_address(run, row.item)),
            "item",
            lambda row: row.item,
            is_tight=True,
        ),
        Spec("Criterion", lambda row: Cell(row.criterion), "criterion", lambda row: row.criterion),
        Spec("Role", lambda row: Cell(words.ROLES[row.role]), "role", lambda row: row.role),
        _number("Presented", "presented", lambda row: row.presented, places=0),
        _number("Right (%)", "right", right, places=1),
        _number("a", "a", lambda row: row.a.value if row.a else None),
        _number("SE of a", "a-error", lambda row: row.a.error if row.a else None),
        _number("b", "b", lambda row: row.b.value if row.b else None),
        _number("SE of b", "b-error", lambda row: row.b.error if row.b else None),
        _number("a before", "a-before", lambda row: row.before_a),
        _number("b before", "b-before", lambda row: row.before_b),
        _number("Infit", "infit", lambda row: row.fit.infit if row.fit else None),
        _number("Outfit", "outfit", lambda row: row.fit.outfit if row.fit else None),
        Spec(
            "Score test p",
            lambda row: Cell(words.chance(row.fit.p if row.fit else None)),
            "fit",
            lambda row: row.fit.p if row.fit else None,
            is_number=True,
        ),
        Spec("Flags", _flags, "flags", lambda row: (-len(row.flags), row.item)),
    ]


def _number(
    head: str, key: str, value: Callable[[ItemRow], float | None], *, places: int = 2
) -> Spec[ItemRow]:
    return Spec(
        head, lambda row: Cell(words.figure(value(row), places)), key, value, is_number=True
    )


def _flags(row: ItemRow) -> Cell:
    return Cell("", care=flags(row)) if row.flags else Cell(words.NOTHING)


def _drift(run: CalibrationRun) -> Table:
    return plain(
        "Drift of the anchors",
        ("Item", "Robust z of a", "Robust z of b", "d²", "Finding"),
        [
            (
                row.item,
                words.figure(row.robust_z_a),
                words.figure(row.robust_z_b),
                words.figure(row.d2, 4),
                "drifted" if row.drifted else "as it was",
            )
            for row in run.drift
        ],
        numbers="tnnnt",
        empty="No anchors were held, so there is no drift to judge.",
    )
