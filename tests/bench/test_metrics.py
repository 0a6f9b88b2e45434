"""The numbers of small runs, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from prover.bench.attempt import Attempt
from prover.bench.metrics import Metrics, Passes, Reason, Share, worker_use
from prover.bench.results import read_run
from tests.bench.runs import LIMIT, attempt, problem, write

EASY = problem("easy", topic="nat", split="valid", difficulty="easy")
HARD = problem("hard", topic="nat", split="valid", difficulty="hard")
OTHER = problem("other", topic="int", split="test", difficulty="hard")
STRANGE = problem("strange", topic="real", split="test", difficulty="hard")
BROKEN = problem("broken", topic="int", split="test", difficulty="hard")
LATER = problem("later", topic="int", split="test", difficulty="hard")
PROBLEMS = (EASY, HARD, OTHER, STRANGE, BROKEN, LATER)
ALL_WAYS = (
    attempt(
        EASY, seconds=2.0, lean_seconds=1.0, policy_seconds=0.25, verify_seconds=0.5, tactics=3
    ),
    attempt(HARD, "limit", seconds=5.5, lean_seconds=5.0, tactics=40, errors=30, message=LIMIT),
    attempt(OTHER, "exhausted", seconds=1.5, message="Every tactic was tried.", refused=1),
    attempt(STRANGE, "error", applicable=False, message="unknown identifier 'Real.sin'\nmore"),
    attempt(BROKEN, "error", seconds=1.0, message="Lean died"),
    attempt(LATER, "cancelled"),
)
REFUSAL = {"script": "simp", "reason": "it rests on a `sorry`\nmore"}
REFUSED = "A proof was found and refused: it rests on a `sorry`."


def figures(folder: Path, *attempts: Attempt, workers: int = 1) -> Metrics:
    return Metrics.of(read_run(write(folder / "run", PROBLEMS, attempts, workers=workers)))


def test_every_way_to_end_has_its_place(tmp_path: Path) -> None:
    found = figures(tmp_path, *ALL_WAYS)
    assert found.overall == Share("all", 1, 4)
    assert found.not_applicable == (("strange", "unknown identifier 'Real.sin'"),)
    assert (found.untried, found.errors, found.attempts) == (1, 1, 4)
    assert found.groups["topic"] == (Share("int", 0, 2), Share("nat", 1, 2))
    assert found.groups["split"] == (Share("test", 0, 2), Share("valid", 1, 2))
    assert found.groups["difficulty"] == (Share("easy", 1, 1), Share("hard", 0, 3))
    assert set(found.reasons) == {
        Reason("limit", LIMIT, 1),
        Reason("exhausted", "Every tactic was tried.", 1),
        Reason("error", "Lean died", 1),
    }
    assert (found.counters.tactics, found.counters.errors, found.counters.refused) == (43, 30, 1)


def test_a_refused_proof_is_told_apart_and_counts_as_not_proved(tmp_path: Path) -> None:
    found = figures(
        tmp_path,
        attempt(EASY, "refused", message=REFUSED, refusal=REFUSAL),
        attempt(EASY, number=1),
        attempt(HARD, "refused", message=REFUSED, refusal=REFUSAL),
        attempt(HARD, "error", number=1),
        attempt(OTHER, "limit", message=LIMIT),
    )
    assert (found.overall, found.refused, found.errors) == (Share("all", 1, 3), 1, 0)
    assert Reason("refused", REFUSED, 2) in found.reasons


def test_what_a_dialect_lacks_is_named_as_what_mathlib_has(tmp_path: Path) -> None:
    said = "1:2: error\nUnknown identifier `Real.sin`\nmore"
    tried = attempt(STRANGE, "error", applicable=False, message=said)
    for dialect, reason in [("", "1:2: error"), ("small", "needs Mathlib: unknown `Real.sin`")]:
        folder = tmp_path / f"run{dialect}"
        write(folder, [STRANGE], [tried], environment={"dialect": dialect})
        assert Metrics.of(read_run(folder)).not_applicable == (("strange", reason),)


def test_time_that_is_not_of_lean_policy_or_gate_is_the_engines(tmp_path: Path) -> None:
    time = figures(tmp_path, *ALL_WAYS).time
    assert (time.lean, time.policy, time.verify) == (6.0, 0.25, 0.5)
    assert time.engine == pytest.approx(2.0 + 5.5 + 1.5 + 1.0 - 6.75)


def test_pass_at_k_from_equally_many_attempts(tmp_path: Path) -> None:
    ways = {EASY: "pplp", HARD: "lllp", OTHER: "llll"}
    attempts = [
        attempt(one, "proved" if way == "p" else "limit", number=number)
        for one, some in ways.items()
        for number, way in enumerate(some)
    ]
    passes = figures(tmp_path, *attempts).passes
    assert passes.unbiased
    # By k: 3/4, 1, 1, 1 for the first, and 1/4, 1/2, 3/4, 1 for the second.
    assert passes.values == pytest.approx((1 / 3, 1.5 / 3, 1.75 / 3, 2 / 3))


def test_pass_at_k_where_a_proof_ends_the_attempts(tmp_path: Path) -> None:
    attempts = [
        attempt(EASY),
        *(attempt(HARD, status, number=n) for n, status in enumerate(("limit", "proved"))),
        *(attempt(OTHER, "limit", number=n) for n in range(3)),
    ]
    # No estimate from all attempts: there would be more of them had they failed.
    assert figures(tmp_path, *attempts).passes == Passes((1 / 3, 2 / 3, 2 / 3), unbiased=False)


def test_no_more_is_said_of_k_than_every_problem_has_attempts(tmp_path: Path) -> None:
    attempts = [attempt(EASY), attempt(HARD, "limit"), attempt(HARD, "limit", number=1)]
    found = figures(tmp_path, *attempts, attempt(OTHER, "limit"))
    assert found.passes.values == pytest.approx((1 / 3,))


def test_curves_count_what_failed_before(tmp_path: Path) -> None:
    attempts = [
        attempt(EASY, seconds=2.0, tactics=3),
        attempt(HARD, "limit", seconds=5.0, tactics=10),
        attempt(HARD, number=1, seconds=1.5, tactics=4),
        attempt(OTHER, seconds=2.0, tactics=1),
    ]
    found = figures(tmp_path, *attempts)
    assert found.by_seconds == ((2.0, 2), (6.5, 3))
    assert found.by_tactics == ((1, 1), (3, 2), (14, 3))


def test_workers_are_busy_while_they_have_an_attempt() -> None:
    spans = [attempt(EASY, started=0.0, seconds=4.0), attempt(HARD, started=0.0, seconds=2.0)]
    assert worker_use(spans, 2) == pytest.approx(6 / 8)
    # Gone on with a day later.
    later = attempt(OTHER, started=86_400.0, seconds=4.0)
    assert worker_use([*spans, later], 2) == pytest.approx(10 / 16)
    assert worker_use(spans, None) is None
    assert worker_use([], 2) is None


def test_numbers_in_reasons_do_not_make_them_different(tmp_path: Path) -> None:
    two = [
        attempt(one, "error", message=f"Lean failed on {count} states")
        for one, count in ((EASY, 3), (HARD, 4))
    ]
    assert figures(tmp_path, *two).reasons == (Reason("error", "Lean failed on … states", 2),)


def test_a_run_that_has_just_begun_has_figures(tmp_path: Path) -> None:
    found = figures(tmp_path)
    assert found.overall == Share("all", 0, 0)
    assert (found.untried, found.passes.values, found.groups) == (6, (), {})
