"""Calibrations: what runs found, for programs that keep item statistics; no key, no content."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import Field

from app.exam.people.permissions import Act, Actor
from app.services.calibration import calibration_record
from app.services.calibration.calibration_record import RunView
from app.web.api.callers import may
from app.web.api.documents import Document, InPath, Name, Page, Told, WindowName
from app.web.api.paging import Asked
from app.web.deps import Ctx
from itembank.calibration import Acceptance, Flag, ItemRow, Role, Value
from itembank.parameters import LinkingConstants
from itembank.text import NAME

router = APIRouter(prefix="/calibrations", tags=["calibrations"])

Reader = Annotated[Actor, may(Act.SEE_CALIBRATIONS)]
RunName = Annotated[str, Field(examples=["cal-1-2027-01"])]


class Calibration(Document):
    """A calibration run, in a list."""

    id: RunName
    window: WindowName
    exam: Annotated[str, Field(examples=["cim-l6-smm"])]
    exam_version: Annotated[int, Field(examples=[1])]
    made_at: Told
    converged: bool
    accepted_at: Annotated[
        Told | None, Field(description="null: the board has not put it in force.")
    ]


class Estimate(Document):
    """A parameter; the error is null where it was held, or is not known."""

    value: Annotated[float, Field(examples=[1.12])]
    error: Annotated[float | None, Field(description="Standard error.", examples=[0.09])]

    @classmethod
    def of(cls, value: Value | None) -> Self | None:
        """Return a parameter as told."""
        return None if value is None else cls(value=value.value, error=value.error)


class Linking(Document):
    """Ability on the reporting scale = slope x ability as estimated + intercept."""

    method: Annotated[str, Field(examples=["stocking-lord"])]
    slope: Annotated[float, Field(examples=[0.97])]
    slope_error: Annotated[float, Field(examples=[0.02])]
    intercept: Annotated[float, Field(examples=[0.11])]
    intercept_error: Annotated[float, Field(examples=[0.03])]

    @classmethod
    def of(cls, found: LinkingConstants | None) -> Self | None:
        """Return linking constants as told."""
        return None if found is None else cls(**found.model_dump())


class CalibratedItem(Document):
    """An item of a run: its parameters, its fit, and what the board was asked to look at."""

    item: Annotated[str, Field(examples=["smm-1.1-007"])]
    version: Annotated[int, Field(examples=[1])]
    criterion: Annotated[str, Field(examples=["1.1"])]
    role: Annotated[Role, Field(examples=["calibrated"])]
    presented: Annotated[int, Field(examples=[412])]
    right: Annotated[int, Field(examples=[268])]
    a: Annotated[Estimate | None, Field(description="Discrimination; D = 1.")]
    b: Annotated[Estimate | None, Field(description="Difficulty.")]
    c: Annotated[Estimate | None, Field(description="Lower asymptote.")]
    infit: Annotated[float | None, Field(examples=[1.02])]
    outfit: Annotated[float | None, Field(examples=[0.98])]
    score_p: Annotated[float | None, Field(description="Of the score test.", examples=[0.31])]
    flags: Annotated[Sequence[Flag], Field(examples=[["fit"]])]

    @classmethod
    def of(cls, row: ItemRow) -> Self:
        """Return an item as told: nothing that shows its key."""
        fit = row.fit
        return cls(
            item=row.item,
            version=row.version,
            criterion=row.criterion,
            role=row.role,
            presented=row.presented,
            right=row.right,
            a=Estimate.of(row.a),
            b=Estimate.of(row.b),
            c=Estimate.of(row.c),
            infit=None if fit is None else fit.infit,
            outfit=None if fit is None else fit.outfit,
            score_p=None if fit is None else fit.p,
            flags=row.flags,
        )


class Decision(Document):
    """The board's decision that put a run in force."""

    by: Annotated[str, Field(examples=["psychometrician@example.org"])]
    at: Told
    reason: Annotated[str, Field(examples=["All items fit; two keys were checked."])]
    scale: Annotated[int, Field(description="The reporting scale.", examples=[1])]
    parameters: Annotated[str, Field(examples=["9b2f...64 hexadecimal digits"])]
    accepted: Sequence[Name]
    re_expressed: Annotated[
        Sequence[Name], Field(description="Kept, on the scale of the accepted ones.")
    ]
    barred: Annotated[Sequence[Name], Field(description="Neither selected nor scored.")]

    @classmethod
    def of(cls, found: Acceptance | None) -> Self | None:
        """Return a decision as told."""
        if found is None:
            return None
        return cls(**found.model_dump(exclude={"run", "at"}), at=datetime.fromisoformat(found.at))


