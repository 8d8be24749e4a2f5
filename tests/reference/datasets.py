"""The reference data sets and the numbers expected of them; data/README.md says what each is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import BoolArray, FloatArray, IntArray
from psychometrics.cat import Pool, Quotas, build_pool
from psychometrics.choices import ChoiceMatrix
from psychometrics.models import ItemParameters
from psychometrics.quadrature import Quadrature, normal_quadrature
from psychometrics.responses import ResponseMatrix

DATA = Path(__file__).parent / "data"
EXPECTED = DATA / "expected"
SAT12_BLANK = 8
"""sat12's code for an item passed over."""
SAT12_OPTIONS = ("1", "2", "3", "4", "5")


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """What a model gave on a data set.

    Attributes
    ----------
    table : mapping of str to FloatArray, each shape (m,)
        a, b, c, d and their standard errors se_a, se_b, se_d, se_logit_c; NaN where fixed.
    summary : mapping of str to float
        log_likelihood, and where known log_prior, parameter_count, aic, bic, g2, g2_df,
        latent_variance, latent_variance_se, points, reach, max_abs_gradient.
    fit : mapping of str to mapping of str to FloatArray
        s_x2, x2, mean_squares_eap, mean_squares_wle (each shape (m,)), m2 and reliability
        (scalars), information (theta, information, expected_score).
    pairs : mapping of str to FloatArray, each shape (m, m)
        q3, ld_x2, ld_v (signed): symmetric, NaN on the diagonal.
    scores : mapping of str to FloatArray, each shape (n,)
        eap, map, wle, ml and eap_se, ..., a value for each row of the responses; empty where
        there are none. ml is infinite where nothing bounds it, and then ml_se is NaN.
    """

    table: Mapping[str, FloatArray]
    summary: Mapping[str, float]
    fit: Mapping[str, Mapping[str, FloatArray]]
    pairs: Mapping[str, FloatArray]
    scores: Mapping[str, FloatArray]

    @property
    def items(self) -> ItemParameters:
        """The items of the table (simulated_b has none)."""
        c = self.table.get("c", np.zeros_like(self.table["a"]))
        return ItemParameters(self.table["a"], self.table["b"], c)

    @property
    def prior(self) -> Quadrature:
        """The latent distribution on the grid of the fit, on the theta metric."""
        sd = self.summary.get("latent_variance", 1.0) ** 0.5
        points, reach = int(self.summary.get("points", 121)), self.summary.get("reach", 8.0)
        return normal_quadrature(0.0, sd, points=points, width=reach / sd)


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """A reference data set.

    Attributes
    ----------
    name : str
        One of lsat6, lsat7, sat12, simulated_a, simulated_b, simulated_c.
    responses : ResponseMatrix
        lsat6 and lsat7: one row a pattern, weighted; the others one row a person.
    true : ItemParameters or None
        What simulated data were drawn with (theta ~ N(0, 1)).
    choices : ChoiceMatrix or None
        sat12 alone: options "1" to "5", None for passed over.
    """

    name: str
    responses: ResponseMatrix
    true: ItemParameters | None = None
    choices: ChoiceMatrix | None = None

    def expected(self, model: str) -> Expected:
        """Return the expected numbers: rasch, 1pl, 2pl, 3pl_logit_normal or 3pl_beta."""
        value: dict[str, Any] = json.loads((EXPECTED / f"{self.name}_{model}.json").read_text())
        return Expected(
            table=_floats(value.pop("items", {})),
            pairs={k: _symmetric(value.pop(k)) for k in ("q3", "ld_x2", "ld_v") if k in value},
            fit={k: _floats(value.pop(k)) for k in list(value) if isinstance(value[k], dict)},
            summary=_summary(value),
            scores=_scores(EXPECTED / f"{self.name}_{model}_scores.csv"),
        )

    def classical(self) -> Mapping[str, FloatArray]:
        """Return the classical table: of items shape (m,), of the whole shape ().

        item_mean, item_sd, item_total, item_rest, alpha_without; mean, sd, mean_correlation,
        sd_correlation, alpha, standard_error.
        """
        value = json.loads((EXPECTED / f"{self.name}.json").read_text())
        return _floats({k: v for k, v in value.items() if not k.startswith("ltm_")})

    def ltm(self, model: str) -> Mapping[str, FloatArray]:
        """Return ltm's 1pl or 2pl: b then a (one in the 1pl), standard_error, log_likelihood."""
        value = json.loads((EXPECTED / f"{self.name}.json").read_text())[f"ltm_{model}"]
        return _floats({k: v for k, v in value.items() if k != "parameter"})


