"""Make the data and expected numbers of this folder from the published reference folder.

Run as `python tests/reference/data/make.py /path/to/reference` from the repository.
"""

import csv
import gzip
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

HERE = Path(__file__).resolve().parent
REAL = ("lsat6", "lsat7", "sat12")
MODELS = {"rasch": "rasch", "1pl": "1pl", "2pl": "2pl", "3pl_logit_normal": "3pl_norm_logit"}
SCORES = ("EAP", "EAP_se", "MAP", "MAP_se", "WLE", "WLE_se", "ML", "ML_se")
SUMMARY = {
    "log_likelihood": "loglik",
    "log_prior": "logprior",
    "parameter_count": "df_par",
    "aic": "AIC",
    "bic": "BIC",
    "g2": "G2",
    "g2_df": "G2_df",
    "latent_mean": "latent_mean",
    "latent_variance": "latent_var",
    "latent_variance_se": "latent_var_se",
    "points": "quadpts",
    "reach": "theta_lim",
}
ITEMS = {name: name for name in ("a", "se_a", "b", "se_b", "d", "se_d")} | {
    "c": "g",
    "se_logit_c": "se_logit_g",
}
S_X2 = {"statistic": "S_X2", "df": "df.S_X2", "p": "p.S_X2", "rmsea": "RMSEA.S_X2"}
X2 = {"statistic": "X2", "df": "df.X2", "p": "p.X2", "rmsea": "RMSEA.X2"}
MEAN_SQUARES = {
    "outfit": "outfit",
    "z_outfit": "z.outfit",
    "infit": "infit",
    "z_infit": "z.infit",
}
M2 = {
    "m2": "M2",
    "df": "df",
    "p": "p",
    "rmsea": "RMSEA",
    "rmsea_5": "RMSEA_5",
    "rmsea_95": "RMSEA_95",
    "srmsr": "SRMSR",
    "tli": "TLI",
    "cfi": "CFI",
}
CLASSICAL = {
    "item_mean": "mean",
    "item_sd": "sd",
    "item_total": "total.r",
    "item_rest": "total.r_if_rm",
    "alpha_without": "alpha_if_rm",
}
OVERALL = {
    "mean": "mean_total.score",
    "sd": "sd_total.score",
    "mean_correlation": "ave.r",
    "sd_correlation": "sd.r",
    "alpha": "alpha",
    "standard_error": "SEM.alpha",
}
SAT12_KEY = (
    *(1, 4, 5, 2, 3, 1, 2, 1, 3, 1, 2, 4, 2, 1, 5, 3),
    *(4, 4, 1, 4, 3, 3, 4, 1, 3, 5, 1, 3, 1, 5, 4, 5),
)
LTM = {"1pl": "1pl_GH61", "2pl": "2pl_GH61"}


