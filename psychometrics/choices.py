"""ChoiceMatrix: which option each person chose, for distractors and key checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import IntArray, frozen
from psychometrics.errors import DataError
from psychometrics.responses import ResponseMatrix

BLANK = -1


@dataclass(frozen=True, slots=True, eq=False)
class ChoiceMatrix:
    """Chosen options beside the scores they earned, cell by cell.

    Attributes
    ----------
    responses : ResponseMatrix, shape (n, m)
        The scored matrix; a blank is scored 0.
    chosen : IntArray, shape (k,)
        The position of the chosen option in `options` of the cell's item, or BLANK.
    options : tuple of tuple of str, length m
        The options of each item.
    key : IntArray, shape (m,)
        The position of the key of each item.
    """

    responses: ResponseMatrix
    chosen: IntArray
    options: tuple[tuple[str, ...], ...]
    key: IntArray

    @classmethod
    def from_choices(
        cls,
        choices: Sequence[Sequence[str | None]] | npt.NDArray[np.object_],
        *,
        options: Sequence[Sequence[str]],
        key: Sequence[str],
        persons: Sequence[str] | None = None,
        items: Sequence[str] | None = None,
    ) -> Self:
        """Return the matrix of a table of chosen options.

        Parameters
        ----------
        choices : array_like of str or None, shape (n, m)
            The option each person chose; None for a blank, "" for an item that was not shown.
        options : sequence of sequence of str, length m
            The options of each item.
        key : sequence of str, length m
            The right option of each item.
        persons, items : sequence of str, optional
            Labels.

        Returns
        -------
        ChoiceMatrix, shape (n, m)
            Scored by the key.

        Raises
        ------
        DataError
            A choice or a key that is no option of its item, or shapes that do not fit.
        """
        table = np.asarray(choices, dtype=object)
        if table.ndim != 2 or not table.shape[1] == len(options) == len(key):
            raise DataError("choices must be persons x items, with options and a key an item")
        person, item = np.nonzero(table != "")
        given = table[person, item]
        return cls.from_cells(
            person,
            item,
            given.tolist(),
            table.shape,
            scores=given == np.array(list(key), dtype=object)[item],
            options=options,
            key=key,
            persons=persons,
            items=items,
        )

    @classmethod
    def from_cells(  # noqa: PLR0913 - a long table has four columns, and a key and labels beside it
        cls,
        person: npt.ArrayLike,
        item: npt.ArrayLike,
        choice: Sequence[str | None],
        shape: tuple[int, int],
        *,
        scores: npt.ArrayLike,
        options: Sequence[Sequence[str]],
        key: Sequence[str],
        persons: Sequence[str] | None = None,
        items: Sequence[str] | None = None,
    ) -> Self:
        """Return the matrix of a long table: one row a presented item, in any order.

        Parameters
        ----------
        person, item : array_like of int, shape (k,)
            Positions from 0.
        choice : sequence of str or None, length k
            The option chosen, or None for a blank.
        shape : tuple of int
            n persons and m items.
        scores : array_like of int, shape (k,)
            What each choice earned, 0 or 1: by the key, or by what was decided instead.
        options, key, persons, items
            As in `from_choices`.

        Returns
        -------
        ChoiceMatrix, shape (n, m)
            With the scores given.

        Raises
        ------
        DataError
            A choice or a key that is no option of its item, or shapes that do not fit.
        """
        place = [{name: at for at, name in enumerate(names)} for names in options]
        lost = [j for j, name in enumerate(key) if name not in place[j]]
        if lost:
            raise DataError(f"the key {key[lost[0]]!r} is no option of item {lost[0]}")
        rows = np.asarray(person, dtype=np.int64)
        columns = np.asarray(item, dtype=np.int64)
        right = np.array([place[j][name] for j, name in enumerate(key)], dtype=np.int64)
        chosen = np.array(
            [_place(place[j], name, j) for j, name in zip(columns.tolist(), choice, strict=True)],
            dtype=np.int64,
        )
        responses = ResponseMatrix.from_triples(
            rows,
            columns,
            np.asarray(scores, dtype=np.float64),
            shape,
            persons=persons,
            items=items,
        )
        order = np.lexsort((columns, rows))
        return cls(
            responses=responses,
            chosen=frozen(chosen[order]),
            options=tuple(tuple(names) for names in options),
            key=frozen(right),
        )


def _place(options: dict[str, int], name: str | None, item: int) -> int:
    if name is None:
        return BLANK
    if name not in options:
        raise DataError(f"{name!r} is no option of item {item}; its options are {list(options)}")
    return options[name]
