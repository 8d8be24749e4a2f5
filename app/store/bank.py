"""Frameworks, item versions, parameter sets and exams: documents that never change."""

from collections.abc import Sequence

from sqlalchemy import and_, insert, or_, select

from app.errors import NotFound
from app.exam.delivery import Edition, edition
from app.store.database import Transaction
from app.store.tables import exams, frameworks, item_versions, parameter_sets
from itembank.criteria import Framework
from itembank.exams import ExamDefinition, ParameterSet
from itembank.items import ItemVersion


def add_framework(tx: Transaction, framework: Framework) -> None:
    """Keep a framework; nothing happens if it is kept already."""
    if tx.connection.execute(select(frameworks.c.id).filter_by(id=framework.id)).first() is None:
        tx.connection.execute(
            insert(frameworks).values(
                id=framework.id,
                title=framework.document.title,
                document=framework.model_dump_json(by_alias=True),
            )
        )


def add_items(tx: Transaction, items: Sequence[ItemVersion]) -> int:
    """Keep the item versions that are new; return how many were."""
    kept = {
        (row.item_id, row.version)
        for row in tx.connection.execute(select(item_versions.c.item_id, item_versions.c.version))
    }
    new = [item for item in items if (item.id, item.version) not in kept]
    if new:
        tx.connection.execute(
            insert(item_versions),
            [
                {
                    "item_id": item.id,
                    "version": item.version,
                    "hash": item.content_hash(),
                    "document": item.model_dump_json(),
                }
                for item in new
            ],
        )
    return len(new)


def latest_items(tx: Transaction) -> list[ItemVersion]:
    """Return the latest version of every item, by id."""
    query = select(item_versions.c.document).order_by(
        item_versions.c.item_id, item_versions.c.version
    )
    items = [
        ItemVersion.model_validate_json(text) for text in tx.connection.execute(query).scalars()
    ]
    return list({item.id: item for item in items}.values())


def add_exam(tx: Transaction, exam: ExamDefinition, parameters: ParameterSet) -> None:
    """Keep an exam version with the parameter set it rests on."""
    name = parameters.content_hash()
    if tx.connection.execute(select(parameter_sets.c.id).filter_by(id=name)).first() is None:
        tx.connection.execute(
            insert(parameter_sets).values(
                id=name, provisional=parameters.provisional, document=parameters.model_dump_json()
            )
        )
    tx.connection.execute(
        insert(exams).values(
            code=exam.code,
            version=exam.version,
            framework_id=exam.framework,
            parameters_id=name,
            document=exam.model_dump_json(),
        )
    )


def framework(tx: Transaction, name: str) -> Framework:
    """Return a framework; raise NotFound."""
    text = tx.connection.execute(select(frameworks.c.document).filter_by(id=name)).scalar()
    if text is None:
        raise NotFound("framework", name)
    return Framework.model_validate_json(text)


def exam_list(tx: Transaction) -> list[tuple[ExamDefinition, bool]]:
    """Return every exam version, and whether its parameters are provisional."""
    query = (
        select(exams.c.document, parameter_sets.c.provisional)
        .join(parameter_sets, parameter_sets.c.id == exams.c.parameters_id)
        .order_by(exams.c.code, exams.c.version)
    )
    return [
        (ExamDefinition.model_validate_json(text), provisional)
        for text, provisional in tx.connection.execute(query)
    ]


def latest_version(tx: Transaction, code: str) -> int:
    """Return the newest version of an exam; raise NotFound."""
    query = select(exams.c.version).filter_by(code=code).order_by(exams.c.version.desc())
    found = tx.connection.execute(query).scalar()
    if found is None:
        raise NotFound("exam", code)
    return int(found)


def load_edition(tx: Transaction, code: str, version: int) -> Edition:
    """Return an exam version with its bank and parameters, from memory once it has been read."""
    if (code, version) in tx.editions:
        return tx.editions[(code, version)]
    row = tx.connection.execute(select(exams).filter_by(code=code, version=version)).first()
    if row is None:
        raise NotFound("exam", f"{code} version {version}")
    parameters = ParameterSet.model_validate_json(
        tx.connection.execute(
            select(parameter_sets.c.document).filter_by(id=row.parameters_id)
        ).scalar_one()
    )
    made = edition(
        ExamDefinition.model_validate_json(row.document),
        framework(tx, row.framework_id),
        _items(tx, parameters),
        parameters,
    )
    tx.editions[(code, version)] = made
    return made


def _items(tx: Transaction, parameters: ParameterSet) -> list[ItemVersion]:
    wanted = [
        and_(item_versions.c.item_id == name, item_versions.c.version == one.version)
        for name, one in parameters.items.items()
    ]
    found: list[ItemVersion] = []
    for start in range(0, len(wanted), 200):
        query = select(item_versions.c.document).where(or_(*wanted[start : start + 200]))
        found += [
            ItemVersion.model_validate_json(text) for text in tx.connection.execute(query).scalars()
        ]
    return found
