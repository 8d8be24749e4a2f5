"""The values of the pages about exams, items and exposure: frozen, made of words."""

from dataclasses import dataclass

from app.web.board.desk.pages import Fact, Field, Frame, Link, Table


@dataclass(frozen=True, slots=True)
class Span:
    """A range to give: the least and the most of something, or neither."""

    legend: str
    least: Field
    most: Field


@dataclass(frozen=True, slots=True)
class Pick:
    """One of several ways, in a group of radio buttons."""

    value: str
    id: str
    words: str
    hint: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Picks:
    """A group of radio buttons."""

    name: str
    legend: str
    error: str
    ways: tuple[Pick, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A part of a long form; `is_folded` ones are closed until they are asked for."""

    name: str
    title: str
    hint: str
    picks: tuple[Picks, ...] = ()
    fields: tuple[Field, ...] = ()
    spans: tuple[Span, ...] = ()
    areas: tuple[Field, ...] = ()
    is_folded: bool = False


@dataclass(frozen=True, slots=True)
class ExamsPage:
    """Every exam in its newest version."""

    frame: Frame
    exams: Table


@dataclass(frozen=True, slots=True)
class ExamPage:
    """An exam's newest version: what it is, whether it can be run, what has been changed."""

    frame: Frame
    care: tuple[str, ...]
    facts: tuple[Fact, ...]
    ways: tuple[Link, ...]
    sentences: tuple[str, ...]
    good: str
    problems: tuple[str, ...]
    warnings: tuple[str, ...]
    floor: tuple[str, ...]
    versions: Table


@dataclass(frozen=True, slots=True)
class BlueprintPage:
    """The form of an exam's blueprint, with what is wrong in it and where."""

    frame: Frame
    lede: str
    errors: tuple[Link, ...]
    groups: tuple[Group, ...]
    target: str
    version: str
    submit: str
    back: Link


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """What saving a blueprint changes, before it is saved."""

    frame: Frame
    lede: str
    refusal: str
    changes: tuple[str, ...]
    warnings: tuple[str, ...]
    target: str
    draft: str
    submit: str
    fields: tuple[Field, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ExamItemsPage:
    """The items an exam's papers are made from."""

    frame: Frame
    filters: tuple[Link, ...]
    items: Table


@dataclass(frozen=True, slots=True)
class ItemPage:
    """An item of the bank: what it is, where it is used, and the form that holds it back."""

    frame: Frame
    care: str
    facts: tuple[Fact, ...]
    stimulus: tuple[str, ...]
    stem: tuple[str, ...]
    options: Table
    lede: str
    target: str
    submit: str
    refusal: str
    anyway: str
    fields: tuple[Field, ...]
    history: Table


@dataclass(frozen=True, slots=True)
class ExposurePage:
    """How often the items of a window have been met, and by whom."""

    frame: Frame
    care: tuple[str, ...]
    views: tuple[Link, ...]
    facts: tuple[Fact, ...]
    groups: Table
    filters: tuple[Link, ...]
    items: Table
    back: Link
