"""A blueprint laid over a bank: what the assembler must meet, each constraint by its name."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from itembank.blueprint.blueprint import Blueprint, Range, leaf, quotas, tree_codes
from itembank.blueprint.key_positions import (
    KeyPlan,
    key_plan,
    key_rows,
    key_rows_of_any_length,
    reach,
)
from itembank.blueprint.sentences import Key, enemy_code
from itembank.errors import UnknownCode
from itembank.exams import ExamDefinition
from itembank.frameworks.framework import Framework
from itembank.items.item import ItemVersion
from psychometrics import Constraints, LinkedSets, Quotas, Sums

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

LENGTH: Key = ("items", "")
SET_ITEMS: Key = ("stimuli", "items")
SET_COUNT: Key = ("stimuli", "sets")


@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    """What each item adds to a sum over the paper, and the least and the most of it."""

    key: Key
    amounts: FloatArray
    limits: Range


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A blueprint laid over the items of a pool, each constraint apart.

    `nodes` names the nodes of the quota tree. `kept_off` has the items that the blueprint keeps
    off a paper's scored part: excluded ones and those on trial.
    """

    blueprint: Blueprint
    names: tuple[str, ...]
    quotas: Quotas
    nodes: tuple[Key, ...]
    keys: KeyPlan
    sums: tuple[Sum, ...]
    enemies: tuple[tuple[Key, tuple[int, ...]], ...]
    required: tuple[tuple[Key, int], ...]
    kept_off: tuple[tuple[Key, tuple[int, ...]], ...]
    sets: tuple[tuple[int, ...], ...]

    def constraints(self, without: Collection[Key] = ()) -> Constraints:
        """Return what a paper must meet, `without` the constraints named."""
        m = len(self.names)
        # A paper of open length has m places, filled up with blank items: as many as there are.
        blanks = m if LENGTH in without else 0
        return Constraints(
            self._quotas(without, blanks),
            rows=self._rows(without, blanks),
            enemies=tuple(one for key, one in self.enemies if key not in without),
            required=tuple(item for key, item in self.required if key not in without),
            allowed=np.concatenate([self.allowed(without), np.ones(blanks, np.bool_)]),
            sets=self._linked_sets(without),
        )

    def allowed(self, without: Collection[Key] = ()) -> BoolArray:
        """Return which items may be scored."""
        may = np.ones(len(self.names), np.bool_)
        for key, items in self.kept_off:
            if key not in without:
                may[list(items)] = False
        return may

    def members(self, key: Key) -> BoolArray | None:
        """Return the items that a quota counts; None if the constraint is no quota."""
        if key in self.nodes:
            node = self.nodes.index(key)
            below = np.array([node in path for path in self.quotas.paths])
            return np.asarray(below[self.quotas.leaf])
        for one in self.sums:
            if one.key == key and key[0] not in ("words", "seconds"):
                return np.asarray(one.amounts > 0)
        return None

    def _quotas(self, without: Collection[Key], blanks: int) -> Quotas:
        tree = self.quotas
        if not without:
            return tree
        free = np.array([key in without for key in self.nodes], np.bool_)
        parent, least = tree.parent, np.where(free, 0, tree.minimum)
        most, leaves = np.where(free, len(self.names), tree.maximum), tree.leaf
        if blanks:
            node = tree.parent.size
            parent, least = np.append(parent, -1), np.append(least, 0)
            most, leaves = np.append(most, blanks), np.append(leaves, np.full(blanks, node))
        return Quotas(blanks or tree.length, parent, least, most, leaves)

    def _rows(self, without: Collection[Key], blanks: int) -> Sums:
        sums = [one for one in self.sums if one.key not in without]
        keys = self._key_rows(without, open_length=bool(blanks))
        amounts = [keys.coefficients, *(one.amounts[None, :] for one in sums)]
        rows = np.vstack([one.reshape(-1, len(self.names)) for one in amounts])
        return Sums(
            np.hstack([rows, np.zeros((len(rows), blanks))]),
            np.concatenate([keys.lower, [float(one.limits[0]) for one in sums]]),
            np.concatenate([keys.upper, [float(one.limits[1]) for one in sums]]),
        )

    def _key_rows(self, without: Collection[Key], *, open_length: bool) -> Sums:
        plan = self.keys
        quota = {
            letter: limits
            for letter, limits in self.blueprint.key_positions.items()
            if ("key_positions", letter) not in without
        }
        if len(quota) < len(self.blueprint.key_positions):
            plan = key_plan(quota, plan.length, plan.reach, scored=self.allowed(without))
        return key_rows_of_any_length(plan) if open_length else key_rows(plan)

    def _linked_sets(self, without: Collection[Key]) -> LinkedSets:
        count, rule = len(self.sets), self.blueprint.stimuli
        least, most = np.ones(count, np.int64), np.array([len(one) for one in self.sets], np.int64)
        fewest, upmost = 0, count
        if rule is not None and SET_ITEMS not in without:
            least, most = np.full(count, rule.items[0]), np.full(count, rule.items[1])
        if rule is not None and SET_COUNT not in without:
            fewest, upmost = rule.sets
        return LinkedSets(self.sets, least, most, fewest=fewest, most=upmost)


