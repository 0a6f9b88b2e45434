"""Scripts laid out in the places of holes, read and judged by Lean."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from prover.file_check import FileReport, check_file
from prover.lean.pool import LeanPool
from prover.lean_file import Hole, LeanFile
from prover.verifier import Verifier
from tests.positions import HEADER, Positions

pytestmark = pytest.mark.lean

CASES: Mapping[str, Any] = json.loads(Path(__file__).with_name("hole_positions.json").read_text())
"""Places of holes, and scripts that prove what each asks for."""
POSITIONS: Mapping[str, str] = {
    f"t_{item['position']}": f"{item['before']}sorry{item['after']}" for item in CASES["positions"]
}
SEED = 2026
SECONDS = 30.0


async def opened(warm: LeanPool, text: str) -> tuple[LeanFile, FileReport]:
    """A file with holes and without errors."""
    file = LeanFile(Path("A.lean"), text.encode())
    report = await check_file(warm, file)
    assert not report.errors, text
    return file, report


async def refused(warm: LeanPool, text: str) -> list[str]:
    """The declarations that are no proofs; there must be no errors outside them."""
    report = await check_file(warm, LeanFile(Path("A.lean"), text.encode()))
    bad = [item.name for item in report.declarations if not item.accepted]
    assert bad or not report.errors, report.errors
    return [*bad, *(hole.name for hole in report.holes)]


def theorems(named: Mapping[str, str]) -> str:
    return "".join(f"theorem {name} {rest}\n\n" for name, rest in named.items())


async def test_every_script_in_every_place(warm: LeanPool) -> None:
    scripts = CASES["scripts"]
    assert len(POSITIONS) * len(scripts) == 168
    named = {f"{name}_{key}": rest for name, rest in POSITIONS.items() for key in scripts}
    file, report = await opened(warm, theorems(named))
    chosen = {hole: scripts[hole.name.split(".")[0].rpartition("_")[2]] for hole in report.holes}
    assert len(chosen) == len(named)
    filled = file.filled(chosen)
    assert await refused(warm, filled) == []


SAMPLE = [
    *("bullet_have", "by_exact", "alt_have", "calc1", "struct", "ite", "seq_comb"),
    *("first", "braces", "where_", "semi_line", "nested_by"),
]


async def test_the_gate_takes_them(warm: LeanPool) -> None:
    named = {f"t_{name}": POSITIONS[f"t_{name}"] for name in SAMPLE}
    file, report = await opened(warm, theorems(named))
    verifier, scripts = Verifier(warm, seconds=SECONDS), list(CASES["scripts"].values())
    for number, hole in enumerate(report.holes):
        theorem, script = file.theorem(hole, {}), scripts[number % len(scripts)]
        verdict = await verifier(theorem, script)
        assert verdict.accepted, (theorem.filled(script).declaration, verdict.reason)


@pytest.mark.parametrize("count", [40, pytest.param(200, marks=pytest.mark.slow)])
async def test_drawn_scripts_in_drawn_places(warm: LeanPool, count: int) -> None:
    positions = Positions(SEED)
    drawn = {f"t{number}": positions.theorem(f"t{number}") for number in range(count)}
    file, report = await opened(warm, HEADER + "".join(drawn.values()))
    filled = file.filled({hole: positions.script() for hole in report.holes})
    assert len(report.holes) > count
    assert await refused(warm, filled) == []


async def test_a_theorem_with_others_filled_reads_as_the_file(warm: LeanPool) -> None:
    """Holes of one line may be proved in any order."""
    line = "theorem t (p q : Prop) (hp : p) (hq : q) : (p ∧ q) ∧ (p ∧ q) := ⟨by sorry, by sorry⟩\n"
    file, report = await opened(warm, line)
    first, second = report.holes
    script = "constructor\n· exact hp\n· exact hq"
    for hole, other in ((first, second), (second, first)):
        filled = file.theorem(hole, {other: script}).filled(script)
        assert await refused(warm, filled.declaration) == []


WRITTEN = [
    (
        "theorem t (a b : Nat) (h : a = b) : b = a ∧ a = b := by\n  constructor\n"
        "  · have e : b = a := by sorry\n    exact e\n  · exact sorry\n",
        ["omega", "exact h"],
        "theorem t (a b : Nat) (h : a = b) : b = a ∧ a = b := by\n  constructor\n"
        "  · have e : b = a := by omega\n    exact e\n  · exact h\n",
    ),
    (
        "theorem t (n : Nat) : n = 0 ∨ n > 0 := by\n  cases n with\n  | zero => exact sorry\n"
        "  | succ k => have e : k + 1 > 0 := by sorry\n              exact Or.inr e\n",
        ["left\nrfl", "skip\nomega"],
        "theorem t (n : Nat) : n = 0 ∨ n > 0 := by\n  cases n with\n  | zero => exact by\n"
        "              left\n              rfl\n"
        "  | succ k => have e : k + 1 > 0 := by\n                skip\n                omega\n"
        "              exact Or.inr e\n",
    ),
    (
        "theorem t (a b c : Nat) (h : a = b) (k : b = c) : a = c := by\n"
        "  calc a = b := by sorry\n    _ = c := sorry\n",
        ["cases h\nrfl", "exact k -- done"],
        "theorem t (a b c : Nat) (h : a = b) (k : b = c) : a = c := by\n"
        "  calc a = b := by\n         cases h\n         rfl\n    _ = c := k -- done\n",
    ),
    (
        "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q ∧ p :=\n"
        "  ⟨sorry, { left := sorry, right := sorry }⟩\n",
        ["assumption", "exact hq", "revert hp; exact id"],
        "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q ∧ p :=\n"
        "  ⟨by assumption, { left := hq, right := by revert hp; exact id }⟩\n",
    ),
    (
        "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q := by\n  constructor\n  sorry\n  sorry\n",
        ["revert hp\nintro hp\nexact hp", "assumption"],
        "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q := by\n  constructor\n"
        "  · revert hp\n    intro hp\n    exact hp\n  assumption\n",
    ),
    (
        "theorem t (n : Nat) : n = 0 ∨ 0 < n := by\n"
        "  induction n with | zero => sorry | succ k _ => exact sorry\n",
        ["first | omega | simp", "exact Or.inr (by omega)"],
        "theorem t (n : Nat) : n = 0 ∨ 0 < n := by\n  induction n with"
        " | zero => (first | omega | simp) | succ k _ => exact Or.inr (by omega)\n",
    ),
    (
        "theorem t (p : Prop) (hp : p) : p :=\n  sorry\n",
        ["revert hp\nexact id"],
        "theorem t (p : Prop) (hp : p) : p := by\n  revert hp\n  exact id\n",
    ),
    (
        "theorem t (p : Prop) (hp : p) : p :=\n  id (sorry)\n",
        ["revert hp\nexact id"],
        "theorem t (p : Prop) (hp : p) : p :=\n  id (by\n    revert hp\n    exact id)\n",
    ),
]
"""Texts, scripts for their holes, and what a person would have written."""


@pytest.mark.parametrize(("text", "scripts", "expected"), WRITTEN)
async def test_what_is_written(
    warm: LeanPool, text: str, scripts: Sequence[str], expected: str
) -> None:
    file, report = await opened(warm, text)
    chosen: dict[Hole, str] = dict(zip(report.holes, scripts, strict=True))
    assert file.filled(chosen) == expected
    assert await refused(warm, expected) == []
