"""The design's promise: text at 7:1 on its ground in every theme, edges of controls at 3:1."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "app" / "web" / "static" / "tokens.css"
THEMES = {"standard": ":root {", "dark": ':root[data-theme="dark"] {', "contrast": "contrast"}
TEXT = [
    ("text", "ground"),
    ("text", "surface"),
    ("text", "chosen"),
    ("text", "care-ground"),
    ("quiet", "ground"),
    ("quiet", "surface"),
    ("accent", "ground"),
    ("accent", "surface"),
    ("accent-strong", "chosen"),
    ("care", "ground"),
    ("care", "surface"),
    ("care", "care-ground"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
]
EDGES = [
    ("edge", "ground"),
    ("edge", "surface"),
    ("edge", "chosen"),
    ("accent", "chosen"),
    ("focus", "ground"),
    ("focus", "surface"),
]


def colours(theme: str) -> dict[str, str]:
    _, _, rest = TOKENS.read_text(encoding="utf-8").partition(THEMES[theme])
    block = rest.partition("}")[0]
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_text_stands_at_seven_to_one(theme: str) -> None:
    found = colours(theme)
    weak = {pair: contrast(found[pair[0]], found[pair[1]]) for pair in TEXT}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 7} == {}


@pytest.mark.parametrize("theme", THEMES)
def test_edges_of_controls_stand_at_three_to_one(theme: str) -> None:
    found = colours(theme)
    weak = {pair: contrast(found[pair[0]], found[pair[1]]) for pair in EDGES}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 3} == {}