class CalibrationRun(Calibration):
    """A calibration run with its items."""

    intact: Annotated[bool, Field(description="It is still what was kept.", examples=[True])]
    model: Annotated[str, Field(examples=["2pl"])]
    engine: Annotated[str, Field(examples=["em"])]
    priors: Annotated[str, Field(examples=["a ~ LogNormal(0, 0.5), b ~ Normal(rating, 1)"])]
    scale: Annotated[
        int | None, Field(description="The scale it is anchored on; null: free.", examples=[1])
    ]
    linking: Linking | None
    persons: Annotated[int, Field(examples=[1800])]
    responses: Annotated[int, Field(examples=[81000])]
    latent_mean: Estimate | None
    latent_sd: Estimate | None
    log_likelihood: Annotated[float, Field(examples=[-48211.37])]
    parameter_count: Annotated[int, Field(examples=[1000])]
    aic: Annotated[float, Field(examples=[98422.74])]
    bic: Annotated[float, Field(examples=[103918.2])]
    iterations: Annotated[int, Field(examples=[41])]
    reliability: Annotated[float | None, Field(examples=[0.91])]
    input_hash: Annotated[
        str, Field(description="SHA-256 of the responses.", examples=["9b2f...64 digits"])
    ]
    decision: Decision | None
    items: Sequence[CalibratedItem]

    @classmethod
    def of(cls, view: RunView) -> Self:
        """Return a run as told."""
        run, decision = view.run, Decision.of(view.acceptance)
        same = {"id", "window", "exam", "exam_version", "converged", "scale", "persons"}
        same |= {"responses", "log_likelihood", "parameter_count", "aic", "bic", "iterations"}
        same |= {"reliability", "input_hash"}
        return cls(
            **run.model_dump(include=same),
            **run.options.model_dump(include={"model", "engine", "priors"}),
            made_at=datetime.fromisoformat(run.made_at),
            accepted_at=None if decision is None else decision.at,
            intact=view.is_intact,
            linking=Linking.of(run.linking),
            latent_mean=Estimate.of(run.latent_mean),
            latent_sd=Estimate.of(run.latent_sd),
            decision=decision,
            items=[CalibratedItem.of(row) for row in run.items],
        )


@router.get("", operation_id="list_calibrations")
def every(
    actor: Reader,
    context: Ctx,
    asked: Asked,
    window: Annotated[str | None, Query(pattern=f"^{NAME}$")] = None,
) -> Page[Calibration]:
    """List calibration runs, of one window or of all."""
    with context.database.read() as tx:
        runs = [
            Calibration(
                id=run.id,
                window=run.window,
                exam=run.exam,
                exam_version=run.exam_version,
                made_at=run.made_at,
                converged=run.converged,
                accepted_at=run.acceptance and datetime.fromisoformat(run.acceptance.at),
            )
            for run in sorted(calibration_record.runs(tx, actor=actor), key=lambda run: run.id)
            if run.id > asked.after and window in (None, run.window)
        ]
    shown, following = asked.cut(runs, lambda run: run.id)
    return Page(items=shown, next=following)


@router.get("/{run}", operation_id="show_calibration")
def one(run: InPath, actor: Reader, context: Ctx) -> CalibrationRun:
    """Show a calibration run with its items and the decision on it."""
    with context.database.read() as tx:
        return CalibrationRun.of(calibration_record.view(tx, run, actor=actor))
