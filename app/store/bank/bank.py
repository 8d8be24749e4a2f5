"""Frameworks, item versions, parameter sets and exams: documents that never change."""

import json
from collections.abc import Sequence

from sqlalchemy import and_, insert, or_, select, update

from app.errors import ContentDiffers, Duplicate, NotFound
from app.exam.paper.edition import Edition, edition
from app.exam.sitting.events import Created
from app.store.bank import states
from app.store.calibration import calibrations
from app.store.database import Transaction
from app.store.tables import exams, frameworks, item_versions, parameter_sets
from itembank.exams import ExamDefinition
from itembank.frameworks.framework import Framework
from itembank.items.first_form import FRAMEWORK
from itembank.items.item import ItemVersion, read_item
from itembank.parameters import ParameterSet


def add_framework(tx: Transaction, framework: Framework) -> None:
    """Keep a framework; nothing happens if it is kept already.

    Raises ContentDiffers if one of its id is kept that says something else.
    """
    query = select(frameworks.c.document).filter_by(id=framework.id)
    kept = tx.connection.execute(query).scalar()
    if kept is None:
        tx.connection.execute(
            insert(frameworks).values(
                id=framework.id,
                title=framework.document.title,
                document=framework.model_dump_json(by_alias=True),
            )
        )
    elif Framework.model_validate_json(kept) != framework:
        raise ContentDiffers("framework", framework.id)


def add_items(tx: Transaction, items: Sequence[ItemVersion]) -> int:
    """Keep the item versions that are new; return how many were. An item that is new is live.

    Raises ContentDiffers if a version is kept, or is given twice, that says something else.
    """
    kept = _versions(tx)
    new: list[ItemVersion] = []
    for item in items:
        known = kept.setdefault((item.id, item.version), item)
        if known is item:
            new.append(item)
        elif known != item:
            raise ContentDiffers("version of item", f"{item.id} version {item.version}")
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
        states.begin(tx, frozenset(item.id for item in new))
    return len(new)


def _versions(tx: Transaction) -> dict[tuple[str, int], ItemVersion]:
    """Return every item version."""
    query = select(item_versions.c.item_id, item_versions.c.version, item_versions.c.document)
    owners = _owners(tx)
    return {
        (row.item_id, row.version): read_item(row.document, owners.get(row.item_id, FRAMEWORK))
        for row in tx.connection.execute(query)
    }


def latest_items(tx: Transaction) -> list[ItemVersion]:
    """Return the latest version of every item, by id."""
    query = select(item_versions.c.item_id, item_versions.c.document).order_by(
        item_versions.c.item_id, item_versions.c.version
    )
    texts = {row.item_id: row.document for row in tx.connection.execute(query)}
    owners = _owners(tx)
    return [read_item(text, owners.get(name, FRAMEWORK)) for name, text in texts.items()]


def find_item_version(tx: Transaction, item: str, version: int) -> ItemVersion | None:
    """Return an item version, if the bank has it."""
    query = select(item_versions.c.document).filter_by(item_id=item, version=version)
    text = tx.connection.execute(query).scalar()
    return None if text is None else read_item(text, _owners(tx).get(item, FRAMEWORK))


def _owners(tx: Transaction) -> dict[str, str]:
    """Return the framework of the exam that owns each item: of the first whose set names it.

    A document of before there were tags has codes of that framework. Where several exams name an
    item, those of the framework that shipped come before others.
    """
    query = (
        select(exams.c.framework_id, parameter_sets.c.document)
        .join(parameter_sets, parameter_sets.c.id == exams.c.parameters_id)
        .order_by(exams.c.framework_id != FRAMEWORK, exams.c.code, exams.c.version)
    )
    owners: dict[str, str] = {}
    for name, text in tx.connection.execute(query):
        for item in json.loads(text)["items"]:
            owners.setdefault(item, name)
    return owners


def has_item(tx: Transaction, item: str) -> bool:
    """Say whether the bank has any version of an item."""
    query = select(item_versions.c.item_id).filter_by(item_id=item).limit(1)
    return tx.connection.execute(query).first() is not None


def add_exam(tx: Transaction, exam: ExamDefinition, parameters: ParameterSet) -> None:
    """Keep an exam version with the parameter set it rests on.

    Raises Duplicate if the version is kept already, ContentDiffers if it says something else.
    """
    version = f"{exam.code} version {exam.version}"
    query = select(exams.c.document).filter_by(code=exam.code, version=exam.version)
    kept = tx.connection.execute(query).scalar()
    if kept is not None and ExamDefinition.model_validate_json(kept) != exam:
        raise ContentDiffers("version of exam", version)
    if kept is not None:
        raise Duplicate("version of exam", version)
    name = add_parameters(tx, parameters)
    tx.connection.execute(
        insert(exams).values(
            code=exam.code,
            version=exam.version,
            framework_id=exam.framework,
            parameters_id=name,
            document=exam.model_dump_json(),
        )
    )


