"""Proofs that are tried again, and tactics that are put off."""

from __future__ import annotations

from prover.lean.interface import Goal, Hypothesis, State
from prover.policy.policy import Candidate
from prover.search.expander import ProofReuse
from prover.search.graph import ProofGraph


def given(key: str, *hypotheses: str, target: str = "p", goals: int = 1) -> State:
    """A state with these hypotheses, each named like its type."""
    known = tuple(Hypothesis(name.lower(), name, name, True) for name in hypotheses)
    return State(0, (Goal(known, target, target, key, f"⊢ {target}"),) * goals, key)


def proved(*states: State) -> ProofReuse:
    """The states, each proved by a tactic with its key."""
    graph = ProofGraph(given("root", target="q"))
    proofs = ProofReuse(graph)
    graph.insert("root", Candidate("split", -1.0), states)
    proofs.note(states)
    for state in states:
        graph.insert(state.key, Candidate(f"by {state.key}", -1.0), ())
    return proofs


def tried(proofs: ProofReuse, state: State) -> list[str]:
    return [candidate.tactic for candidate in proofs.alike(state)]


def test_a_proof_with_fewer_hypotheses_is_tried() -> None:
    proofs = proved(given("small", "A"))
    assert tried(proofs, given("large", "A", "B")) == ["by small"]
    assert tried(proofs, given("same", "A")) == ["by small"]


def test_others_are_not() -> None:
    proofs = proved(given("small", "A"), given("two", "A", goals=2))
    assert tried(proofs, given("other", "B")) == []
    assert tried(proofs, given("elsewhere", "A", target="r")) == []
    assert tried(proofs, given("small", "A")) == []
    assert tried(proofs, given("pair", "A", goals=2)) == []


def test_what_is_not_proved_is_not_tried() -> None:
    graph = ProofGraph(given("root", target="q"))
    proofs = ProofReuse(graph)
    graph.insert("root", Candidate("t", -1.0), [given("open", "A")])
    proofs.note([given("open", "A"), given("never inserted")])
    assert tried(proofs, given("large", "A", "B")) == []
