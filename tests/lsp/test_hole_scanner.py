"""The holes that a text shows."""

from __future__ import annotations

import pytest

from prover.lsp.hole_scanner import declaration_stop, nearest, read

TEXT = """/-- No sorry here, /- nor -/ here: sorry -/
theorem 𝔸 : p ∧ q := by
  -- sorry
  have h' : 'a' = '"' ∧ "sorry" = r#"a "sorry" b"# := sorry
  exact ⟨sorry, sorry'⟩

def sorryful := «sorry».sorry

theorem done : True :=
  trivial

example : True := by
  sorry
"""


def test_comments_strings_and_longer_names_are_no_holes() -> None:
    file, found = read(TEXT)
    assert [(hole.line, hole.column) for hole in found] == [(4, 54), (5, 9), (13, 2)]
    assert all(file.part(hole.span) == "sorry" for hole in found)
    assert file.part(found[0].declaration).startswith("theorem 𝔸")
    assert file.part(found[0].declaration).endswith("sorry'⟩")


@pytest.mark.parametrize(
    ("place", "last", "expected"),
    [
        ((5, 10), 5, (5, 9)),
        ((4, 0), 5, (4, 54)),
        ((2, 0), 2, (4, 54)),
        ((13, 0), 13, (13, 2)),
        ((12, 3), 12, (13, 2)),
        ((9, 0), 9, None),
        ((1, 0), 1, None),
        ((8, 0), 14, (13, 2)),
    ],
)
def test_the_hole_that_lines_mean(
    place: tuple[int, int], last: int, expected: tuple[int, int] | None
) -> None:
    hole = nearest(*read(TEXT), place, last)
    assert (hole and (hole.line, hole.column)) == expected


@pytest.mark.parametrize(
    "behind",
    [
        "",
        "\n",
        "\ntheorem b : p := q",
        "\n-- one\n\n-- two\n",
        "\n/- one\n  two -/\n-- three\ntheorem b : p := q",
        "\n/-- What `b` says. -/\ntheorem b : p := q",
    ],
)
def test_where_a_declaration_ends(behind: str) -> None:
    text = "-- before\ntheorem a : p := by\n  sorry\n-- inside\n  done -- `a`"
    assert declaration_stop(text + behind, text.index("sorry")) == len(text)
    assert declaration_stop(f"{text} /- so -/{behind}", text.index("sorry")) > len(text)
    assert declaration_stop(f"{text}\n  rfl{behind}", text.index("sorry")) > len(text)


def test_the_declarations_of_a_mutual_block_end_together() -> None:
    block = "theorem a : p := by\n  sorry\ntheorem b : q := by\n  sorry\nend"
    text = f"mutual\n{block}\ntheorem c : r := s"
    stop = text.index("\ntheorem c")
    assert [
        declaration_stop(text, hole) for hole in (text.index("sorry"), text.rindex("sorry"))
    ] == [
        stop - len("\nend"),
        stop - len("\nend"),
    ]
    namespace = text.replace("mutual", "mutual\nend")
    assert declaration_stop(namespace, namespace.index("sorry")) < namespace.index("theorem b")


def test_line_ends_of_windows_change_no_place() -> None:
    places = [(hole.line, hole.column) for hole in read(TEXT.replace("\n", "\r\n"))[1]]
    assert places == [(4, 54), (5, 9), (13, 2)]


@pytest.mark.parametrize("text", ["/- sorry", '"sorry', "", "/-", "/- /- -/ sorry"])
def test_what_is_not_closed_reaches_to_the_end(text: str) -> None:
    assert [hole.column for hole in read(text)[1]] == ([1] if text == '"sorry' else [])
