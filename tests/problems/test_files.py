"""The textual reader: what it takes for a theorem, and that it keeps every byte."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.errors import InputError
from prover.lexer import Kind, tokens
from prover.problems.sorry_theorems import scan

SORRY_BY = ("by sorry", "by\n  sorry", "\n  by sorry", "by -- here\n  /- and -/ sorry")
HEADER = """import Mathlib

open Nat Real

"""


def only(text: str) -> tuple[str, str, str]:
    """Name, header and statement of the one theorem of a text."""
    [theorem] = scan(text).theorems
    return theorem.name, theorem.header, theorem.statement


@pytest.mark.parametrize("proof", SORRY_BY)
def test_a_theorem_by_sorry(proof: str) -> None:
    statement = "theorem one\n  (n : ℕ) (h : n = 1) :\n  n < 2 := "
    name, header, found = only(f"{HEADER}{statement}{proof}\n")
    assert (name, header) == ("one", HEADER)
    assert found == statement + proof[: proof.index("by") + 2]


@pytest.mark.parametrize("separator", [" ", "\n", "\n  "])
def test_a_term_gets_a_block_of_tactics(separator: str) -> None:
    name, header, found = only(f"{HEADER}theorem one : 1 = 1 :={separator}sorry\n")
    assert (name, header, found) == ("one", HEADER, "theorem one : 1 = 1 := by")


@pytest.mark.parametrize(
    "prefix",
    [
        "/-- It holds; not `theorem x : 1 = 1 := by sorry`. -/\n",
        "@[simp, grind =]\n",
        "@[simp] private ",
        "open Nat in\n",
        "set_option maxHeartbeats 400000 in\n/-- Long. -/\n@[simp] protected ",
        "open Nat in omit [Foo α] in\n",
        "attribute [local simp] Nat.foo in\n",
        "#guard_msgs (drop warning) in\n",
    ],
)
def test_what_belongs_to_a_declaration_is_in_its_statement(prefix: str) -> None:
    assert only(f"{HEADER}{prefix}theorem one : 1 = 1 := by sorry")[1:] == (
        HEADER,
        f"{prefix}theorem one : 1 = 1 := by",
    )


def test_what_only_looks_like_a_theorem_is_none() -> None:
    header = """/-! Like this: -/
/- theorem a : 1 = 1 := by sorry
  /- theorem b : 1 = 1 := by sorry -/
theorem c : 1 = 1 := by sorry -/
-- theorem d : 1 = 1 := by sorry
def text := "
theorem e : 1 = 1 := by sorry \\"
theorem f : 1 = 1 := by sorry"
def raw := r#"
theorem g " : 1 = 1 := by sorry"#
def quote := '"'
def «theorem h : 1 = 1 := by sorry» := 1
theorem proved : 1 = 1 := by rfl -- no sorry
def x' := "a"

"""
    name, found, statement = only(header + "theorem one : 1 = 1 := by sorry -- theorem two")
    assert (name, found, statement) == ("one", header, "theorem one : 1 = 1 := by")


@pytest.mark.parametrize(
    "proof",
    [
        *("by { sorry }", "(sorry)", "by (sorry)", "by exact sorry", "by\n  · sorry", "by admit"),
        *("by sorry; done", "by\n  sorry\n  done", "by sorry -- one\n-- two", "by sorry /- one -/"),
        "by\n  sorry\nwhere\n  helper : Nat := by sorry",
    ],
)
def test_a_proof_that_is_nothing_but_a_sorry(proof: str) -> None:
    first = f"{HEADER}theorem one\n    : 1 = 1 := {proof}\n"
    text = f"{first}unknown_command\ntheorem two : 2 = 2 := sorry"
    one, two = scan(text).theorems
    assert (one.header, one.statement) == (HEADER, "theorem one\n    : 1 = 1 := by")
    assert two.header.endswith("\nunknown_command\n")
    assert "done" not in two.header


def test_several_commands_on_a_line() -> None:
    text = "section A variable (a : α) theorem one : a = a := by sorry end A example : P := sorry"
    one, two = scan(text).theorems
    assert (one.name, one.statement) == ("one", "theorem one : a = a := by")
    assert one.header == "section A variable (a : α) "
    assert (two.name, two.header) == ("example_1", "section A variable (a : α)  end A ")


def test_a_let_and_a_default_in_a_statement() -> None:
    statement = "theorem one (n : Nat := 2) : let m := n; (fun x => by exact x) m = n := by"
    assert only(statement + " sorry")[2] == statement


def test_image_notation_is_no_character() -> None:
    statement = "theorem one : f '' A = {0} ∧ f '' (B) = {1} ∧ g ⁻¹' {y} = ∅ := by"
    assert only(statement + " sorry")[2] == statement


def headers(text: str) -> dict[str, str]:
    """The header of each theorem by its name."""
    return {theorem.name: theorem.header for theorem in scan(text).theorems}


def test_open_theorems_that_stand_alone_are_in_no_header() -> None:
    text = """import Mathlib
