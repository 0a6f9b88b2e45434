"""The numbers at the end of a run."""

from __future__ import annotations

import pytest

from prover.bench.outcomes import Summary
from prover.search.result import Status
from tests.bench.attempts import attempt, todo

A, B, C, D, _, F, G = todo("abcdefg")
A_AGAIN = todo("a", attempts=2)[1]


def test_each_problem_counts_once() -> None:
    attempts = [
        attempt(A),
        attempt(A_AGAIN, Status.PROVED),
        attempt(B, Status.EXHAUSTED),
        attempt(C, Status.ERROR, "Unknown identifier `Real.sqrt`\nmore", applicable=False),
        attempt(D, Status.ERROR),
        attempt(F, Status.REFUSED),
        attempt(G, Status.REFUSED),
        attempt(todo("abcdefg", attempts=2)[-1], Status.ERROR),
    ]
    summary = Summary.of("abcdefg", attempts)
    assert summary == Summary(
        problems=7,
        proved=1,
        refused=2,
        not_proved=1,
        not_applicable=1,
        errors=1,
        untried=1,
        attempts=8,
        median_seconds=2.0,
        unreadable={"c": "Unknown identifier `Real.sqrt`"},
    )
    reasons = Summary.of("abcdefg", attempts, "minif2f-embedded").unreadable
    assert reasons == {"c": "needs Mathlib: unknown `Real.sqrt`"}


@pytest.mark.parametrize(
    ("ends", "all_proved"),
    [
        ([attempt(A, Status.PROVED)], True),
        ([attempt(A, Status.PROVED), attempt(B, Status.ERROR, applicable=False)], True),
        ([attempt(A, Status.PROVED), attempt(B)], False),
        ([attempt(A, Status.PROVED), attempt(B, Status.ERROR)], False),
        ([attempt(A, Status.ERROR, applicable=False)], False),
        ([], False),
    ],
)
def test_all_that_is_applicable_must_be_proved(ends: list, all_proved: bool) -> None:  # type: ignore[type-arg]
    names = {one.name for one in ends} or {"a"}
    assert Summary.of(names, ends).all_proved is all_proved
