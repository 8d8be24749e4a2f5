"""Plain functions that make what tests need, with fixed values; arguments are what tests vary."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import exp
from uuid import NAMESPACE_URL, uuid5

import numpy as np

from app.exam.paper.delivery import Noise, noise_sizes
from app.exam.paper.edition import Edition, edition
from app.exam.people.permissions import Actor, system
from app.exam.sitting.events import BlockDelivered, Created, Event, Place, Started
from app.exam.sitting.sitting import Sitting, SittingId, created, evolve
from itembank.blueprint.blueprint import Blueprint
from itembank.calibration import (
    CalibrationRun,
    CurvePoint,
    DriftRow,
    Fit,
    Flag,
    InformationPoint,
    ItemRow,
    OptionRow,
    Role,
    RunOptions,
    Value,
)
from itembank.exams import AdaptivePaper, ExamDefinition, FixedForm, Scoring
from itembank.frameworks.framework import (
    CFAssociation,
    CFDocument,
    CFItem,
    Demand,
    Framework,
    Kind,
    LinkURI,
)
from itembank.items.interaction import Option, SingleChoice
from itembank.items.item import ItemId, ItemVersion, Stimulus, Tag
from itembank.items.response import OptionId
from itembank.parameters import LinkingConstants, Prior, provisional_parameters
from itembank.schemes import Band, PercentageBands

AT = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)
CHANGED = "2026-11-22T00:00:00+00:00"
OPTION_IDS = ("p", "q", "r", "s")
TITLES = {
    "1": "Outcome one",
    "1.1": "Criterion one one",
    "1.2": "Criterion one two",
    "2": "Outcome two",
    "2.1": "Criterion two one",
}
BANDS = (
    Band(code="D", name="Distinction", lowest=80),
    Band(code="M", name="Merit", lowest=70),
    Band(code="P", name="Pass", lowest=60),
    Band(code="F", name="Fail", lowest=0),
)
SCHEME = PercentageBands(bands=BANDS, threshold=60)


def at(minutes: float = 0, *, seconds: float = 0) -> datetime:
    """Return an instant so long after nine o'clock."""
    return AT + timedelta(minutes=minutes, seconds=seconds)


def make_item(  # noqa: PLR0913 - what an item says is what tests vary
    name: str = "I-1",
    *,
    key: str = "q",
    criterion: str = "1.1",
    topic: str | None = None,
    rating: float = 0.6,
    shuffle: bool = True,
    options: Sequence[Option] | None = None,
    **more: object,
) -> ItemVersion:
    """Return an item with four options of one length, none of which breaks a rule.

    `more` are further fields by their names.
    """
    offered = [make_option(option, is_key=option == key) for option in OPTION_IDS]
    item = ItemVersion(
        id=name,
        version=1,
        tags=(make_tag(criterion, topic=topic),),
        command_word="explain",
        stem=(f"A bakery posts every day. This is case {name}.", "What should it do first?"),
        interaction=SingleChoice(
            options=tuple(offered if options is None else options), key=key, shuffle=shuffle
        ),
        rating=rating,
        author="A. Author",
    )
    return ItemVersion.model_validate({**item.model_dump(), **more}) if more else item


def make_tag(code: str = "1.1", *, topic: str | None = None, framework: str | None = None) -> Tag:
    """Return a tag to the small syllabus, or another, and to its criterion's first topic."""
    return Tag(
        framework=make_framework().id if framework is None else framework,
        code=code,
        topic=topic or f"{code}.1",
    )


def asked_otherwise(item: ItemVersion, **changes: object) -> ItemVersion:
    """Return an item with changes of its interaction."""
    interaction = item.interaction.model_copy(update=changes)
    return item.model_copy(update={"interaction": interaction})


def make_stimulus(name: str = "case-1", *, words: int = 12) -> Stimulus:
    """Return a case of so many words, its title of two included."""
    return Stimulus(id=name, title="A case", text=(" ".join(["word"] * (words - 2)),))


def make_option(name: str, *, is_key: bool = False) -> Option:
    return Option(
        id=name,
        text=f"Measure the reach of post {name}",
        rationale=f"Rationale {name}",
        misconception=None if is_key else f"Misconception {name}",
    )


def make_bank(
    per_criterion: int = 6, *, criteria: Sequence[str] = ("1.1", "1.2", "2.1")
) -> tuple[ItemVersion, ...]:
    """Return items with keys spread over the options and ratings from .40 to .85."""
    count = per_criterion * len(criteria)
    return tuple(
        make_item(
            f"I-{criterion}-{number:02}",
            key=OPTION_IDS[(place := at_criterion * per_criterion + number) % 4],
            criterion=criterion,
            rating=round(0.40 + 0.45 * ((7 * place) % count) / count, 2),
        )
        for at_criterion, criterion in enumerate(criteria)
        for number in range(per_criterion)
    )


