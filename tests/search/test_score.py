"""Scores: any log-probability gives a length that can be added and compared."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.errors import InputError
from prover.policy.policy import LEAST
from prover.search.score import MEAN, SUM, UNIFORM, Score, depth, logprob, named, progress
from tests.search.graphs import candidate

SCORES = [SUM, MEAN, UNIFORM, depth(), depth(0.5), progress()]


@pytest.mark.parametrize("score", SCORES, ids=lambda score: score.name)
@given(number=st.floats(), tokens=st.integers(-1, 100))
def test_every_step_is_finite_and_at_least_zero(score: Score, number: float, tokens: int) -> None:
    step = score.step(candidate(logprob=number, tokens=tokens))
    assert 0 <= step <= -LEAST


@pytest.mark.parametrize(
    ("given_logprob", "kept"),
    [
        (-2.5, -2.5),
        (0.0, 0.0),
        (1e-6, 0.0),
        (1.0, LEAST),
        (math.inf, LEAST),
        (math.nan, LEAST),
        (-math.inf, LEAST),
        (-1e9, LEAST),
    ],
)
def test_log_probabilities_are_brought_into_range(given_logprob: float, kept: float) -> None:
    assert logprob(candidate(logprob=given_logprob)) == kept


def test_sum_adds_log_probabilities_and_mean_divides_them_by_tokens() -> None:
    tactic = candidate(logprob=-6.0, tokens=3)
    assert SUM.step(tactic) == 6
    assert MEAN.step(tactic) == 2
    assert UNIFORM.step(tactic) == 1


def test_no_tokens_count_as_one() -> None:
    assert MEAN.step(candidate(logprob=-6.0, tokens=0)) == 6


def test_depth_divides_by_a_power_of_the_number_of_tactics() -> None:
    assert depth().cost(6, 3) == pytest.approx(2)
    assert depth(2).cost(18, 3) == pytest.approx(2)
    assert depth().cost(0, 0) == 0


@given(length=st.floats(0, 1e9), tactics=st.integers(0, 1000))
def test_depth_with_alpha_zero_is_the_sum(length: float, tactics: int) -> None:
    assert depth(0).cost(length, tactics) == SUM.cost(length, tactics)


@given(alpha=st.floats(0, allow_infinity=False), tactics=st.integers(0, 10_000))
def test_depth_stays_finite_for_every_alpha(alpha: float, tactics: int) -> None:
    assert 0 <= depth(alpha).cost(5.0, tactics) <= 5


def test_progress_makes_each_tactic_on_the_path_so_much_likelier() -> None:
    assert progress(1.5).cost(6, 3) == pytest.approx(1.5)
    assert progress(0).cost(6, 3) == SUM.cost(6, 3)


@given(alpha=st.floats(0, allow_infinity=False), tactics=st.integers(0, 10_000))
def test_progress_stays_finite_for_every_alpha(alpha: float, tactics: int) -> None:
    assert math.isfinite(progress(alpha).cost(5.0, tactics))


@pytest.mark.parametrize("alpha", [-1, -0.001, math.nan, math.inf])
@pytest.mark.parametrize("score", [depth, progress])
def test_other_alphas_are_refused(score: Callable[[float], Score], alpha: float) -> None:
    with pytest.raises(InputError, match="alpha is") as caught:
        score(alpha)
    assert "0 or more" in caught.value.hint


@pytest.mark.parametrize("name", ["sum", "mean", "depth", "progress", "uniform"])
def test_scores_have_names(name: str) -> None:
    assert named(name).name == name


@pytest.mark.parametrize(
    ("name", "hint"),
    [("sun", "`sum`"), ("means", "`mean`"), ("?", "sum, mean, depth, progress, uniform")],
)
def test_an_unknown_name_is_told_the_nearest_one(name: str, hint: str) -> None:
    with pytest.raises(InputError, match="no score is called") as caught:
        named(name)
    assert hint in caught.value.hint
