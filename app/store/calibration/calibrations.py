"""Calibration runs, the acceptances that put them in force, and the scales they freeze."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import func, insert, select

from app.errors import NotFound, Refused
from app.exam.people.permissions import Reach
from app.store.database import Transaction
from app.store.reach import within
from app.store.tables import acceptances, calibration_runs, credits, reporting_scales
from itembank.calibration import Acceptance, CalibrationRun
from itembank.scale import FrozenScale


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run in a list, with its acceptance if there is one."""

    id: str
    window: str
    exam: str
    exam_version: int
    made_at: datetime
    model: str
    converged: bool
    acceptance: Acceptance | None


@dataclass(frozen=True, slots=True)
class Credit:
    """An item that everyone who met it is credited with, and who decided so."""

    item: str
    credited_by: str
    reason: str
    at: datetime


def add(tx: Transaction, run: CalibrationRun, at: datetime) -> None:
    """Keep a run; it is never changed."""
    tx.connection.execute(
        insert(calibration_runs).values(
            id=run.id,
            window_id=run.window,
            exam=run.exam,
            exam_version=run.exam_version,
            made_at=at,
            model=run.options.model,
            converged=run.converged,
            hash=run.content_hash(),
            document=run.model_dump_json(),
        )
    )


def load(tx: Transaction, run: str, *, reach: Reach) -> CalibrationRun:
    """Return a run; raise NotFound."""
    query = select(calibration_runs.c.document).filter_by(id=run)
    text = tx.connection.execute(within(query, reach)).scalar()
    if text is None:
        raise NotFound("calibration run", run)
    try:
        return CalibrationRun.model_validate_json(text)
    except ValidationError as exc:
        raise Refused(
            f"Calibration run '{run}' cannot be read: it has been changed since it was made."
        ) from exc


def kept_hash(tx: Transaction, run: str) -> str:
    """Return the hash that a run was kept with."""
    query = select(calibration_runs.c.hash).filter_by(id=run)
    return str(tx.connection.execute(query).scalar_one())


def lines(tx: Transaction, *, reach: Reach) -> list[RunLine]:
    """Return every run, newest first."""
    table = calibration_runs.c
    query = (
        select(
            table.id,
            table.window_id,
            table.exam,
            table.exam_version,
            table.made_at,
            table.model,
            table.converged,
            acceptances.c.document,
        )
        .outerjoin(acceptances, acceptances.c.run_id == table.id)
        .order_by(table.made_at.desc(), table.id.desc())
    )
    return [
        RunLine(
            id=row.id,
            window=row.window_id,
            exam=row.exam,
            exam_version=row.exam_version,
            made_at=row.made_at,
            model=row.model,
            converged=row.converged,
            acceptance=_acceptance(row.document),
        )
        for row in tx.connection.execute(within(query, reach))
    ]


def acceptance(tx: Transaction, run: str) -> Acceptance | None:
    """Return the decision on a run, if there is one."""
    query = select(acceptances.c.document).filter_by(run_id=run)
    return _acceptance(tx.connection.execute(query).scalar())


def count_of_window(tx: Transaction, window: str) -> int:
    """Return how many runs a window has had."""
    query = select(func.count()).select_from(calibration_runs).filter_by(window_id=window)
    return tx.connection.execute(query).scalar_one()


def accept(tx: Transaction, decision: Acceptance, run: CalibrationRun, at: datetime) -> None:
    """Put a run's parameter set in force for its exam version."""
    mine = (acceptances.c.exam == run.exam, acceptances.c.exam_version == run.exam_version)
    newest = tx.connection.execute(
        select(func.coalesce(func.max(acceptances.c.sequence), 0)).where(*mine)
    ).scalar_one()
    tx.connection.execute(
        insert(acceptances).values(
            run_id=run.id,
            exam=run.exam,
            exam_version=run.exam_version,
            sequence=newest + 1,
            parameters_id=decision.parameters,
            accepted_at=at,
            document=decision.model_dump_json(),
        )
    )


def in_force(tx: Transaction, exam: str, version: int) -> str | None:
    """Return the parameter set accepted last for an exam version, if any was."""
    query = (
        select(acceptances.c.parameters_id)
        .where(acceptances.c.exam == exam, acceptances.c.exam_version == version)
        .order_by(acceptances.c.sequence.desc())
        .limit(1)
    )
    return tx.connection.execute(query).scalar()


def newest(tx: Transaction, exam: str) -> str | None:
    """Return the parameter set accepted last for any version of an exam, if any was."""
    query = (
        select(acceptances.c.parameters_id)
        .where(acceptances.c.exam == exam)
        .order_by(acceptances.c.accepted_at.desc(), acceptances.c.sequence.desc())
        .limit(1)
    )
    return tx.connection.execute(query).scalar()


def add_scale(tx: Transaction, scale: FrozenScale) -> None:
    """Freeze a reporting scale."""
    tx.connection.execute(
        insert(reporting_scales).values(
            exam=scale.exam,
            number=scale.number,
            run_id=scale.run,
            document=scale.model_dump_json(),
        )
    )


def scale(tx: Transaction, exam: str, number: int) -> FrozenScale:
    """Return a reporting scale; raise NotFound."""
    query = select(reporting_scales.c.document).filter_by(exam=exam, number=number)
    text = tx.connection.execute(query).scalar()
    if text is None:
        raise NotFound("reporting scale", f"{exam} {number}")
    return FrozenScale.model_validate_json(text)


def newest_scale(tx: Transaction, exam: str) -> FrozenScale | None:
    """Return the newest reporting scale of an exam, if one has been frozen."""
    query = (
        select(reporting_scales.c.document)
        .filter_by(exam=exam)
        .order_by(reporting_scales.c.number.desc())
        .limit(1)
    )
    text = tx.connection.execute(query).scalar()
    return None if text is None else FrozenScale.model_validate_json(text)


def add_credit(tx: Transaction, window: str, credit: Credit) -> None:
    """Credit everyone of a window with an item."""
    tx.connection.execute(
        insert(credits).values(
            window_id=window,
            item_id=credit.item,
            credited_by=credit.credited_by,
            reason=credit.reason,
            at=credit.at,
        )
    )


def credits_of(tx: Transaction, window: str) -> list[Credit]:
    """Return the items everyone of a window is credited with, by id."""
    query = select(credits).filter_by(window_id=window).order_by(credits.c.item_id)
    return [
        Credit(row.item_id, row.credited_by, row.reason, row.at)
        for row in tx.connection.execute(query)
    ]


def _acceptance(text: str | None) -> Acceptance | None:
    return None if text is None else Acceptance.model_validate_json(text)
