"""A theorem in the forms in which people state it."""

from __future__ import annotations

import pytest

from prover.errors import InputError
from prover.statement import Statement, stated

ENDS = ("", " :=", " := by", " := by\n  sorry", " := sorry", " := by { sorry }", " -- so\n")


@pytest.mark.parametrize("end", ENDS)
def test_its_end(end: str) -> None:
    text = "@[simp] theorem t (n : Nat := 2) : let m := n; m = n"
    assert stated(text + end) == Statement("t", "", f"{text} := by")


@pytest.mark.parametrize(
    ("bare", "text"),
    [
        ("(n : Nat) : n + 0 = n", "example (n : Nat) : n + 0 = n := by"),
        ("{p : Prop} (h : p) :\n  p := by", "example {p : Prop} (h : p) :\n  p := by"),
        (": 1 = 1", "example : 1 = 1 := by"),
        ("(1 + 1) = 2", "example : (1 + 1) = 2 := by"),
        ("∀ n : Nat, n = n := by sorry", "example : ∀ n : Nat, n = n := by"),
    ],
)
def test_without_its_keyword(bare: str, text: str) -> None:
    assert stated(bare) == Statement("", "", text)


@pytest.mark.parametrize(
    "text", ["theorem t : 1 = 1 := by -- hint\n", "/- not := by -/\nlemma t : 1 = 1 :=\n  by"]
)
def test_what_is_complete_stays_as_it_is(text: str) -> None:
    assert stated(text) == Statement("t", "", text)


def test_a_whole_file_is_its_last_theorem() -> None:
    before = "import Init\nopen Nat\nnamespace A\ndef a := 1\ntheorem s : a = 1 := rfl\n\n"
    theorem = "/-- doc -/\n@[simp] theorem t : a = 1 := by"
    found = stated(f"{before}{theorem}\n  sorry\nend A\n")
    assert found == Statement("A.t", before, theorem)
    assert found.theorem.header == before


def test_windows_line_ends() -> None:
    found = stated("theorem t\r\n  (n : Nat) :\r\n  n = n := by\r\n  sorry\r\n", "open Nat\r\n")
    assert found == Statement("t", "open Nat\n", "theorem t\n  (n : Nat) :\n  n = n := by")


def test_a_header_of_its_own() -> None:
    text = "open Nat\ntheorem t : 1 = 1"
    assert stated(text, "import Std").header == "import Std\nopen Nat\n"
    # What the text repeats of it is there once.
    assert stated(f"import Std\n{text}", "import Std\n").header == "import Std\nopen Nat\n"
    with pytest.raises(InputError, match="has imports") as caught:
        stated(f"import Std\n{text}", "open Int")
    assert caught.value.hint == "Put the imports into the header."


@pytest.mark.parametrize(
    "end", [" := rfl", " := by\n  simp", " := by\n  simp\n  sorry", " where\n  left := sorry"]
)
def test_a_proof_is_too_much(end: str) -> None:
    with pytest.raises(InputError, match="part of"):
        stated(f"theorem t : 1 = 1{end}")