theorem one (n : ℕ) : n = n := by sorry

theorem two : 2 = 2 := sorry
theorem three : 3 = 3 := by rfl
example : 4 = 4 := by sorry
lemma five : 5 = 5 :=
sorry
"""
    before = "import Mathlib\n"
    assert headers(text) == {
        "one": before,
        "two": f"{before}\n\n",
        "example_6": f"{before}\n\n\ntheorem three : 3 = 3 := by rfl\n",
        "five": f"{before}\n\n\ntheorem three : 3 = 3 := by rfl\n\n",
    }


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("theorem A.one : P := by sorry", "theorem used : P := A.one"),
        ("theorem A.one : P := by sorry", "open A in theorem used : P := by\n  exact one.symm"),
        ("theorem «A».«one» : P := by sorry", "attribute [simp] A.one"),
        ("theorem B.A.one : P := by sorry", "open B.A"),
        ("@[simp] theorem A.one : P := by sorry", "theorem used : P := by simp"),
        ("def Q := 1\ntheorem A.one : Q = 1 := by sorry", ""),
        ("inductive Q\ntheorem A.one (q : Q) : P := by sorry", ""),
    ],
)
def test_open_theorems_that_others_may_rest_on_are_in_their_headers(
    first: str, second: str
) -> None:
    before = f"{first}\n{second}\n"
    assert headers(f"{before}theorem last : 1 = 1 := by sorry")["last"] == before


def test_the_theorems_of_a_mutual_block_are_stated_apart() -> None:
    text = """def a := 1
mutual
theorem one : 1 = 1 := by sorry
theorem two : 2 = 2 := by sorry
end
theorem three : 3 = 3 := by sorry
"""
    found = headers(text)
    assert (found["one"], found["two"]) == ("def a := 1\n", "def a := 1\n")
    assert found["three"] == text[: text.index("theorem three")]


def test_names_are_full() -> None:
    text = """namespace A.B
theorem one : 1 = 1 := by sorry
section C
  theorem two : 1 = 1 := by sorry
  namespace D
  theorem E.three.{u} : 1 = 1 := by sorry
  end D
end C
theorem _root_.four : 1 = 1 := by sorry
end A.B
noncomputable section
example : 1 = 1 := by sorry
end
theorem «five six» : 1 = 1 := by sorry
namespace «seven.eight».A
theorem nine : 1 = 1 := by sorry
"""
    names = [theorem.name for theorem in scan(text).theorems]
    plain = ["A.B.one", "A.B.two", "A.B.D.E.three", "four", "example_12"]
    assert names == [*plain, "«five six»", "«seven.eight».A.nine"]


def test_a_proof_with_a_sorry_in_it_is_told_apart() -> None:
    text = """theorem one : 1 = 1 := by
  have : 2 = 2 := by sorry
  rfl
theorem two : 1 = 1 ∧ 2 = 2 := by
  constructor
  · rfl
  · sorry
