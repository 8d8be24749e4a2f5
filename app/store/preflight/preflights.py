"""Pre-flight reports: what simulated candidates made of an exam version; never changed."""

from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import Row, insert, select

from app.errors import Refused
from app.exam.preflight.report import KeptReport, Report
from app.store.database import Transaction
from app.store.tables import preflights


def add(tx: Transaction, report: Report, *, at: datetime, by: str) -> int:
    """Keep a report, and return its number."""
    found = tx.connection.execute(
        insert(preflights)
        .values(
            exam=report.exam,
            exam_version=report.exam_version,
            parameters_id=report.parameters,
            made_at=at,
            made_by=by,
            document=report.model_dump_json(),
        )
        .returning(preflights.c.id)
    )
    return int(found.scalar_one())


def newest(tx: Transaction, exam: str, version: int) -> KeptReport | None:
    """Return the newest report of an exam version, if there is one."""
    query = (
        select(preflights)
        .filter_by(exam=exam, exam_version=version)
        .order_by(preflights.c.made_at.desc(), preflights.c.id.desc())
        .limit(1)
    )
    row = tx.connection.execute(query).first()
    return None if row is None else _kept(row)


def count(tx: Transaction, exam: str, version: int) -> int:
    """Return how many reports of an exam version are kept."""
    query = select(preflights.c.id).filter_by(exam=exam, exam_version=version)
    return len(tx.connection.execute(query).all())


def _kept(row: Row[tuple[object, ...]]) -> KeptReport:
    try:
        report = Report.model_validate_json(row.document)
    except ValidationError as exc:
        raise Refused(
            f"Pre-flight report {row.id} of exam '{row.exam}' cannot be read: it was kept by "
            "another version of Adept. Run the pre-flight again."
        ) from exc
    return KeptReport(row.id, report, row.made_at, row.made_by)
