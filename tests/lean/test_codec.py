"""Goals as Lean shows them, from the pieces that the worker sends."""

from __future__ import annotations

from typing import Any

import pytest

from prover.lean import codec
from prover.lean.interface import Closed, Progress, Rejected, TacticError, Timeout


def hypothesis(name: str, type: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "type": type, "head": "", "proposition": False, **fields}


def pretty(target: str, *hypotheses: dict[str, Any]) -> list[str]:
    json = {"hypotheses": list(hypotheses), "target": target, "head": "", "key": "1"}
    return codec.goal(json).pretty.splitlines()


def test_neighbours_of_one_type_share_a_line() -> None:
    names = [hypothesis(name, "Nat") for name in "ab"]
    other, last = hypothesis("s", "String"), hypothesis("c", "Nat")
    assert pretty("p", *names, other, last) == ["a b : Nat", "s : String", "c : Nat", "⊢ p"]


def test_a_let_variable_has_its_value_and_a_line_of_its_own() -> None:
    items = [hypothesis("a", "Nat"), *(hypothesis(n, "Nat", value="1") for n in "bc")]
    assert pretty("p", *items) == ["a : Nat", "b : Nat := 1", "c : Nat := 1", "⊢ p"]


def test_hidden_and_unnamed_hypotheses_get_daggers_from_the_last_back() -> None:
    items = [
        hypothesis("x", "Nat"),
        hypothesis("x", "Int", accessible=False),
        hypothesis("inst", "Add Nat", accessible=False),
        hypothesis("x", "Bool"),
        hypothesis("inst", "Mul Nat", accessible=False),
    ]
    lines = ["x✝¹ : Nat", "x✝ : Int", "inst✝¹ : Add Nat", "x : Bool", "inst✝ : Mul Nat", "⊢ p"]
    assert pretty("p", *items) == lines
    json = {"hypotheses": items, "target": "p", "head": "", "key": "1"}
    accessible = [item.accessible for item in codec.goal(json).hypotheses]
    assert accessible == [False, False, False, True, False]


def test_long_and_broken_types_go_below_and_in() -> None:
    long = "x" * 100
    items = [hypothesis("a", long), hypothesis("b", "p\n  ∧ q"), hypothesis("c", "T", value=long)]
    assert pretty("p ∧\n  q", *items) == [
        "a :",
        "  " + long,
        "b :",
        "  p",
        "    ∧ q",
        "c : T :=",
        "  " + long,
        "⊢ p ∧",
        "    q",
    ]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("progress", Progress(())),
        ("closed", Closed()),
        ("error", TacticError("m")),
        ("timeout", Timeout("m")),
        ("rejected", Rejected("m")),
    ],
)
def test_outcomes(kind: str, expected: object) -> None:
    assert codec.outcome({"outcome": kind, "message": "m"}, ()) == expected


@pytest.mark.parametrize("answer", [{}, {"accepted": "true"}, {"accepted": 1}, {"accepted": None}])
def test_a_verdict_that_is_not_plainly_a_yes_is_a_no(answer: dict[str, Any]) -> None:
    verdict = codec.verification(answer, 1.0)
    assert not verdict.accepted
    assert verdict.reason
