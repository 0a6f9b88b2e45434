"""States without Lean, and graphs from short descriptions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hypothesis import strategies as st

from prover.lean.interface import Goal, State
from prover.policy.policy import Candidate
from prover.search.graph import ProofGraph
from prover.search.score import SUM, Score

KEYS = "rabcdefg"
"""The states of random graphs; the first is the root."""

Rule = tuple[str, str, Sequence[str]]
"""A state, a tactic on it, and the states that it leaves, all by key."""


def state(key: str, goals: int = 1, target: str = "") -> State:
    """A state whose goals have this target, or else the key."""
    goal = Goal((), target or key, "", key, f"⊢ {target or key}")
    return State(handle=0, goals=(goal,) * goals, key=key)


def candidate(tactic: str = "simp", logprob: float = -1.0, tokens: int = 1) -> Candidate:
    return Candidate(tactic, logprob, tokens)


def insert(graph: ProofGraph, key: str, tactic: str, children: str, logprob: float = -1.0) -> None:
    """Inserts a tactic that leaves a state for each letter."""
    graph.insert(key, candidate(tactic, logprob), [state(child) for child in children])


def build(rules: Iterable[Rule], *, root: str = "r", score: Score = SUM) -> ProofGraph:
    """A graph of single goals with these rules, each of log-probability -1."""
    graph = ProofGraph(state(root), score)
    for key, tactic, children in rules:
        graph.insert(key, candidate(tactic), [state(child) for child in children])
    return graph


def some_children() -> st.SearchStrategy[str]:
    """What a tactic leaves, in a random graph: often nothing, seldom much."""
    return st.text(KEYS, max_size=3)


def known(rules: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The rules that a graph takes: on a state that is there, and not back to that very state."""
    found, kept = {KEYS[0]}, []
    for key, left in rules:
        if key in found and key not in left:
            kept.append((key, left))
            found |= {*left}
    return kept


def random_rules() -> st.SearchStrategy[list[tuple[str, str]]]:
    """Rules (a state and what is left of it) for a graph; every state but the root is closed."""
    rule = st.tuples(st.sampled_from(KEYS), st.text(KEYS, min_size=1, max_size=3))
    closings = [(key, "") for key in KEYS[1:]]
    return st.lists(rule, min_size=4, max_size=30).map(lambda rules: known([*rules, *closings]))
