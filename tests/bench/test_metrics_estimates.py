"""Estimates against numbers worked out by hand, and against counting."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from prover.bench.metrics import mcnemar, pass_at, wilson


def test_the_interval_of_a_share() -> None:
    # Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)
    assert wilson(20, 20).high == 1.0
    assert wilson(0, 0) == (0.0, 1.0)


def test_pass_at_k_is_the_share_of_choices_with_a_proof() -> None:
    for proved in range(6):
        outcomes = [True] * proved + [False] * (5 - proved)
        for k in range(1, 6):
            chosen = [any(some) for some in combinations(outcomes, k)]
            assert pass_at(k, 5, proved) == pytest.approx(sum(chosen) / len(chosen))


def test_the_paired_test_counts_all_ways_to_differ() -> None:
    for won, lost in ((0, 0), (1, 0), (5, 1), (3, 3), (8, 0)):
        ways = [abs(2 * sum(way) - won - lost) for way in product((0, 1), repeat=won + lost)]
        as_far = sum(far >= abs(won - lost) for far in ways) / len(ways)
        assert mcnemar(won, lost) == mcnemar(lost, won) == pytest.approx(as_far)
    assert mcnemar(700, 600) == pytest.approx(0.0060, abs=5e-4)
