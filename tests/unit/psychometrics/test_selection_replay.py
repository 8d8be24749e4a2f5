"""Sittings on nested quotas get the items that they got when they were first recorded.

The digests were made by the program as it was before papers could have other constraints
(commit 89f1dcc): a sitting of that time has to replay without a difference.
"""

from hashlib import sha256

import numpy as np
import pytest

from psychometrics import Blind, Conditions, Plain, Pool, Progressive, ValueRule, next_block
from tests.unit.psychometrics.papers import LENGTH, make_generator, make_pool

RECORDED = [
    (Progressive(), 1, "c3202642ac7323dc"),
    (Progressive(), 5, "b2c464f2c92a3b6b"),
    (Progressive(), 15, "847717c1bde65307"),
    (Progressive(), 45, "e10460b6d3e1c65d"),
    (Plain(), 1, "ff1c4eb9fe8bfae4"),
    (Plain(), 5, "eb30af7e796de26b"),
    (Blind(), 15, "b8f5a8ed2dd881d2"),
    (Blind(), 45, "0fce43f98631fb16"),
]


def sittings(pool: Pool, rule: ValueRule, size: int) -> str:
    """Digest the papers of four persons: with and without items seen before and withdrawn."""
    digest, generator, m = sha256(), make_generator(100 + size), len(pool)
    for person in range(4):
        seen = (generator.random(m) < 0.3) * (1 + np.arange(m) % 3)
        tier = seen if person % 2 else None
        available = generator.random(m) < 0.9 if person >= 2 else None
        done: list[int] = []
        scores: list[int] = []
        while len(done) < LENGTH:
            now = Conditions(generator.random(m), tier=tier, available=available)
            block = next_block(
                pool, administered=done, scores=scores, conditions=now, size=size, rule=rule
            )
            digest.update(repr((block.shadow, block.theta, block.sem)).encode())
            done += block.items
            scores += generator.integers(0, 2, len(block.items)).tolist()
    return digest.hexdigest()[:16]


@pytest.mark.parametrize(("rule", "size", "recorded"), RECORDED)
def test_a_sitting_replays_as_it_was_recorded(rule: ValueRule, size: int, recorded: str) -> None:
    assert sittings(make_pool(), rule, size) == recorded
