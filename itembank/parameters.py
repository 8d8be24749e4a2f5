"""ParameterSet: the item parameters that an exam's papers rest on."""

import hashlib
from collections.abc import Mapping, Sequence
from math import log

import numpy as np
from pydantic import Field

from itembank.document import Document, Identifier, Text, canonical
from itembank.items.item import ItemVersion
from psychometrics import ItemParameters


class Prior(Document):
    """The ability distribution declared for selection, the same for every candidate."""

    mean: float
    sd: float = Field(gt=0)


class Calibrated(Document):
    """One item version's parameters: logistic metric, D = 1."""

    version: int
    a: float = Field(gt=0)
    b: float
    c: float = Field(ge=0, lt=1)
    judged: bool = False
    """In a calibrated set: the rating's difficulty, re-expressed on the set's scale."""


class LinkingConstants(Document):
    """theta on the new scale = slope x theta on the old + intercept, with standard errors."""

    method: Text
    slope: float = Field(gt=0)
    intercept: float
    slope_error: float
    intercept_error: float


class ParameterSet(Document):
    """The parameters of a bank's items; it names the very versions it is for.

    A calibrated set names its reporting scale, its linking constants and the ability
    distribution that selection starts from, and may bar items: they are neither selected nor
    scored.
    """

    provisional: bool
    items: Mapping[Identifier, Calibrated]
    scale: int | None = None
    run: Identifier | None = None
    prior: Prior | None = None
    linking: LinkingConstants | None = None
    barred: tuple[Identifier, ...] = ()

    def content_hash(self) -> str:
        """Return the SHA-256 of what differs from a bare set, so that old sets keep their names."""
        text = canonical(self.model_dump(mode="json", exclude_defaults=True))
        return hashlib.sha256(text.encode()).hexdigest()

    def arrays(self, items: Sequence[str]) -> ItemParameters:
        """Return the parameters of `items`, in their order."""
        rows = [self.items[item] for item in items]
        return ItemParameters(
            a=np.array([row.a for row in rows]),
            b=np.array([row.b for row in rows]),
            c=np.array([row.c for row in rows]),
        )


def provisional_parameters(items: Sequence[ItemVersion]) -> ParameterSet:
    """Return the scale used until a calibration exists.

    theta = 0 is the just-passing candidate, so P(0) is the judged rating:
    a = 1, c = 0, b = -logit(rating).
    """
    return ParameterSet(
        provisional=True,
        items={
            item.id: Calibrated(
                version=item.version,
                a=1.0,
                b=round(-log(item.rating / (1 - item.rating)), 6),
                c=0.0,
            )
            for item in items
        },
    )