def make_framework() -> Framework:
    """Return two outcomes over three criteria with one topic each, in CASE's shape."""
    titles = {**TITLES, **{f"{code}.1": f"Topic of {code}" for code in ("1.1", "1.2", "2.1")}}
    root = LinkURI(identifier=_uuid("small"), uri="urn:small", title="document")
    return Framework(
        document=CFDocument(
            identifier=_uuid("small"),
            uri="urn:small",
            creator="Adept",
            title="A small syllabus",
            language="en",
            adoption_status="Adopted",
            last_change=CHANGED,
        ),
        items=tuple(
            CFItem(
                identifier=_uuid(code),
                uri=f"urn:{code}",
                code=code,
                title=title,
                kind=(Kind.OUTCOME, Kind.CRITERION, Kind.TOPIC)[code.count(".")],
                last_change=CHANGED,
            )
            for code, title in titles.items()
        ),
        associations=tuple(
            CFAssociation(
                identifier=_uuid(f"tie-{code}"),
                uri=f"urn:tie:{code}",
                association_type="isChildOf",
                origin=_link(code),
                destination=_link(code.rpartition(".")[0]) if "." in code else root,
                sequence=number,
                last_change=CHANGED,
            )
            for number, code in enumerate(titles, start=1)
        ),
        demands=(
            Demand(name="understand", command_words=("explain", "describe")),
            Demand(name="analyse", command_words=("analyse", "compare")),
        ),
    )


def make_blueprint(
    criteria: Mapping[str, int] | None = None,
    *,
    outcomes: Mapping[str, tuple[int, int]] | None = None,
    tolerance: int = 1,
    **more: object,
) -> Blueprint:
    """Return a blueprint of eight items: 3, 3 and 2; `more` are further fields by their names."""
    shares = {"1.1": 3, "1.2": 3, "2.1": 2} if criteria is None else criteria
    return Blueprint.model_validate(
        {
            "items": sum(shares.values()),
            "tolerance": tolerance,
            "criteria": shares,
            "outcomes": {"1": (5, 6), "2": (2, 3)} if outcomes is None else outcomes,
            **more,
        }
    )


def make_exam(
    *,
    block_size: int = 2,
    form: Sequence[str] = (),
    reference: Sequence[str] | None = None,
    scoring: Scoring = Scoring.DOMAIN_SCORE,
    blueprint: Blueprint | None = None,
    **more: object,
) -> ExamDefinition:
    """Return an exam of one hour on the small syllabus; a `form` makes its paper fixed.

    `more` are further fields by their names.
    """
    exam = ExamDefinition(
        code="small",
        version=1,
        title="A small exam",
        framework=make_framework().id,
        minutes=60,
        paper=(
            FixedForm(items=tuple(form), block_size=block_size)
            if form
            else AdaptivePaper(block_size=block_size)
        ),
        blueprint=make_blueprint() if blueprint is None else blueprint,
        scoring=scoring,
        reference_form=None if reference is None else tuple(reference),
        scheme=SCHEME,
        credits=10,
        prior=Prior(mean=0.5, sd=1.0),
        release_on_provisional=True,
    )
    return ExamDefinition.model_validate({**exam.model_dump(), **more}) if more else exam


def make_form() -> tuple[str, ...]:
    """Return a fixed form that meets the small blueprint from `make_bank()`."""
    shares = make_blueprint().criteria.items()
    return tuple(f"I-{code}-{number:02}" for code, count in shares for number in range(count))


def make_edition(
    exam: ExamDefinition | None = None, *, items: Sequence[ItemVersion] = ()
) -> Edition:
    """Return the small exam with a bank of eighteen items on provisional parameters."""
    bank = tuple(items) or make_bank()
    return edition(exam or make_exam(), make_framework(), bank, provisional_parameters(bank))


def make_created(*, length: int = 8, block_size: int = 2, seed: int = 1) -> Created:
    return Created(
        booking="booking-1",
        exam="small",
        exam_version=1,
        parameters="parameters-1",
        seed=seed,
        length=length,
        block_size=block_size,
    )


def make_started(*, minutes: int = 60, extra_time: float = 0.0, grace_seconds: int = 20) -> Started:
    return Started(minutes, extra_time, grace_seconds, seen_before=())


def make_places(first: int, count: int) -> tuple[Place, ...]:
    """Return places for the items I-first, I-first+1 and so on."""
    options = tuple(OptionId(name) for name in OPTION_IDS)
    return tuple(Place(ItemId(f"I-{n}"), 1, options) for n in range(first, first + count))


def make_block(sitting: Sitting) -> BlockDelivered:
    """Return the next block of a sitting, items named by their positions."""
    first, length = len(sitting.places) + 1, sitting.made.length
    count = min(sitting.made.block_size, length - first + 1)
    rest = tuple((ItemId(f"I-{n}"), 1) for n in range(first + count, length + 1))
    return BlockDelivered(sitting.block + 1, make_places(first, count), rest, theta=0.5, sem=1.0)


def make_sitting(*bodies: Event, made: Created | None = None, name: str = "sitting-1") -> Sitting:
    """Return a sitting made at nine o'clock, after the given events."""
    sitting, _ = created(SittingId(name), made or make_created(), AT)
    for event in bodies:
        sitting = evolve(sitting, event)
    return sitting