def read_csv(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table, which may be compressed."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    return list(csv.DictReader(text.splitlines()))


def read_matrix(path: Path) -> npt.NDArray[np.int8]:
    """Return a table of whole numbers below a header."""
    return np.array([[int(v) for v in row.values()] for row in read_csv(path)], dtype=np.int8)


def number(text: str) -> float | None:
    """Return a cell of a table as a float, None where it is empty."""
    return float(text) if text not in ("", "NA") else None


def write_json(path: Path, value: Mapping[str, object]) -> None:
    """Write one key a line, so that a change of one number is a change of one line."""
    lines = [f"{json.dumps(key)}: {json.dumps(entry)}" for key, entry in value.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def write_arrays(path: Path, **arrays: npt.NDArray[np.generic]) -> None:
    """Write a compressed npz: its entries bear no time, so the same arrays give the same bytes."""
    np.savez_compressed(path, allow_pickle=False, **arrays)


def picked(source: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the entries of `source` under our names, those it has."""
    return {ours: source[theirs] for ours, theirs in names.items() if theirs in source}


def triangle(matrix: Sequence[Sequence[float]], *, upper: bool) -> list[float]:
    """Return the pairs i > j, by rows of i, from the lower or the upper triangle."""
    size = range(len(matrix))
    return [matrix[j][i] if upper else matrix[i][j] for i in size for j in range(i)]


def item_table(path: Path) -> dict[str, list[float | None]]:
    """Return the columns of an item table under our names."""
    rows = read_csv(path)
    return {
        ours: [number(row[theirs]) for row in rows]
        for ours, theirs in ITEMS.items()
        if theirs in rows[0]
    }


def fit_statistics(model: Mapping[str, Any]) -> dict[str, object]:
    """Return item fit, local dependence, model fit, reliability and information of one model."""
    found: dict[str, object] = {
        "s_x2": picked(model["sx2"], S_X2),
        "x2": picked(model["X2"], X2),
        "mean_squares_eap": picked(model["infit_EAP"], MEAN_SQUARES),
        "mean_squares_wle": picked(model["infit_WLE"], MEAN_SQUARES),
        "q3": triangle(model["q3"], upper=False),
        "ld_x2": triangle(model["ld_x2"], upper=False),
        "ld_v": triangle(model["ld_x2"], upper=True),
        "reliability": {
            "marginal": model["rel_marginal"],
            "empirical_eap": model["rel_empirical_EAP"],
        },
        "information": picked(
            model["testinfo"],
            {"theta": "theta", "information": "info", "expected_score": "expected_score"},
        ),
    }
    if isinstance(model["m2"], dict):
        found["m2"] = {name: values[0] for name, values in picked(model["m2"], M2).items()}
    return found


def score_rows(folder: Path, name: str, model: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the scores of each pattern as text, from the table or else from the summary."""
    table = folder / f"mirt_{name}_scores.csv"
    if table.exists():
        return {
            row["pattern"]: [row[score] or "nan" for score in SCORES] for row in read_csv(table)
        }
    scores = model["scores"]
    return {
        pattern: [finite(scores[score][i], pattern, score) for score in SCORES]
        for i, pattern in enumerate(scores["pattern"])
    }


def finite(value: float | None, pattern: str, score: str) -> str:
    """Return a score as text; JSON has lost the infinities of all-wrong and all-right patterns."""
    if value is not None:
        return repr(value)
    if score != "ML":
        return "nan"
    return {0: "-inf", len(pattern): "inf"}[pattern.count("1")]


def write_scores(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write scores, a row for each row of the response matrix."""
    lines = [",".join(score.lower() for score in SCORES), *(",".join(row) for row in rows)]
    path.write_text("\n".join(lines).lower() + "\n")


def classical(reference: Mapping[str, Any]) -> dict[str, object]:
    """Return the classical table and ltm's estimates where there are any."""
    found: dict[str, object] = {
        **{k: v[0] for k, v in picked(reference["classical"]["overall"], OVERALL).items()},
        **picked(reference["classical"]["items"], CLASSICAL),
    }
    for ours, theirs in LTM.items():
        model = reference.get("ltm_models", {}).get(theirs)
        if model is not None:
            found[f"ltm_{ours}"] = {
                "log_likelihood": model["loglik"],
                "parameter": model["coef"]["par"],
                "value": model["coef"]["value"],
                "standard_error": model["coef"]["std.err"],
            }
    return found


def make_real(source: Path, name: str) -> None:
    """Write one real data set: responses, and what mirt made of them."""
    folder = source / name
    reference = json.loads((folder / "reference.json").read_text())
    scored = read_matrix(folder / "responses.csv")
    if name == "sat12":
        rows, choices = scored, read_matrix(folder / "raw_choices.csv")
        key = np.array(SAT12_KEY, dtype=np.int8)
        if not np.array_equal(choices == key, scored == 1):
            raise SystemExit("sat12: the key does not give the scores")
        write_arrays(HERE / "sat12.npz", choices=choices, key=key)
    else:
        rows, counts = np.unique(scored, axis=0, return_counts=True)
        write_arrays(HERE / f"{name}.npz", patterns=rows, weights=counts.astype(np.int16))
    write_json(HERE / "expected" / f"{name}.json", classical(reference))
    patterns = ["".join(map(str, row)) for row in rows.tolist()]
    for ours, theirs in MODELS.items():
        model = reference["mirt_models"][theirs]
        write_json(
            HERE / "expected" / f"{name}_{ours}.json",
            {
                **picked(model, SUMMARY),
                "max_abs_gradient": model["check"]["max_abs_gradient"],
                "items": item_table(folder / f"mirt_{theirs}_items.csv"),
                **fit_statistics(model),
            },
        )
        scores = score_rows(folder, theirs, model)
        write_scores(
            HERE / "expected" / f"{name}_{ours}_scores.csv",
            (scores[pattern] for pattern in patterns),
        )


def make_beta(source: Path) -> None:
    """Write the true maxima under a Beta(5, 17) prior on c."""
    solutions = json.loads((source / "ownmap_3pl_beta.json").read_text())
    for ours, theirs in (*((name, name) for name in REAL), ("simulated_b", "b_3pl_dense")):
        solution = solutions[theirs]
        value: dict[str, object] = {
            "log_likelihood": solution["loglik"],
            "log_prior": solution["logprior"],
            "max_abs_gradient": solution["max_abs_gradient"],
        }
        table = source / ours / "ownmap_3pl_beta_5_17_items.csv"
        if table.exists():
            value["items"] = item_table(table)
        if "rmse" in solution:
            value["rmse"] = {"a": solution["rmse"]["a"], "b": solution["rmse"]["b"]} | {
                "c": solution["rmse"]["g"]
            }
        write_json(HERE / "expected" / f"{ours}_3pl_beta.json", value)


def true_items(path: Path) -> dict[str, npt.NDArray[np.generic]]:
    """Return the parameters that data were drawn with."""
    rows = read_csv(path)
    return {
        ours: np.array([float(row[k]) for row in rows])
        for ours, k in zip("abc", "abg", strict=True)
    }


def make_simulated(source: Path) -> None:
    """Write the simulated data sets: bits of the answers, the truth, mirt's estimates."""
    folder = source / "simulated"
    for name, stem in (("simulated_a", "a_2pl_dense"), ("simulated_b", "b_3pl_dense")):
        scores = read_matrix(folder / f"{stem}_responses.csv.gz")
        write_arrays(
            HERE / f"{name}.npz",
            shape=np.array(scores.shape),
            scores=np.packbits(scores),
            **true_items(folder / f"{stem}_items_true.csv"),
        )
    triples = read_matrix32(folder / "c_2pl_sparse_triples.csv.gz")
    person, item, score = triples[:, 0] - 1, triples[:, 1] - 1, triples[:, 2]
    shape = (int(person.max()) + 1, int(item.max()) + 1)
    cell = person.astype(np.int64) * shape[1] + item
    steps = np.diff(cell, prepend=-1)
    if steps.min() < 1 or steps.max() > 2**16 - 1:
        raise SystemExit("simulated_c: the triples are not in order of person and item")
    write_arrays(
        HERE / "simulated_c.npz",
        shape=np.array(shape),
        steps_low=(steps % 256).astype(np.uint8),
        steps_high=(steps // 256).astype(np.uint8),
        scores=np.packbits(score.astype(np.uint8)),
        **true_items(folder / "c_2pl_sparse_items_true.csv"),
    )
    make_simulated_expected(source, folder)


def read_matrix32(path: Path) -> npt.NDArray[np.int32]:
    """Return a long table of whole numbers below a header."""
    text = gzip.decompress(path.read_bytes()).decode().split()[1:]
    return np.array([line.split(",") for line in text], dtype=np.int32)


def make_simulated_expected(source: Path, folder: Path) -> None:
    """Write mirt's 2PL of the simulated data; its log-likelihoods stand in the README."""
    readme = (source / "README.md").read_text()
    found = re.search(r"simulated a (-\d+\.\d+), c (-\d+\.\d+)", readme)
    if found is None:
        raise SystemExit("README.md no longer gives the log-likelihoods of simulated a and c")
    dense = item_table(folder / "a_2pl_dense_mirt_est.csv")
    dense |= item_table(folder / "a_2pl_dense_mirt_se.csv")
    fit = read_csv(folder / "a_2pl_dense_mirt_sx2.csv")
    s_x2 = {ours: [float(row[theirs]) for row in fit] for ours, theirs in S_X2.items()}
    write_json(
        HERE / "expected" / "simulated_a_2pl.json",
        {"log_likelihood": float(found[1]), "items": dense, "s_x2": s_x2},
    )
    write_json(
        HERE / "expected" / "simulated_c_2pl.json",
        {
            "log_likelihood": float(found[2]),
            "items": item_table(folder / "c_2pl_sparse_mirt_est.csv"),
        },
    )


def make_common_bank(source: Path) -> None:
    """Write the bank for comparing engines, its simulated candidates and the peer's papers."""
    folder = source / "simulated"
    bank, limits = read_csv(folder / "cat_bank_500.csv"), read_csv(folder / "cat_blueprint.csv")
    persons = read_csv(folder / "cat_simulees_50.csv")
    answers = read_matrix(folder / "cat_responses_50x500.csv.gz")
    peer = read_csv(folder / "cat_result_shadow_lpSolve.csv")
    if [row["theta"] for row in peer] != [row["theta"] for row in persons]:
        raise SystemExit("common bank: the peer's candidates are not the simulated ones")
    papers = [[int(item) - 1 for item in row["items"].split()] for row in peer]
    write_arrays(
        HERE / "common_bank.npz",
        a=np.array([float(row["a"]) for row in bank]),
        b=np.array([float(row["b"]) for row in bank]),
        area=np.array([int(row["area"]) - 1 for row in bank], dtype=np.int16),
        minimum=np.array([int(row["min"]) for row in limits], dtype=np.int16),
        maximum=np.array([int(row["max"]) for row in limits], dtype=np.int16),
        theta=np.array([float(row["theta"]) for row in persons]),
        scores=np.packbits(answers),
        peer_theta=np.array([float(row["est"]) for row in peer]),
        peer_sem=np.array([float(row["se"]) for row in peer]),
        peer_papers=np.array(papers, dtype=np.int16),
    )


def main(source: Path) -> None:
    """Make everything in this folder but this script and the README."""
    (HERE / "expected").mkdir(exist_ok=True)
    for name in REAL:
        make_real(source, name)
    make_beta(source)
    make_simulated(source)
    make_common_bank(source)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