def lay_out(exam: ExamDefinition, framework: Framework, items: Sequence[ItemVersion]) -> Layout:
    """Return the exam's blueprint laid over `items`, which all belong to its criteria.

    Named items that are not among `items` are passed over, except required ones (KeyError):
    pre-flight has refused names that the bank does not hold.
    """
    blueprint = exam.blueprint
    index = {item.id: place for place, item in enumerate(items)}
    kept_off = {("excluded", ""): blueprint.excluded, ("pretest", ""): blueprint.trial}
    off = {name for names in kept_off.values() for name in names}
    scored = np.array([item.id not in off for item in items], np.bool_)
    return Layout(
        blueprint=blueprint,
        names=tuple(index),
        quotas=quotas(blueprint, framework, [leaf(blueprint, framework, item) for item in items]),
        nodes=tuple((_tree_field(blueprint, code), code) for code in tree_codes(blueprint)),
        keys=key_plan(blueprint.key_positions, blueprint.items, reach(items), scored=scored),
        sums=tuple(_sums(exam, framework, items)),
        enemies=tuple(
            (("enemies", enemy_code(one)), present)
            for one in blueprint.enemies
            if len(present := _present(one, index)) > 1
        ),
        required=tuple((("required", name), index[name]) for name in blueprint.required),
        kept_off=tuple((key, _present(names, index)) for key, names in kept_off.items() if names),
        sets=_sets(items, blueprint),
    )


def _tree_field(blueprint: Blueprint, code: str) -> str:
    if code in blueprint.outcomes:
        return "outcomes"
    return "criteria" if code in blueprint.criteria else "topics"


def _present(names: Sequence[str], index: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(index[name] for name in names if name in index)


def _sums(
    exam: ExamDefinition, framework: Framework, items: Sequence[ItemVersion]
) -> Iterator[Sum]:
    blueprint = exam.blueprint
    for demand, limits in blueprint.demands.items():
        one_of = [_demand(framework, item) == demand for item in items]
        yield Sum(("demands", demand), np.array(one_of, np.float64), limits)
    for author, limits in blueprint.authors.items():
        one_of = [item.author == author for item in items]
        yield Sum(("authors", author), np.array(one_of, np.float64), limits)
    if blueprint.words is not None:
        words = [words_to_read(blueprint, item) for item in items]
        yield Sum(("words", ""), np.array(words, np.float64), blueprint.words)
    if blueprint.seconds is not None:
        seconds = [seconds_expected(exam, item) for item in items]
        yield Sum(("seconds", ""), np.array(seconds, np.float64), blueprint.seconds)


def _demand(framework: Framework, item: ItemVersion) -> str | None:
    try:
        return framework.demand(item.command_word)
    except UnknownCode:
        return None


def words_to_read(blueprint: Blueprint, item: ItemVersion) -> float:
    """Return the words an item adds: stem, options and its share of the stimulus.

    A stimulus is read once for all its items, of which a paper has at least the rule's least;
    divided by that, a paper is never counted as shorter than it is.
    """
    if item.stimulus is None:
        return float(item.word_count())
    fewest = 1 if blueprint.stimuli is None else blueprint.stimuli.items[0]
    return item.word_count() + item.stimulus.word_count() / fewest


def seconds_expected(exam: ExamDefinition, item: ItemVersion) -> float:
    """Return an item's own expected time, or an even share of the exam's."""
    return exam.minutes * 60 / exam.positions if item.seconds is None else float(item.seconds)


def _sets(items: Sequence[ItemVersion], blueprint: Blueprint) -> tuple[tuple[int, ...], ...]:
    """Return the items of each stimulus; without a rule one alone is no set."""
    found: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        if item.stimulus is not None:
            found.setdefault(item.stimulus.id, []).append(place)
    fewest = 2 if blueprint.stimuli is None else 1
    return tuple(tuple(one) for one in found.values() if len(one) >= fewest)
