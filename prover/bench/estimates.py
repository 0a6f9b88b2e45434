"""What a sample of proved and unproved problems says, and how surely."""

from __future__ import annotations

import math
from typing import NamedTuple

NORMAL_95 = 1.959963984540054
"""The normal distribution has 95 % of its mass within so many standard deviations."""


class Interval(NamedTuple):
    """Bounds of a share, between 0 and 1."""

    low: float
    high: float


def wilson(solved: int, tried: int) -> Interval:
    """The 95 % score interval for a share (Wilson 1927); it knows nothing when nothing was tried.

    Unlike the textbook interval it stays within 0 and 1 and has a width at 0 of n.
    """
    if tried == 0:
        return Interval(0.0, 1.0)
    share, square = solved / tried, NORMAL_95**2
    middle = (share + square / (2 * tried)) / (1 + square / tried)
    spread = share * (1 - share) / tried + square / (4 * tried**2)
    half = NORMAL_95 * math.sqrt(spread) / (1 + square / tried)
    low = 0.0 if solved == 0 else middle - half
    return Interval(low, 1.0 if solved == tried else middle + half)


def pass_at(k: int, attempts: int, proved: int) -> float:
    """The chance that at least one of k attempts proves the problem, without bias from the sample.

    Of Chen et al. 2021, "Evaluating Large Language Models Trained on Code": the share of the ways
    to choose k of the attempts that have a proof among them. `attempts` must not depend on how they
    came out, and k must be at most as many.
    """
    return 1.0 - math.comb(attempts - proved, k) / math.comb(attempts, k)


def mcnemar(won: int, lost: int) -> float:
    """The two-sided p-value that both are equally good (McNemar 1947), exact.

    Problems on which both came out the same say nothing. Of the others as many would be won as
    lost: a binomial distribution with one half.
    """
    differing = won + lost
    tail = sum(math.comb(differing, count) for count in range(min(won, lost) + 1))
    return min(1.0, 2 * tail / (1 << differing))