theorem three : 1 = 1 := by sorry
unknown_command three
"""
    reading = scan(text)
    assert reading.partly == (("one", 1), ("two", 4))
    assert [theorem.name for theorem in reading.theorems] == ["three"]


def test_lines_in_the_first_column_are_part_of_a_statement() -> None:
    statement = "theorem one\n(S : Set ℕ)\n(h : S = ∅)\n: S ⊆ S :="
    assert only(f"import Mathlib\n{statement}\nsorry\n")[2] == statement + " by"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def a := 1\n/- open /- closed -/\n", "the comment on line 2 has no end"),
        ('def a := 1\n\ndef b := "open', "the string on line 3 has no end"),
    ],
)
def test_what_has_no_end_is_named_by_line(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        scan(text)


def test_tokens_cover_all_code() -> None:
    text = "theorem a.b' (x : «y z») : x.1 = 'c' := /- c -/ r\"d\" -- e"
    found = [token.text for token in tokens(text)]
    assert " ".join(found) == "theorem a.b' ( x : «y z» ) : x.1 = 'c' := r\"d\""
    assert [token.text for token in tokens(text) if token.kind is Kind.LITERAL] == ["'c'", 'r"d"']


@dataclass(frozen=True)
class Piece:
    """A part of a generated file; `statement` is empty for what is no theorem."""

    text: str
    statement: str = ""


# Words of Lean and the marks that could confuse a reader, with no end of a comment among them.
INSIDE = st.lists(
    st.sampled_from(
        ["theorem a : 1 = 1 := by sorry", "\n", '"', "'", "--", "∀ x, ", "«", "(", "]"]
    ),
    max_size=6,
).map("".join)
COMMENTS = st.recursive(
    INSIDE.map(lambda inside: f"/- {inside} -/"),
    lambda inner: st.tuples(INSIDE, inner, INSIDE).map(lambda t: f"/- {t[0]} {t[1]} {t[2]} -/"),
    max_leaves=4,
)
LINE_COMMENTS = INSIDE.map(lambda inside: "-- " + inside.replace("\n", " ") + "\n")
STRINGS = INSIDE.map(lambda inside: '"' + inside.replace('"', '\\"') + '"')
RAW_STRINGS = INSIDE.map(lambda inside: f'r##"{inside}"##')
SPACES = st.sampled_from([" ", "\n  ", "  "])
GAPS = st.one_of(SPACES, COMMENTS.map(lambda c: f" {c} "), LINE_COMMENTS.map(lambda c: f" {c}  "))
TERMS = st.one_of(
    STRINGS, RAW_STRINGS, st.sampled_from(["x'", "(f x.1 ∘ g)", "'\"'", "'\\''", "«a b»"])
)
NAMES = st.sampled_from(["a", "b'", "c.d", "«e f»", "g₁"])
PLAIN = st.one_of(
    st.builds(lambda n, t: Piece(f"def {n} := {t}\n"), NAMES, TERMS),
    st.builds(lambda c: Piece(f"{c}\n"), COMMENTS),
    st.builds(Piece, LINE_COMMENTS),
    st.sampled_from([Piece("open Nat in\n#check 1\n"), Piece("variable (x : Nat)\n"), Piece("\n")]),
    st.builds(lambda n, t: Piece(f"theorem {n} : P := proof {t}\n"), NAMES, TERMS),
)
PREFIXES = st.sampled_from(["", "@[simp] ", "private ", "open Nat in\n", '/-- "doc -/\n'])


@st.composite
def theorems(draw: st.DrawFn) -> Piece:
    parts = [
        draw(PREFIXES),
        "theorem ",
        f"t{draw(st.integers(0, 10**9))}",
        draw(GAPS),
        ": ",
        draw(TERMS),
        " = ",
        draw(TERMS),
    ]
    parts += [draw(GAPS), ":=", draw(GAPS), "by"]
    statement = "".join(parts)
    return Piece(statement + " sorry", statement)


def own(piece: Piece) -> str:
    """A theorem's name, of which a file has only one; other text is its own."""
    name = re.search(r"theorem (t\d+)", piece.statement)
    return name[1] if name else piece.text


@given(st.lists(st.one_of(PLAIN, theorems()), max_size=8, unique_by=own))
def test_every_byte_is_kept(pieces: list[Piece]) -> None:
    found = scan("".join(piece.text + "\n" for piece in pieces)).theorems
    wanted, kept = [], ""
    for piece in pieces:
        if piece.statement:
            wanted.append((kept, piece.statement))
            # What simp uses unasked stays: the proofs that follow may need it.
            kept += f"{piece.text}\n" if piece.text.startswith("@[simp]") else "\n"
        else:
            kept += piece.text + "\n"
    assert [(theorem.header, theorem.statement) for theorem in found] == wanted


@given(st.lists(PLAIN, max_size=6), theorems(), st.text(max_size=3))
def test_header_and_statement_make_the_file(pieces: list[Piece], last: Piece, end: str) -> None:
    before = "".join(piece.text for piece in pieces)
    end = "" if end.strip() else end
    [theorem] = scan(before + last.text + end).theorems
    assert theorem.header + theorem.statement + " sorry" + end == before + last.text + end
