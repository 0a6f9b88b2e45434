"""Scores: how long a tactic makes its path, and how urgent a path makes its last state.

A score is two pure functions. `step` is additive and never negative, so paths to the same state
can be compared and the shortest kept; `cost` turns the shortest path into a priority, lower is
sooner. Splitting them keeps a score that isn't additive (`depth`) from looping through a cycle of
ever cheaper paths. A critic may add what the state itself is worth.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from prover.errors import InputError, lookup
from prover.lean.interface import State
from prover.policy.policy import LEAST, Candidate, bounded

Critic = Callable[[State], float]
"""What is added to the priority of a state, whatever its path; lower is sooner."""


@dataclass(frozen=True)
class Score:
    """One way to order the frontier."""

    name: str
    step: Callable[[Candidate], float]
    """What one tactic adds to the length of a path; finite, at least 0."""
    cost: Callable[[float, int], float]
    """The priority of a state from its path's length and number of tactics."""
    critic: Critic | None = None

    def criticised(self, critic: Critic, weight: float = 1.0) -> Score:
        """The score with so many times the critic's value added. Values that aren't numbers or
        finite count as the worst."""

        def value(state: State) -> float:
            given = weight * critic(state)
            return given if math.isfinite(given) else -LEAST

        return replace(self, critic=value)


def logprob(candidate: Candidate) -> float:
    """The candidate's log-probability, brought into `LEAST` to 0; what is none is the least.

    One rule for policies and search (`prover.policy.policy`). A number above 0, beyond
    rounding, is none: who gives it has not given a log-probability, and taken for certain it would
    come before every honest candidate.
    """
    return bounded(candidate.logprob)


def _negative_sum(candidate: Candidate) -> float:
    return -logprob(candidate)


def _negative_mean(candidate: Candidate) -> float:
    return -logprob(candidate) / max(candidate.tokens, 1)


def _one(_: Candidate) -> float:
    return 1.0


def _length(length: float, _: int) -> float:
    return length


SUM = Score("sum", _negative_sum, _length)
"""Log-probability of the whole path (ReProver)."""

MEAN = Score("mean", _negative_mean, _length)
"""Sum over the path of each tactic's mean token log-probability (Llemma)."""

UNIFORM = Score("uniform", _one, _length)
"""Number of tactics: breadth first."""


def depth(alpha: float = 1.0) -> Score:
    """Log-probability of the path over its number of tactics to the power `alpha` (BFS-Prover).

    0 is `SUM`; the larger, the more deep states are favoured.
    """
    _require_alpha(alpha)
    # A negative power runs down to 0 where a positive one would overflow.
    return Score("depth", _negative_sum, lambda length, tactics: length * max(tactics, 1) ** -alpha)


def progress(alpha: float = 1.5) -> Score:
    """Log-probability of the path, where each tactic is `exp(alpha)` times likelier than proposed.

    By Bayes' theorem: Lean has accepted it, and what Lean accepts is the likelier in a proof the
    fewer proposals it accepts. Of the built-in policy's it accepts one in five; 1.5 was best in
    `benchmarks/results`. 0 is `SUM`; the larger, the more deep states are favoured.
    """
    _require_alpha(alpha)

    def cost(length: float, tactics: int) -> float:
        return max(LEAST, length - alpha * tactics)

    return Score("progress", _negative_sum, cost)


def size(state: State) -> float:
    """The logarithm of the state's length as printed: what is short is near its end."""
    return math.log(max(1, len(state.pretty)))


def _require_alpha(alpha: float) -> None:
    if not (math.isfinite(alpha) and alpha >= 0):
        raise InputError(f"alpha is {alpha}", "Give a finite number, 0 or more.")


SCORES: dict[str, Callable[[float], Score]] = {
    "sum": lambda _: SUM,
    "mean": lambda _: MEAN,
    "depth": depth,
    "progress": progress,
    "uniform": lambda _: UNIFORM,
}
"""By name, each made with its alpha."""

CRITICS: dict[str, Critic | None] = {"none": None, "size": size}


def named(name: str, alpha: float = 1.0, critic: str = "none", weight: float = 1.0) -> Score:
    """The score and the critic with these names. Raises `InputError` for any other name."""
    score = lookup(SCORES, name, "score")(alpha)
    chosen = lookup(CRITICS, critic, "critic")
    return score.criticised(chosen, weight) if chosen else score
