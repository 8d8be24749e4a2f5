"""Distractor analysis: who chose each option, and how the choice goes with ability."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import BoolArray, FloatArray, IntArray, frozen
from psychometrics.choices import BLANK, ChoiceMatrix
from psychometrics.errors import DataError
from psychometrics.strata import quantile_groups

_TINY = 1e-24


@dataclass(frozen=True, slots=True, eq=False)
class Distractors:
    """The r options of m items (each item's in their order, its blank last), over g groups.

    Attributes
    ----------
    labels : tuple of str, length m
        The items.
    item : IntArray, shape (r,)
        The item of each row.
    option : IntArray, shape (r,)
        The position of the option among the item's options, or BLANK.
    name : tuple of str, length r
        The option's name; "" for the blank.
    is_key : BoolArray, shape (r,)
        The option is the item's key.
    count : FloatArray, shape (r,)
        How many chose it, weights counted.
    share : FloatArray, shape (r,)
        Of those who were presented the item; NaN if nobody was.
    mean_ability : FloatArray, shape (r,)
        Mean ability of the choosers; NaN if there is none.
    mean_error : FloatArray, shape (r,)
        Its standard error; NaN for fewer than two choosers.
    point_biserial : FloatArray, shape (r,)
        Correlation of choosing the option with ability, over those presented the item.
    difference, difference_error : FloatArray, shape (r,)
        The option's point-biserial minus the key's, and its standard error; 0 for the key.
    trace : FloatArray, shape (r, g)
        Share choosing the option in each ability group; NaN where the group is empty.
    group_ability : FloatArray, shape (m, g)
        Mean ability of each group of the persons presented the item.
    group_persons : FloatArray, shape (m, g)
        How many they are.
    matched_on : str
        "ability" or "rest score".
    """

    labels: tuple[str, ...]
    item: IntArray
    option: IntArray
    name: tuple[str, ...]
    is_key: BoolArray
    count: FloatArray
    share: FloatArray
    mean_ability: FloatArray
    mean_error: FloatArray
    point_biserial: FloatArray
    difference: FloatArray
    difference_error: FloatArray
    trace: FloatArray
    group_ability: FloatArray
    group_persons: FloatArray
    matched_on: str


def distractors(
    choices: ChoiceMatrix, ability: npt.ArrayLike | None = None, *, groups: int = 5
) -> Distractors:
    """Return counts, means, point-biserials and traces of every option.

    Parameters
    ----------
    choices : ChoiceMatrix, shape (n, m)
        Weights of its responses are honoured.
    ability : array_like, shape (n,) or (k,), optional
        One finite number a person, such as EAP, or better a cell, such as `rest_ability`: needed
        for adaptive and other incomplete data. Unless given, the score on the other items is
        used, which takes complete data.
    groups : int
        Ability groups of each item's trace, at least 1: quantiles of those presented the item.

    Returns
    -------
    Distractors
        A row for each option and one for the blank of each item.

    Raises
    ------
    DataError
        No ability for incomplete data, or it is not one finite number a person.

    Notes
    -----
    Haladyna (2004), ch. 9, for means and traces of options. An ability that was estimated with
    the item in it favours the key a little; the rest score does not. The error of a difference
    of point-biserials is the sum of squares of its influence function, from moments up to the
    fourth; nothing is assumed of the distribution of ability.
    """
    cells = _Cells.of(choices, ability)
    moments = cells.moments()
    trace, group_ability, group_persons = cells.traces(groups)
    count = moments[:, 0]
    persons = cells.by_item(count)[cells.item]
    point_biserial = _correlation(moments, persons)
    difference, error = _against_key(moments, point_biserial, cells)
    centre, spread = cells.centre[cells.item], cells.spread[cells.item]
    mean = _ratio(moments[:, 1], count)
    variance = np.maximum(_ratio(moments[:, 2], count) - mean**2, 0.0)
    return Distractors(
        labels=choices.responses.items,
        item=frozen(cells.item),
        option=frozen(cells.option),
        name=tuple(name for names in choices.options for name in (*names, "")),
        is_key=frozen(cells.is_key),
        count=frozen(count.copy()),
        share=frozen(_ratio(count, persons)),
        mean_ability=frozen(centre + spread * mean),
        mean_error=frozen(spread * np.sqrt(_ratio(variance, count - 1.0))),
        point_biserial=frozen(point_biserial),
        difference=frozen(difference),
        difference_error=frozen(error),
        trace=frozen(trace),
        group_ability=frozen(group_ability),
        group_persons=frozen(group_persons),
        matched_on="rest score" if ability is None else "ability",
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """The presented cells, each with its row of the table and standardised ability."""

    weights: FloatArray
    ability: FloatArray
    column: IntArray
    row: IntArray
    z: FloatArray
    centre: FloatArray
    spread: FloatArray
    item: IntArray
    option: IntArray
    is_key: BoolArray

    @classmethod
    def of(cls, choices: ChoiceMatrix, ability: npt.ArrayLike | None) -> "_Cells":
        responses = choices.responses
        sizes = np.array([len(names) + 1 for names in choices.options], dtype=np.int64)
        starts = np.cumsum(sizes) - sizes
        item = np.repeat(np.arange(sizes.size), sizes)
        option = np.arange(sizes.sum()) - starts[item]
        option[option == sizes[item] - 1] = BLANK
        column = responses.columns
        place = np.where(choices.chosen == BLANK, sizes[column] - 1, choices.chosen)
        weights = responses.weights[responses.person_of_cell()]
        values = _ability_of_cell(choices, ability)
        centre, spread = _moments_of_items(values, weights, column, sizes.size)
        return cls(
            weights=weights,
            ability=values,
            column=column,
            row=starts[column] + place,
            z=_ratio(values - centre[column], spread[column], instead=0.0),
            centre=centre,
            spread=spread,
            item=item,
            option=option,
            is_key=option == choices.key[item],
        )

    def by_item(self, values: FloatArray) -> FloatArray:
        """Return the sum of a column of the table over each item's rows."""
        return _total(self.item, values, self.centre.size)

    def moments(self) -> FloatArray:
        """Return sums of weight times z^0 to z^4 over the choosers of each row, (r, 5)."""
        powers = [self.weights * self.z**k for k in range(5)]
        sums = [_total(self.row, p, self.item.size) for p in powers]
        return np.stack(sums, axis=1)

    def traces(self, groups: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return shares by group (r, g), and each group's mean ability and size (m, g)."""
        group = quantile_groups(
            self.ability, groups=groups, weights=self.weights, within=self.column
        )
        m, r = self.centre.size, self.item.size
        chosen = _total(self.row * groups + group, self.weights, r * groups)
        place = self.column * groups + group
        persons = _total(place, self.weights, m * groups).reshape(m, groups)
        total = _total(place, self.weights * self.ability, m * groups).reshape(m, groups)
        trace = _ratio(chosen.reshape(r, groups), persons[self.item])
        return trace, _ratio(total, persons), persons


def _ability_of_cell(choices: ChoiceMatrix, ability: npt.ArrayLike | None) -> FloatArray:
    responses = choices.responses
    person = responses.person_of_cell()
    if ability is None:
        if not responses.is_complete:
            raise DataError(
                "persons were presented different items, so their rest scores do not compare: "
                "give ability, such as the EAP of each person"
            )
        score = responses.scores.astype(np.float64)
        return _total(person, score, len(responses.persons))[person] - score
    given = np.asarray(ability, dtype=np.float64)
    sizes = ((len(responses.persons),), (person.size,))
    if given.shape not in sizes or not np.isfinite(given).all():
        raise DataError(
            f"ability must be one finite number a person ({len(responses.persons)}) or a cell "
            f"({person.size}), got shape {given.shape}; leave out persons without an estimate"
        )
    return given[person] if given.shape == sizes[0] else given


def _moments_of_items(
    values: FloatArray, weights: FloatArray, column: IntArray, m: int
) -> tuple[FloatArray, FloatArray]:
    persons = _total(column, weights, m)
    mean = _ratio(_total(column, weights * values, m), persons, instead=0.0)
    departure = values - mean[column]
    variance = _ratio(_total(column, weights * departure**2, m), persons, instead=0.0)
    return mean, np.sqrt(np.where(variance > _TINY, variance, 0.0))


def _correlation(moments: FloatArray, persons: FloatArray) -> FloatArray:
    """Return the correlation of an indicator with z, which has mean 0 and sd 1."""
    share = _ratio(moments[:, 0], persons)
    varies = _ratio(moments[:, 1], persons)
    return np.asarray(_ratio(varies, np.sqrt(share * (1.0 - share))))


def _against_key(
    moments: FloatArray, point_biserial: FloatArray, cells: _Cells
) -> tuple[FloatArray, FloatArray]:
    """Return point-biserials minus the key's, and standard errors, shapes (r,)."""
    key = np.flatnonzero(cells.is_key)[cells.item]
    persons = cells.by_item(moments[:, 0])[cells.item]
    everyone = np.stack([cells.by_item(moment) for moment in moments.T], axis=1)[cells.item]
    other = everyone - moments - moments[key]
    share = _ratio(moments[:, 0], persons)
    sd = np.sqrt(share * (1.0 - share))
    inside, outside = _ratio(1.0 - share, sd), _ratio(-share, sd)
    mine, theirs = point_biserial, point_biserial[key]
    # The influence of a person on a correlation r of u and z is u z - r (u^2 + z^2) / 2; each
    # person is among the option's choosers, the key's, or the rest.
    total = np.zeros(mine.size)
    for sums, u, v in (
        (moments, inside, outside[key]),
        (moments[key], outside, inside[key]),
        (other, outside, outside[key]),
    ):
        total += _square(sums, (theirs * v**2 - mine * u**2) / 2, u - v, (theirs - mine) / 2)
    error = _ratio(np.sqrt(np.maximum(total, 0.0)), persons)
    difference = mine - theirs
    error[cells.is_key & np.isfinite(difference)] = 0.0
    return difference, error


def _square(sums: FloatArray, p: FloatArray, q: FloatArray, r: FloatArray) -> FloatArray:
    """Return the sum of (p + q z + r z^2)^2 from sums of powers of z, shape (r, 5)."""
    weights = (p**2, 2 * p * q, q**2 + 2 * p * r, 2 * q * r, r**2)
    return np.asarray(sum(w * sums[:, k] for k, w in enumerate(weights)))


def _ratio(above: FloatArray, below: FloatArray, *, instead: float = np.nan) -> FloatArray:
    out = np.full(np.broadcast_shapes(above.shape, below.shape), instead)
    return np.asarray(np.divide(above, below, out=out, where=below > 0))


def _total(place: IntArray, values: FloatArray, size: int) -> FloatArray:
    return np.bincount(place, weights=values, minlength=size).astype(np.float64)
