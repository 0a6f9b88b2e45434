"""Long lines: broken inside brackets, never elsewhere, and nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.script_layout import wrap_line


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("simp [a, b]", ["simp [a, b]"]),
        ("grind [lemma_one, lemma_two, c]", ["grind [lemma_one,", "  lemma_two, c]"]),
        ("  · grind [lemma_one, lemma_two]", ["  · grind [lemma_one,", "      lemma_two]"]),
        ("obtain ⟨first, second⟩ := h x y", ["obtain ⟨first,", "  second⟩ := h x y"]),
        ("cases long_name_h <;> simp_all", ["cases long_name_h <;>", "  simp_all"]),
        ("apply a_name_that_is_very_long x", ["apply a_name_that_is_very_long x"]),
        ('exact f ["a, b", "c, d", "e, f"]', ['exact f ["a, b", "c, d", "e, f"]']),
        ("rintro a, b, c, d, e, f, g, h, i", ["rintro a, b, c, d, e, f, g, h, i"]),
    ],
)
def test_lines(line: str, lines: list[str]) -> None:
    assert wrap_line(line, 20) == lines


@given(st.text("ab[](), ·<;>", max_size=60), st.integers(1, 30))
def test_only_spaces_become_line_breaks(line: str, width: int) -> None:
    lines = wrap_line(line, width)
    assert " ".join([lines[0], *(part.lstrip(" ") for part in lines[1:])]).replace(
        " ", ""
    ) == line.replace(" ", "")
