"""Exposure: how often the items of a window have been met, for programs that watch the bank."""

from collections.abc import Sequence
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import Field

from app.exam.paper.exposure_report import GroupExposure, ItemExposure
from app.exam.people.permissions import Act, Actor
from app.services.window import exposure
from app.services.window.exposure import ExposureReport
from app.web.api.callers import may
from app.web.api.documents import Document, InPath, Name, WindowName
from app.web.deps import Ctx

router = APIRouter(prefix="/windows", tags=["windows"])

Reader = Annotated[Actor, may(Act.SEE_EXPOSURE)]
Share = Annotated[float, Field(ge=0, le=1, examples=[0.24])]


class AbilityGroup(Document):
    """The candidates from one ability up to another; null is without an end."""

    low: Annotated[float | None, Field(examples=[-0.34])]
    high: Annotated[float | None, Field(examples=[0.25])]
    sittings: Annotated[int, Field(examples=[24])]
    max_exposure: Annotated[Share | None, Field(description="null: nobody is in the group.")]
    mean_overlap: Annotated[Share | None, Field(description="null: fewer than two are.")]

    @classmethod
    def of(cls, found: GroupExposure) -> Self:
        """Return a group as told."""
        return cls(
            low=found.low,
            high=found.high,
            sittings=found.sittings,
            max_exposure=found.largest,
            mean_overlap=found.overlap,
        )


class ExposedItem(Document):
    """How many candidates met an item: a count, and shares of all and of each group."""

    item: Annotated[Name, Field(examples=["smm-1.1-007"])]
    criterion: Annotated[str, Field(examples=["1.1"])]
    seen: Annotated[int, Field(examples=[29])]
    exposure: Share
    by_group: Annotated[Sequence[float | None], Field(examples=[[0.25, 0.21, 0.24, 0.26, 0.23]])]
    over_target: Annotated[bool, Field(description="More met it than the target allows.")]
    suspended: Annotated[bool, Field(description="Nobody new is given it.")]
    on_trial: Annotated[bool, Field(description="It is not scored.")]

    @classmethod
    def of(cls, found: ItemExposure) -> Self:
        """Return an item as told."""
        return cls(
            item=found.item,
            criterion=found.criterion,
            seen=found.seen,
            exposure=found.rate,
            by_group=found.by_group,
            over_target=found.is_over_target,
            suspended=found.is_suspended,
            on_trial=found.is_on_trial,
        )


class WindowExposure(Document):
    """How often the items of a window have been met so far, and what two papers share."""

    window: WindowName
    exam: Annotated[str, Field(examples=["cim-l6-smm"])]
    exam_version: Annotated[int, Field(examples=[1])]
    rule: Annotated[str, Field(description="What controls exposure.", examples=["eligibility"])]
    conditional: Annotated[bool, Field(description="Each group is held to the target.")]
    target: Annotated[Share | None, Field(description="null: there is none.")]
    sittings: Annotated[int, Field(description="Those that have begun.", examples=[120])]
    max_exposure: Annotated[Share, Field(description="Of scored items.")]
    mean_exposure: Annotated[Share, Field(description="Of scored items.")]
    mean_overlap: Annotated[
        Share | None, Field(description="Of two papers; null: fewer than two have begun.")
    ]
    groups: Sequence[AbilityGroup]
    items: Sequence[ExposedItem]

    @classmethod
    def of(cls, report: ExposureReport) -> Self:
        """Return a report as told."""
        found = report.exposure
        return cls(
            window=report.window,
            exam=report.exam,
            exam_version=report.exam_version,
            rule=report.rule,
            conditional=report.is_conditional,
            target=found.target,
            sittings=found.sittings,
            max_exposure=found.largest,
            mean_exposure=found.mean,
            mean_overlap=found.overlap,
            groups=[AbilityGroup.of(one) for one in found.groups],
            items=[ExposedItem.of(one) for one in found.items],
        )


@router.get("/{window}/exposure", operation_id="show_exposure")
def show(window: InPath, actor: Reader, context: Ctx) -> WindowExposure:
    """Show how often a window's items have been met so far, by all and by ability."""
    with context.database.read() as tx:
        return WindowExposure.of(exposure.exposure_report(tx, window, actor=actor))