def make_open_sitting(*, made: Created | None = None, begin: Started | None = None) -> Sitting:
    """Return a sitting that was signed in to and started at nine, with its first block open."""
    sitting = make_sitting(Event(AT, begin or make_started()), made=made)
    return evolve(sitting, Event(AT, make_block(sitting)))


def make_run(
    name: str = "run-1",
    *,
    window: str = "january",
    exam: str = "small",
    items: Sequence[ItemRow] = (),
    converged: bool = True,
) -> CalibrationRun:
    """Return a calibration run, on reporting scale 1 where one of its items is an anchor."""
    rows = tuple(items) or (make_row("I-1"), make_row("I-2", b=0.5), make_row("I-3", b=-0.5))
    anchors = [row.item for row in rows if row.role is Role.ANCHOR]
    return CalibrationRun(
        id=name,
        window=window,
        exam=exam,
        exam_version=1,
        made_at="2027-01-20T10:00:00.000000Z",
        by="psychometrician@example.org",
        input_hash="0f" * 32,
        options=RunOptions(
            model="2pl",
            engine="em",
            anchors="scale" if anchors else "free",
            priors="a ~ LogNormal(0, 0.5), b ~ Normal(rating, 1)",
            quadrature_points=61,
            max_iterations=500,
            tolerance=1e-4,
        ),
        versions={"adept": "0.1.0", "numpy": "2.3.4"},
        seed=0,
        persons=1200,
        responses=54000,
        latent_mean=Value(value=0.125, error=0.031 if anchors else None),
        latent_sd=Value(value=1.05, error=0.024 if anchors else None),
        log_likelihood=-31234.567,
        log_posterior=-31240.125,
        aic=62481.134,
        bic=62511.67,
        parameter_count=2 * len(rows),
        iterations=37 if converged else 500,
        converged=converged,
        trace=(-32000.0, -31300.0, -31234.567),
        reliability=0.9134,
        scale=1 if anchors else None,
        linking=LinkingConstants(
            method="stocking-lord",
            slope=0.98,
            intercept=0.11,
            slope_error=0.02,
            intercept_error=0.03,
        )
        if anchors
        else None,
        drift=tuple(
            DriftRow(item=one, robust_z_a=0.4, robust_z_b=-2.9, d2=0.0123, drifted=place == 0)
            for place, one in enumerate(anchors)
        ),
        information=tuple(
            InformationPoint(theta=half / 2, information=round(12.5 - half * half / 4, 3))
            for half in range(-7, 8)
        ),
        items=rows,
    )


def make_row(
    name: str = "I-1",
    *,
    b: float = 0.0,
    role: Role = Role.CALIBRATED,
    flags: Sequence[Flag] = (),
    key: str = "q",
) -> ItemRow:
    """Return an item of a run with six groups of persons and four options; left out: none."""
    left_out = role is Role.LEFT_OUT
    error = None if role is Role.ANCHOR else 0.094
    thetas = () if left_out else (-2.0, -1.2, -0.4, 0.4, 1.2, 2.0)
    shares = [round(1 / (1 + exp(-1.1 * (theta - b))), 4) for theta in thetas]
    return ItemRow(
        item=name,
        version=1,
        criterion="1.1",
        role=role,
        presented=0 if left_out else 600,
        right=0 if left_out else 330,
        a=None if left_out else Value(value=1.1, error=error),
        b=None if left_out else Value(value=b, error=error),
        c=None if left_out else Value(value=0.0, error=None),
        before_a=1.0,
        before_b=-0.25,
        fit=None if left_out else Fit(infit=1.023, outfit=0.978, score=7.31, df=5, p=0.1987),
        flags=tuple(flags),
        notes=tuple(f"Look at the {flag} of {name}." for flag in flags)
        or (("Nobody met it.",) if left_out else ()),
        curve=tuple(
            CurvePoint(
                theta=theta,
                persons=50.0 if place in (0, 5) else 125.0,
                observed=round(share + (0.03 if place % 2 else -0.02), 4),
                expected=share,
            )
            for place, (theta, share) in enumerate(zip(thetas, shares, strict=True))
        ),
        options=()
        if left_out
        else tuple(
            OptionRow(
                option=option,
                is_key=option == key,
                chosen=330.0 if option == key else 67.5,
                share=0.55 if option == key else 0.1125,
                mean_theta=0.31 if option == key else -0.42,
                trace=tuple(
                    share if option == key else round((1 - share) / 4, 4) for share in shares
                ),
            )
            for option in (*OPTION_IDS, None)
        ),
    )


def still(edition: Edition) -> Noise:
    """Return the chance of a block in which all deviates are one half."""
    values, options = noise_sizes(edition)
    return Noise(values=np.full(values, 0.5), options=np.full(options, 0.5))


def _uuid(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"https://adept.example/{name}"))


def _link(code: str) -> LinkURI:
    return LinkURI(identifier=_uuid(code), uri=f"urn:{code}", title=code)


def anybody(name: str = "board", at: datetime = AT) -> Actor:
    """Return somebody who may do everything."""
    return system(name, at)
