"""The best paper without one of its items."""

import numpy as np

from psychometrics import Quotas, best_paper
from psychometrics.cat.exchange import replacement
from tests.unit.psychometrics.papers import make_generator

QUOTAS = Quotas(4, [2, 2, -1, -1], [1, 1, 2, 1], [2, 2, 3, 2], [0, 0, 0, 1, 1, 1, 3, 3])


def test_one_exchange_gives_the_best_paper_without_an_item() -> None:
    generator = make_generator(5)
    for _ in range(200):
        values = generator.random(8)
        paper = best_paper(values, QUOTAS).items
        gone = int(generator.choice(paper))
        others = [item for item in np.argsort(-values).tolist() if item not in paper]
        come = replacement(QUOTAS, paper, gone, others)
        expected = best_paper(values, QUOTAS, available=np.arange(8) != gone).items
        assert {*paper} - {gone} | {come} == {*expected}


def test_nothing_takes_the_place_of_the_last_item_of_its_kind() -> None:
    paper = best_paper([9, 8, 7, 1, 2, 3, 0.5, 0.25], QUOTAS, available=np.arange(8) != 7).items
    assert replacement(QUOTAS, paper, 6, [1, 2, 3, 4]) is None
