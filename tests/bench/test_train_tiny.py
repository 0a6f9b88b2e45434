"""A small language model, trained here on proofs that the built-in policy found, proves them alone:
the very code that runs large models, from the prompt to the verifier."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.train_tiny import TEMPLATE, Size, Step, steps_of, train
from prover.api import make_search
from prover.errors import InputError
from prover.lean.pool import LeanPool
from prover.policy.factory import open_policy
from prover.policy.model_options import ModelOptions
from prover.policy.spec import LocalSpec
from prover.search.budget import Limit
from prover.search.result import Result, Status
from prover.theorem import Theorem
from prover.verifier import Verifier

SMALL = Size(
    vocabulary=400, hidden=96, layers=2, heads=2, window=512, epochs=60, batch=4, rate=3e-3
)
STATEMENTS = {
    "sum": "(a b c : Nat) : a + b + c = c + b + a",
    "length": "{α : Type} (l m : List α) : (l ++ m).length = m.length + l.length",
    "squares": "(a b : Nat) (h : a ≤ b) : a * a ≤ b * b",
    "either": "(p q : Prop) (h : p ∨ q) : q ∨ p",
}


def theorem(name: str) -> Theorem:
    return Theorem.from_statement(name, f"theorem {name} {STATEMENTS[name]} := by")


def test_the_steps_of_a_proof_are_read_from_a_trace() -> None:
    def line(name: str, **fields: object) -> str:
        return json.dumps({"theorem": name, **fields})

    state = {"key": "k", "goals": ["⊢ p", "⊢ q"]}
    step = {"state": "k", "tactic": "simp"}
    lines = [
        line("a", event="expanded", state=state),
        line("b", event="expanded", state=state),
        line("b", event="result", proof=None),
        line("a", event="result", proof=[step, {"state": "elsewhere", "tactic": "omega"}]),
    ]
    assert list(steps_of(lines)) == [Step("⊢ p\n\n⊢ q", "simp")]


def test_there_has_to_be_something_to_learn(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no step of a proof"):
        train([], tmp_path, SMALL)


@pytest.mark.lean
@pytest.mark.slow
async def test_what_it_has_learned_it_proves_alone(pool: LeanPool, tmp_path: Path) -> None:
    lines: list[str] = []
    teach = make_search(pool, limit=Limit(seconds=20))
    verifier = Verifier(pool)
    for name in STATEMENTS:
        events = teach(theorem(name), verifier)
        lines += [json.dumps({**event.to_json(), "theorem": name}) async for event in events]
    losses = train(list(steps_of(lines)), tmp_path / "model", SMALL)
    assert losses[-1] < losses[0] / 4
    options = ModelOptions(template=TEMPLATE)
    async with open_policy(LocalSpec(str(tmp_path / "model")), options) as policy:
        prove = make_search(pool, limit=Limit(seconds=30, candidates=8), policy=policy)
        for name in STATEMENTS:
            *_, result = [event async for event in prove(theorem(name), verifier)]
            assert isinstance(result, Result)
            assert result.status is Status.PROVED, result
