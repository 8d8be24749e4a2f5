"""Plant a seeded sample of faults, one at a time in copies of the tree, and report what happened.

Verdicts are kept as they come, so that a run that was stopped goes on where it was.
"""

import argparse
import json
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from rich.console import Console

from tests.mutants.judge import FAILED, copied, judged, run
from tests.mutants.plant import Fault, faults, is_a_fault
from tests.mutants.report import Verdict, place, report
from tests.mutants.rooms import JUDGES, files, judges

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "var" / "mutants"


def sample(count: int, seed: int, only: str) -> list[Fault]:
    """Return so many faults of all files together, by chance that holds while a file does."""
    sources = {str(path): (ROOT / path).read_bytes() for path in files(ROOT)}
    found = [one for name in sources for one in faults(ROOT / name, name) if name.startswith(only)]
    found.sort(key=lambda one: sha256(f"{seed} {one.name}".encode()).digest())
    made = (one for one in found if is_a_fault(one, sources[one.path]))
    return [one for _, one in zip(range(count), made, strict=False)]


def verdicts(sampled: list[Fault], kept: Path, *, workers: int, until: float) -> Iterator[Verdict]:
    """Yield a verdict on each fault: those that are kept, and then new ones as they come."""
    known = {}
    if kept.exists():
        told = map(json.loads, kept.read_text(encoding="utf-8").splitlines())
        known = {one["name"]: (one["noticed"], one["seconds"]) for one in told}
    yield from (Verdict(one, *known[one.name]) for one in sampled if one.name in known)
    left = [one for one in sampled if one.name not in known]
    with ExitStack() as stack, kept.open("a", encoding="utf-8") as file:
        trees = [stack.enter_context(copied(ROOT)) for _ in range(workers)]
        require_sound(trees[0])
        for verdict in _worked(trees, left, until):
            one = {"name": verdict.fault.name, "noticed": verdict.noticed}
            line = json.dumps({**one, "seconds": verdict.seconds, **asdict(verdict.fault)})
            file.write(line + "\n")
            file.flush()
            yield verdict


def require_sound(tree: Path) -> None:
    """Stop unless the nearest tests of each room pass without a fault."""
    for room in JUDGES:
        path = next(str(path) for path in files(tree) if str(path).startswith(room))
        if run(tree, judges(tree, path, "")[:1]) in FAILED:
            raise SystemExit(f"the tests of {room} fail without any fault")


def _worked(trees: list[Path], left: list[Fault], until: float) -> Iterator[Verdict]:
    """Yield verdicts as they come from a process for each copy of the tree."""
    fork = multiprocessing.get_context("fork")
    told: multiprocessing.SimpleQueue[Verdict | None] = fork.SimpleQueue()
    workers = [
        fork.Process(target=_work, args=(tree, left[number :: len(trees)], until, told))
        for number, tree in enumerate(trees)
    ]
    for worker in workers:
        worker.start()
    for _ in workers:
        while (verdict := told.get()) is not None:
            yield verdict
    for worker in workers:
        worker.join()


def _work(
    tree: Path,
    mine: list[Fault],
    until: float,
    told: "multiprocessing.SimpleQueue[Verdict | None]",
) -> None:
    """Judge faults in a copy of the tree until the time for all is over."""
    try:
        for fault in mine:
            if time.monotonic() > until:
                break
            told.put(Verdict(fault, *judged(tree, fault)))
    finally:
        told.put(None)


def main() -> None:
    """Read what is asked, judge, and write the report."""
    asked = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    asked.add_argument("--sample", type=int, default=400, help="how many faults")
    asked.add_argument("--seed", type=int, default=1, help="which faults")
    asked.add_argument("--only", default="", help="where: the beginning of a path")
    asked.add_argument("--workers", type=int, default=2, help="how many at once")
    asked.add_argument("--minutes", type=float, default=240.0, help="when to stop")
    given = asked.parse_args()
    until = time.monotonic() + 60 * given.minutes
    console = Console()
    OUT.mkdir(parents=True, exist_ok=True)
    sampled, found = sample(given.sample, given.seed, given.only), []
    kept = OUT / f"seed-{given.seed}.jsonl"
    for verdict in verdicts(sampled, kept, workers=given.workers, until=until):
        found.append(verdict)
        word = "noticed" if verdict.noticed else "MISSED "
        console.print(
            f"{len(found):4}/{len(sampled)} {word} {verdict.seconds:5.1f} s {place(verdict.fault)}",
            markup=False,
            highlight=False,
        )
    told = report(found, f"--sample {given.sample} --seed {given.seed} --only '{given.only}'")
    (OUT / "report.md").write_text(told, encoding="utf-8")
    console.print(told, markup=False, highlight=False)


if __name__ == "__main__":
    main()
