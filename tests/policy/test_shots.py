"""The worked steps of the templates, run by a real Lean."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from prover.lean.interface import Closed, Progress, TacticLimit
from prover.lean.session import Session
from prover.policy.prompts import FILE
from prover.theorem import Theorem

SHOTS = yaml.safe_load(FILE.read_text("utf-8"))["shots"]
NUMBERS = """
notation "ℕ" => Nat
notation "ℤ" => Int
variable {ℝ : Type} [Lean.Grind.Field ℝ] [LE ℝ] [LT ℝ] [Std.LawfulOrderLT ℝ] [Std.IsLinearOrder ℝ]
  [Lean.Grind.OrderedRing ℝ]
"""


def theorem(state: str) -> Theorem:
    """The theorem that begins with this state."""
    *hypotheses, target = state.split("\n")
    binders = " ".join(f"({hypothesis})" for hypothesis in hypotheses)
    statement = f"theorem shot {binders} : {target.removeprefix('⊢ ')} := by"
    universes = "".join(f"universe {name}\n" for name in sorted(set(re.findall(r"u_\d", state))))
    return Theorem.from_statement("shot", statement, header=NUMBERS + universes)


@pytest.mark.lean
@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot["tactic"].split()[0])
async def test_it_is_a_state_as_lean_prints_it_and_its_tactic_works(
    session: Session, shot: dict[str, Any]
) -> None:
    root = await session.open(theorem(shot["state"]))
    # What stands for ℝ is in the state too.
    shown = [line for line in root.pretty.split("\n") if not re.match(r"inst|ℝ : Type", line)]
    assert "\n".join(shown) == shot["state"]
    if "mathlib" in shot:
        pytest.skip("needs Mathlib")
    [outcome] = await session.run(root, [shot["tactic"]], TacticLimit(seconds=30.0))
    assert isinstance(outcome, Closed | Progress), outcome


def test_most_of_them_work_without_mathlib() -> None:
    assert sum("mathlib" not in shot for shot in SHOTS) >= 3
