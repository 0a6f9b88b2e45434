"""Where theorems stand in a text, which way LeanDojo goes, and which repositories it has."""

from __future__ import annotations

from pathlib import Path

import pytest

from prover.errors import InputError, SetupError
from prover.lean.leandojo.dojo_lean import standing
from prover.lean.leandojo.repository import Repository, interaction_mode, parsed
from prover.lean.leandojo.theorem_locator import is_whole_proof, proof_start, theorem_in, theorems
from prover.lean_file import LeanFile
from prover.theorem import Theorem

TEXT = """import Lean
/-! theorem in_a_comment : True := trivial -/
namespace A.B
section
variable (n : Nat)

/-- Documented: theorem not_this. -/
@[simp] private theorem one (h : n = 0 := by omega) :
    let m := n; m = n := by
  intro m
  rfl -- theorem not_this_either

end
theorem two : "theorem x := 1" = "theorem x := 1" := rfl
end A.B

namespace C
open Nat in
set_option maxRecDepth 99 in
/-- It's documented. /- Nested -- -/ -/
@[simp, deriving_of [a, b]]
theorem within (c : Char := '"') :
True := trivial
theorem _root_.top : True := trivial
lemma «a b» : 1 = 1
  := rfl
mutual
theorem three : True := trivial
end
theorem byCases : ∀ n : Nat, n = n
  | 0 => rfl
  | _ + 1 => rfl
end C
theorem last : True := trivial
#print axioms last
"""
NAMES = ["A.B.one", "A.B.two", "C.within", "top", "C.«a b»", "C.three", "C.byCases", "last"]


def file(tmp_path: Path, text: str = TEXT) -> LeanFile:
    path = tmp_path / "T.lean"
    path.write_text(text)
    return LeanFile.read(path)


def test_names_by_their_namespaces() -> None:
    assert [found.name for found in theorems(TEXT)] == NAMES


def test_a_theorem_keeps_all_that_stands_before_its_proof(tmp_path: Path) -> None:
    theorem = theorem_in(file(tmp_path), "A.B.one")
    assert theorem.header + theorem.before == TEXT[: TEXT.index(" by\n  intro m")] + " by\n  "
    assert theorem.before.startswith("/-- Documented: theorem not_this. -/\n@[simp] private")
    assert (theorem.source, theorem.hole, theorem.after) == (f"{tmp_path}/T.lean:7", "sorry", "")
    filled = theorem.filled("intro m\nrfl").declaration
    assert filled.endswith("let m := n; m = n := by\n  intro m\n  rfl")


def test_what_a_theorem_is_declared_within_belongs_to_it(tmp_path: Path) -> None:
    theorem = theorem_in(file(tmp_path), "C.within")
    assert theorem.header.endswith("namespace C\n")
    assert theorem.before.startswith("open Nat in\nset_option")
    assert theorem.before.endswith(":\nTrue := by\n  ")


def test_the_last_theorem_ends_where_the_next_command_starts(tmp_path: Path) -> None:
    theorem = theorem_in(file(tmp_path), "last")
    assert theorem.before == "theorem last : True := by\n  "


@pytest.mark.parametrize(
    ("declaration", "before"),
    [
        ("theorem t : 1 = 1 := rfl", "theorem t : 1 = 1 :="),
        ("theorem t (h : a := by simp) : b := c", "theorem t (h : a := by simp) : b :="),
        ("theorem t : let x := 1; x = 1 := rfl", "theorem t : let x := 1; x = 1 :="),
        ("theorem t :\n  have x := 1\n  x = 1 := rfl", "theorem t :\n  have x := 1\n  x = 1 :="),
        ("theorem t /- := -/ : p := q", "theorem t /- := -/ : p :="),
    ],
)
def test_where_a_proof_starts(declaration: str, before: str) -> None:
    assert declaration[: proof_start(declaration)] == before


def test_what_is_not_there_or_has_no_proof_to_replace(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        theorem_in(file(tmp_path), "A.B.ones")
    assert caught.value.hint == "Did you mean `A.B.one`?"
    with pytest.raises(InputError, match="has no `:=`"):
        theorem_in(file(tmp_path), "C.byCases")
    with pytest.raises(InputError) as caught:
        theorem_in(file(tmp_path, "def x := 1\n"), "x")
    assert "alone" in caught.value.hint


def test_the_way_for_each_lean() -> None:
    assert interaction_mode("leanprover/lean4:v4.10.0", "2.1.3").as_it_is
    assert "2.1.3" not in interaction_mode("leanprover/lean4:v4.10.0", "2.1.3").reason
    assert (
        "known to work with lean-dojo 2.2.0"
        in interaction_mode("leanprover/lean4:v4.11.0", "4.20.0").reason
    )
    modern = interaction_mode("leanprover/lean4:v4.28.0", "4.20.0")
    assert not modern.as_it_is
    assert "v4.28.0" in modern.reason
    assert "may not compile" in interaction_mode("leanprover/lean4:v4.12.0-rc1", "4.20.0").reason
    assert not interaction_mode("leanprover/lean4:nightly-2026-01-01", "4.20.0").as_it_is
    assert parsed("v4.9.0") == (4, 9)
    for wrong in ("leanprover/lean4:v4.2.0", "my-toolchain"):
        with pytest.raises(SetupError) as caught:
            interaction_mode(wrong, "4.20.0")
        assert caught.value.hint


COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_repositories_and_their_traces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CACHE_DIR", str(tmp_path / "cache"))
    remote = Repository.named("https://github.com/owner/name.git", COMMIT)
    assert (remote.folder, remote.traced) == (None, None)
    with pytest.raises(SetupError) as caught:
        remote.place()
    assert f"prover.lean.leandojo https://github.com/owner/name {COMMIT}" in caught.value.hint
    traced = tmp_path / "cache" / f"owner-name-{COMMIT}" / "name"
    traced.mkdir(parents=True)
    assert remote.place() == remote.traced == traced
    local = Repository.named(str(tmp_path), COMMIT)
    assert (local.folder, local.traced) == (tmp_path, None)
    kept = tmp_path / "cache" / f"gitpython-{tmp_path.name}-{COMMIT}" / tmp_path.name
    kept.mkdir(parents=True)
    assert local.traced == kept
    assert local.place() == tmp_path


def test_repositories_that_are_not_named_well(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="which commit"):
        Repository.named("https://github.com/owner/name", "main")
    with pytest.raises(InputError, match="no repository"):
        Repository.named(str(tmp_path / "nothing"))


def test_whole_proofs_and_parts_of_them() -> None:
    assert is_whole_proof(Theorem("t", "", "theorem t : p := by\n  "))
    assert is_whole_proof(Theorem("t", "", "theorem t : p := ", is_term=True))
    assert is_whole_proof(Theorem("t", "", "theorem t : p := by -- easy\n  ", after=" -- done"))
    assert not is_whole_proof(Theorem("t", "", "theorem t : p := by\n  intro x\n  "))
    assert not is_whole_proof(Theorem("t", "", "theorem t : p := by\n  ", after="\n  rfl"))
    assert not is_whole_proof(Theorem("t", "", "theorem t (h : q := "))


def test_what_the_doctor_says(tmp_path: Path, project: Path) -> None:
    assert "no `lean-toolchain`" in standing(tmp_path)
    assert "used with the prover's own Repl" in standing(project)
    assert "v4.28.0" in standing(project)
