"""Where things go in a picture: nothing on anything else, and lines of text that fit."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.search.and_or_graph import NodeStatus
from prover.visualization.layout import SHAPES, WIDTH, Layout, Place, lay_out
from prover.visualization.outline import Entry, Kind, outline
from tests.search.graphs import build, random_rules

CLOSEST = 8.9
"""Pixels between two places, less rounding."""


def overlap(a: Place, b: Place) -> bool:
    across = a.left < b.right and b.left < a.right
    down = abs(a.middle - b.middle) < (a.height + b.height) / 2 + CLOSEST
    return across and down


@given(random_rules())
def test_no_place_overlaps_another_and_all_are_inside(rules: list[tuple[str, str]]) -> None:
    graph = build([(key, "t" * (2 * len(left) + 1), left) for key, left in rules])
    layout = lay_out(outline(graph, 25, {}).root)
    assert not [pair for pair in combinations(layout.places, 2) if overlap(*pair)]
    for place in layout.places:
        assert 0 <= place.left < place.right <= place.end <= layout.width
        assert place.middle - place.height / 2 >= 0
        assert place.middle + place.height / 2 <= layout.height
        assert all(after.left > place.end for after in place.after)


@given(random_rules())
def test_lines_from_one_column_to_the_next_do_not_cross(rules: list[tuple[str, str]]) -> None:
    graph = build([(key, "t", left) for key, left in rules])
    layout = lay_out(outline(graph, 25, {}).root)
    lines: dict[int, list[tuple[float, float]]] = {}
    for place in layout.places:
        lines.setdefault(place.column, []).extend((place.middle, a.middle) for a in place.after)
    for ends in lines.values():
        ends.sort()
        assert [end for _, end in ends] == sorted(end for _, end in ends)


def laid_out(kind: Kind, text: str, repeated: int = 1) -> Layout:
    """A chain of entries with this text."""
    root = Entry(kind, text, NodeStatus.OPEN)
    for _ in range(repeated - 1):
        root = Entry(kind, text, NodeStatus.OPEN, after=[root])
    return lay_out(root)


def lines_of(text: str) -> list[str]:
    return laid_out(Kind.STATE, text).places[0].lines


@given(st.text())
def test_lines_are_as_short_and_as_few_as_asked(text: str) -> None:
    lines = lines_of(text)
    assert 1 <= len(lines) <= SHAPES[0].down
    assert all(len(line) <= SHAPES[0].across for line in lines)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("p ∧ q", ["p ∧ q"]),
        ("a + b + c + d + e + f + g + h + i", ["a + b + c + d + e", "+ f + g + h + i"]),
        (f"x = {'y' * 80}", [f"x = {'y' * 26}", "y" * 29 + "…"]),
        ("Polynomial.sum_of_a_very_long_name", ["Polynomial.", "sum_of_a_very_long_name"]),
    ],
)
def test_text_breaks_at_spaces_into_even_lines(text: str, lines: list[str]) -> None:
    assert lines_of(text) == lines


def test_long_texts_are_shortened_until_the_picture_is_narrow_enough() -> None:
    text = "a + b + c + d + e + f + g + h + i + j + k"
    assert laid_out(Kind.STATE, text, 5).width <= WIDTH
    few, many = laid_out(Kind.STATE, text, 2), laid_out(Kind.STATE, text, 8)
    assert few.places[0].width > many.places[0].width


def test_a_long_chain_is_no_trouble() -> None:
    layout = laid_out(Kind.TACTIC, "simp", 900)
    assert len({place.middle for place in layout.places}) == 1