def rest_on(tx: Transaction, code: str, version: int, parameters: ParameterSet) -> str:
    """Let an exam version rest on another set than the one it was kept with; return its id.

    Sittings name the set they were made from, so those there are keep theirs.
    """
    name = add_parameters(tx, parameters)
    tx.connection.execute(
        update(exams).filter_by(code=code, version=version).values(parameters_id=name)
    )
    return name


def framework(tx: Transaction, name: str) -> Framework:
    """Return a framework; raise NotFound."""
    text = tx.connection.execute(select(frameworks.c.document).filter_by(id=name)).scalar()
    if text is None:
        raise NotFound("framework", name)
    return Framework.model_validate_json(text)


def exam_list(tx: Transaction) -> list[tuple[ExamDefinition, bool]]:
    """Return every exam version, and whether the parameters in force are provisional."""
    query = select(exams.c.document).order_by(exams.c.code, exams.c.version)
    found = [
        ExamDefinition.model_validate_json(text) for text in tx.connection.execute(query).scalars()
    ]
    return [(exam, _is_provisional(tx, exam)) for exam in found]


def _is_provisional(tx: Transaction, exam: ExamDefinition) -> bool:
    name = parameters_in_force(tx, exam.code, exam.version)
    query = select(parameter_sets.c.provisional).filter_by(id=name)
    return bool(tx.connection.execute(query).scalar_one())


def find_latest_version(tx: Transaction, code: str) -> int | None:
    """Return the newest version of an exam, if it has any."""
    query = select(exams.c.version).filter_by(code=code).order_by(exams.c.version.desc())
    return tx.connection.execute(query.limit(1)).scalar()


def latest_version(tx: Transaction, code: str) -> int:
    """Return the newest version of an exam; raise NotFound."""
    found = find_latest_version(tx, code)
    if found is None:
        raise NotFound("exam", code)
    return found


def exam_definition(tx: Transaction, code: str, version: int) -> ExamDefinition:
    """Return an exam version as it was saved; raise NotFound."""
    query = select(exams.c.document).filter_by(code=code, version=version)
    text = tx.connection.execute(query).scalar()
    if text is None:
        raise NotFound("exam", f"{code} version {version}")
    return ExamDefinition.model_validate_json(text)


def load_edition(
    tx: Transaction, code: str, version: int, parameters: str | None = None
) -> Edition:
    """Return an exam version with its bank and a parameter set: the one in force, or one by id.

    It comes from memory once it has been read.
    """
    name = parameters or parameters_in_force(tx, code, version)
    if (code, version, name) not in tx.editions:
        tx.editions[(code, version, name)] = _read_edition(tx, code, version, name)
    return tx.editions[(code, version, name)]


def edition_of(tx: Transaction, made: Created) -> Edition:
    """Return the edition a sitting was made from."""
    return load_edition(tx, made.exam, made.exam_version, made.parameters)


def parameters_in_force(tx: Transaction, code: str, version: int) -> str:
    """Return the parameter set that the next sitting is made from; raise NotFound."""
    accepted = calibrations.in_force(tx, code, version)
    if accepted is not None:
        return accepted
    query = select(exams.c.parameters_id).filter_by(code=code, version=version)
    first = tx.connection.execute(query).scalar()
    if first is None:
        raise NotFound("exam", f"{code} version {version}")
    return str(first)


def add_parameters(tx: Transaction, parameters: ParameterSet) -> str:
    """Keep a parameter set, once, and return its id."""
    name = parameters.content_hash()
    if tx.connection.execute(select(parameter_sets.c.id).filter_by(id=name)).first() is None:
        tx.connection.execute(
            insert(parameter_sets).values(
                id=name, provisional=parameters.provisional, document=parameters.model_dump_json()
            )
        )
    return name


def parameter_set(tx: Transaction, name: str) -> ParameterSet:
    """Return a parameter set; raise NotFound."""
    text = tx.connection.execute(select(parameter_sets.c.document).filter_by(id=name)).scalar()
    if text is None:
        raise NotFound("parameter set", name)
    return ParameterSet.model_validate_json(text)


def _read_edition(tx: Transaction, code: str, version: int, name: str) -> Edition:
    row = tx.connection.execute(select(exams).filter_by(code=code, version=version)).first()
    if row is None:
        raise NotFound("exam", f"{code} version {version}")
    parameters = parameter_set(tx, name)
    number = parameters.scale
    return edition(
        ExamDefinition.model_validate_json(row.document),
        framework(tx, row.framework_id),
        _items(tx, parameters, row.framework_id),
        parameters,
        None if number is None else calibrations.scale(tx, code, number),
    )


def _items(tx: Transaction, parameters: ParameterSet, framework: str) -> list[ItemVersion]:
    wanted = [
        and_(item_versions.c.item_id == name, item_versions.c.version == one.version)
        for name, one in parameters.items.items()
    ]
    found: list[ItemVersion] = []
    for start in range(0, len(wanted), 200):
        query = select(item_versions.c.document).where(or_(*wanted[start : start + 200]))
        found += [read_item(text, framework) for text in tx.connection.execute(query).scalars()]
    return found