@dataclass(frozen=True, slots=True, eq=False)
class CommonBank:
    """The bank on which adaptive engines are compared, and what a peer made of it.

    Attributes
    ----------
    pool : Pool
        500 2PL items, 45 of them on a paper, 3 to 9 of each of 8 areas; prior N(0, 1).
    theta : FloatArray, shape (50,)
        Of simulated candidates.
    right : BoolArray, shape (50, 500)
        Their answer to every item.
    peer_theta, peer_sem : FloatArray, shape (50,)
        What the peer's shadow-test CAT estimated.
    peer_papers : IntArray, shape (50, 45)
        The items it gave, in order.
    """

    pool: Pool
    theta: FloatArray
    right: BoolArray
    peer_theta: FloatArray
    peer_sem: FloatArray
    peer_papers: IntArray


def common_bank() -> CommonBank:
    """Return the bank, its candidates and the peer's results."""
    with np.load(DATA / "common_bank.npz", allow_pickle=False) as arrays:
        held = {key: arrays[key] for key in arrays.files}
    m, n = held["a"].size, held["theta"].size
    areas = held["minimum"].size
    quotas = Quotas(
        held["peer_papers"].shape[1],
        np.full(areas, -1),
        held["minimum"],
        held["maximum"],
        held["area"],
    )
    items = ItemParameters(held["a"], held["b"], np.zeros(m))
    return CommonBank(
        pool=build_pool(items, quotas, normal_quadrature(0.0, 1.0)),
        theta=held["theta"],
        right=np.unpackbits(held["scores"], count=n * m).reshape(n, m).astype(np.bool_),
        peer_theta=held["peer_theta"],
        peer_sem=held["peer_sem"],
        peer_papers=held["peer_papers"].astype(np.int64),
    )


def load(name: str) -> Dataset:
    """Return a data set by its name."""
    with np.load(DATA / f"{name}.npz", allow_pickle=False) as arrays:
        held = {key: arrays[key] for key in arrays.files}
    if name == "sat12":
        return _sat12(held["choices"], held["key"])
    if "patterns" in held:
        patterns = ResponseMatrix.from_scores(held["patterns"], weights=held["weights"])
        return Dataset(name, patterns)
    true = ItemParameters(held["a"], held["b"], held["c"])
    return Dataset(name, _simulated(held), true=true)


def expanded(responses: ResponseMatrix) -> ResponseMatrix:
    """Return the matrix with one row of weight 1 for each person that a row stands for."""
    rows = np.repeat(np.arange(responses.shape[0]), responses.weights.astype(np.int64))
    return ResponseMatrix.from_scores(responses.dense_scores()[rows], items=responses.items)


def _sat12(choices: npt.NDArray[np.int8], key: npt.NDArray[np.int8]) -> Dataset:
    chosen = [[None if v == SAT12_BLANK else str(v) for v in row] for row in choices.tolist()]
    matrix = ChoiceMatrix.from_choices(
        chosen, options=[SAT12_OPTIONS] * key.size, key=[str(right) for right in key.tolist()]
    )
    return Dataset("sat12", matrix.responses, choices=matrix)


def _simulated(held: Mapping[str, npt.NDArray[Any]]) -> ResponseMatrix:
    n, m = held["shape"].tolist()
    if "steps_low" not in held:
        scores = np.unpackbits(held["scores"], count=n * m).reshape(n, m)
        return ResponseMatrix.from_scores(scores)
    steps = held["steps_low"].astype(np.int64) + 256 * held["steps_high"].astype(np.int64)
    cell = np.cumsum(steps) - 1
    score = np.unpackbits(held["scores"], count=cell.size)
    return ResponseMatrix.from_triples(cell // m, cell % m, score, (n, m))


def _floats(value: Mapping[str, Any]) -> dict[str, FloatArray]:
    return {key: np.asarray(entry, dtype=np.float64) for key, entry in value.items()}


def _summary(value: Mapping[str, Any]) -> dict[str, float]:
    return {key: np.nan if entry is None else float(entry) for key, entry in value.items()}


def _symmetric(lower: list[float]) -> FloatArray:
    size = round((1 + (1 + 8 * len(lower)) ** 0.5) / 2)
    whole = np.full((size, size), np.nan)
    whole[np.tril_indices(size, -1)] = lower
    return np.fmax(whole, whole.T)


def _scores(path: Path) -> dict[str, FloatArray]:
    if not path.exists():
        return {}
    names = path.read_text().partition("\n")[0].split(",")
    columns = np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2).T
    return dict(zip(names, columns, strict=True))
