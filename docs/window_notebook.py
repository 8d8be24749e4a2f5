"""A window's responses, looked at with psychometrics alone: the cells of a notebook.

Run it whole, `python docs/window_notebook.py autumn.csv`, or cell by cell in an editor that knows
percent cells. docs/measurement.md says what each step is.
"""

# %% [markdown]
# # A window in a notebook
# `adept calibration data autumn.csv --window autumn-2026` writes one row for each item that was
# delivered: sitting, item, version, criterion, option (empty where it was left blank) and score.
# A blank is scored 0, as it was when it drove the selection of the next item. The file gives keys
# away: keep it safe.

# %%
import csv
import sys
from pathlib import Path

import numpy as np

import psychometrics as psy

with Path(sys.argv[1]).open(encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file))

# %% [markdown]
# ## Persons, items, options
# Two versions of an item are two items. The key of an item is the option that scored 1; options
# that nobody chose do not appear here, nor does a key that nobody found: look at such items first.

# %%
NOBODY = "(a key that nobody chose)"

persons = sorted({row["sitting"] for row in rows})
labels = sorted({f"{row['item']} v{row['version']}" for row in rows})
row_of = {name: at for at, name in enumerate(persons)}
column_of = {name: at for at, name in enumerate(labels)}
person = [row_of[row["sitting"]] for row in rows]
item = [column_of[f"{row['item']} v{row['version']}"] for row in rows]

key = [NOBODY] * len(labels)
seen: list[set[str]] = [set() for _ in labels]
for j, row in zip(item, rows, strict=True):
    if row["option"]:
        seen[j].add(row["option"])
    if row["score"] == "1":
        if key[j] not in (NOBODY, row["option"]):
            sys.exit("Some item scores 1 for two options: which is its key?")
        key[j] = row["option"]

choices = psy.ChoiceMatrix.from_cells(
    person,
    item,
    [row["option"] or None for row in rows],
    (len(persons), len(labels)),
    scores=[int(row["score"]) for row in rows],
    options=[sorted(options | {right}) for options, right in zip(seen, key, strict=True)],
    key=key,
    persons=persons,
    items=labels,
)
responses = choices.responses
print(f"{len(persons)} persons, {len(labels)} items, {len(rows)} responses")
lost = [label for label, right in zip(labels, key, strict=True) if right == NOBODY]
print(f"Items that nobody got right: {', '.join(lost) or 'none'}")

# %% [markdown]
# ## What number-right statistics say: nothing
# The items were chosen by the answers, so the number right is nearly constant by design.

# %%
classical = psy.classical_statistics(responses, adaptive=True)
print(f"alpha {classical.withheld[0].reason}")

# %% [markdown]
# ## Calibration
# 2PL under weak priors, since some items were seen by few. They are proper, so every item stays.
# Selection by earlier answers is ignorable: all scores that drove it are in the likelihood.

# %%
fit = psy.calibrate(responses, "2pl", priors=psy.WINDOW_PRIORS, adaptive=True)
items, errors, latent = fit.items, fit.standard_errors, fit.latent_quadrature()
print(f"\nConverged: {fit.converged}, {fit.iterations} steps; priors: {fit.priors}")
print(f"log-likelihood {fit.log_likelihood:.2f}, {fit.parameter_count} parameters")

# %% [markdown]
# ## Does each item have the shape of the model?
# The score test takes adaptive data; p-values are adjusted, for there are many items.

# %%
shape = psy.item_score_test(responses, items, latent=latent, model=fit.model)
adjusted = psy.benjamini_hochberg(shape.p)
print(f"\n{'item':>16} {'seen':>5} {'a':>6} {'se':>5} {'b':>6} {'se':>5} {'p':>6} {'off by':>6}")
for j, label in enumerate(fit.labels):
    print(
        f"{label:>16} {shape.persons[j]:5.0f} {items.a[j]:6.2f} {errors.a[j]:5.2f} "
        f"{items.b[j]:6.2f} {errors.b[j]:5.2f} {shape.p[j]:6.3f} {shape.departure[j]:6.2f}"
    )
misfits = [label for label, p in zip(fit.labels, adjusted, strict=True) if p < 0.05]
print(f"Misfits at a false discovery rate of 5 %: {', '.join(misfits) or 'none'}")

# %% [markdown]
# ## Keys
# Each option is judged by the ability of those who chose it, from all their other answers: a
# wrong key would else make its choosers look able.

# %%
rest = psy.rest_ability(responses, items, latent=latent)
flags = psy.check_keys(psy.distractors(choices, rest))
print(f"\nKeys and distractors to look at: {len(flags) or 'none'}")
for flag in flags:
    print(f"{flag.item}, option {flag.option}: {flag.fault}; {flag.reason}")

# %% [markdown]
# ## Scores
# EAP leans on the latent distribution and has the least error over all; Warm's WLE leans on none,
# so that nobody's mark depends on the company.

# %%
spread = float(fit.latent.mean[0]), float(fit.latent.sd[0])
eap = psy.estimate_ability(responses, items, method="eap", prior=spread)
wle = psy.estimate_ability(responses, items, method="wle")
print(f"\n{'':>5} {'mean':>6} {'sd':>6} {'mean error':>11}")
for name, ability in (("EAP", eap), ("WLE", wle)):
    theta, sem = ability.theta, ability.sem
    print(f"{name:>5} {theta.mean():6.2f} {theta.std(ddof=1):6.2f} {sem.mean():11.2f}")

# %% [markdown]
# ## Reliability
# Two estimates of one thing: from how far the scores spread, and from the latent variance.

# %%
print(f"\nEmpirical reliability of EAP {psy.empirical_reliability(eap.theta, eap.sem):.3f}")
print(f"Marginal reliability of EAP {psy.marginal_reliability(eap.sem, spread[1] ** 2):.3f}")

# %% [markdown]
# ## Where the bank can measure
# Information of all items together, of the best one, and whether an adaptive paper can aim there.

# %%
print(f"\n{'theta':>6} {'bank':>7} {'best item':>10}")
for theta in np.linspace(-3.0, 3.0, 7):
    each = psy.information(theta, items)
    best = int(np.argmax(each))
    print(f"{theta:6.1f} {each.sum():7.2f} {each[best]:10.2f}  {fit.labels[best]}")
