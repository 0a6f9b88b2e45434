"""What of a state's candidates is still to be run: each once, and again with all it may have."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from prover.lean.interface import TacticLimit
from prover.policy.policy import Candidate
from prover.search.budget import Limit
from prover.search.configuration import Configuration
from prover.search.expansion import OUT_OF_BUDGET, CandidateQueue, TacticAttempt
from tests.search.graphs import candidate

ALL = 1_000
"""More attempts than any expansion here has."""


def likely_first(tactics: str) -> list[Candidate]:
    """A candidate for each letter, each less likely than the one before."""
    return [candidate(tactic, -1.0 - place) for place, tactic in enumerate(tactics)]


def filled(
    candidates: list[Candidate], limit: Limit, configuration: Configuration
) -> CandidateQueue:
    """An expansion that was given these candidates."""
    expansion = CandidateQueue(limit, configuration)
    expansion.add(candidates)
    return expansion


def texts(attempts: list[TacticAttempt]) -> str:
    return "".join(attempt.candidate.tactic for attempt in attempts)


def test_candidates_are_taken_in_turn_until_none_is_left() -> None:
    expansion = filled(likely_first("abc"), Limit(), Configuration())
    assert len(expansion) == 3
    assert expansion.next == candidate("a", -1.0)
    assert [texts(expansion.take(2)), texts(expansion.take(2)), texts(expansion.take(2))] == [
        "ab",
        "c",
        "",
    ]
    assert expansion.next is None
    assert len(expansion) == 0


@given(st.lists(st.sampled_from(["a", " a", "a\n", "b", "b  ", "", " ", "\n"]), max_size=12))
def test_a_text_counts_once_and_none_at_all_never(tactics: list[str]) -> None:
    expansion = filled([candidate(tactic) for tactic in tactics], Limit(), Configuration())
    wanted = dict.fromkeys(tactic.strip() for tactic in tactics if tactic.strip())
    assert texts(expansion.take(ALL)) == "".join(wanted)


def test_the_likeliest_of_equal_texts_stays() -> None:
    expansion = filled([candidate("a", -1.0), candidate("a ", -5.0)], Limit(), Configuration())
    assert [attempt.candidate.logprob for attempt in expansion.take(ALL)] == [-1.0]


def test_no_more_candidates_than_the_limit_says() -> None:
    expansion = filled(likely_first("aabbcd"), Limit(candidates=3), Configuration())
    assert texts(expansion.take(ALL)) == "abc"


@given(st.integers(0, 6), st.integers(0, 6))
def test_what_is_put_back_is_taken_again_in_its_order(most: int, ran: int) -> None:
    expansion = filled(likely_first("abcdef"), Limit(), Configuration())
    taken = expansion.take(most)
    expansion.put_back(taken[ran:])
    assert texts(taken[:ran] + expansion.take(ALL)) == "abcdef"


def test_an_attempt_that_ran_out_is_made_again_once() -> None:
    expansion = filled(likely_first("a"), Limit(), Configuration())
    [first] = expansion.take(1)
    expansion.ran_out(first)
    [second] = expansion.take(1)
    assert second == TacticAttempt(first.candidate, OUT_OF_BUDGET, again=True)
    expansion.ran_out(second)
    assert expansion.next is None


def test_an_attempt_that_had_everything_is_not_made_again() -> None:
    expansion = filled(likely_first("a"), Limit(), Configuration(first_share=1.0))
    expansion.ran_out(expansion.take(1)[0])
    assert expansion.next is None


def test_the_second_try_is_less_likely_by_so_much() -> None:
    expansion = filled([candidate("a", -3.0, tokens=4)], Limit(), Configuration())
    expansion.ran_out(expansion.take(1)[0])
    assert expansion.next == candidate("a", -3.0 - OUT_OF_BUDGET, tokens=4)


def test_an_opener_loses_what_the_configuration_says_and_a_second_try_besides() -> None:
    expansion = filled([candidate("intro h", -1.0)], Limit(), Configuration(opener_loss=0.5))
    assert expansion.next == candidate("intro h", -1.5)
    expansion.ran_out(expansion.take(1)[0])
    assert expansion.next == candidate("intro h", -1.5 - OUT_OF_BUDGET)


def test_attempts_with_different_budgets_are_not_taken_together() -> None:
    expansion = filled(likely_first("ab"), Limit(), Configuration())
    expansion.ran_out(expansion.take(1)[0])
    assert texts(expansion.take(ALL)) == "b"
    assert texts(expansion.take(ALL)) == "a"


def test_only_heartbeats_are_rationed_at_first() -> None:
    limit = Limit(tactic=TacticLimit(seconds=5.0, heartbeats=1_000))
    expansion = CandidateQueue(limit, Configuration(first_share=0.25))
    attempt = TacticAttempt(candidate("a"))
    assert expansion.budget(attempt, 60.0) == TacticLimit(5.0, 250)
    assert expansion.budget(TacticAttempt(attempt.candidate, again=True), 60.0) == limit.tactic


def test_no_tactic_has_more_time_than_the_search_or_less_than_a_heartbeat() -> None:
    limit = Limit(tactic=TacticLimit(seconds=5.0, heartbeats=3))
    expansion = CandidateQueue(limit, Configuration(first_share=0.01))
    assert expansion.budget(TacticAttempt(candidate("a")), 0.5) == TacticLimit(0.5, 1)
