"""Events: each is one JSON object with the fields that clients were promised."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.lean.interface import (
    Closed,
    Outcome,
    Progress,
    Rejected,
    TacticError,
    Timeout,
    Verification,
)
from prover.policy.policy import Candidate
from prover.search.budget import Limit
from prover.search.configuration import Configuration
from prover.search.events import Accepted, Event, Expanded, Opened, Progressed, Trial, Verified
from prover.search.result import Counters, Refusal, Result, Seconds, Status
from tests.search.graphs import candidate, state

ACCEPTED = Verification(True, axioms=("propext",), seconds=0.5)
REFUSED = Verification(False, reason="it uses `sorryAx`")
TRIAL = Trial(candidate(), Closed())
EVENTS: list[tuple[Event, str]] = [
    (Accepted("t", "builtin", Configuration(), Limit()), "theorem policy configuration limit"),
    (Opened(state("r", goals=2), 0.25), "state seconds"),
    (
        Expanded(state("r"), 1.0, 2, (TRIAL,), waiting=3),
        "state cost depth candidates waiting next problem policy_seconds lean_seconds",
    ),
    (Progressed(1, 2, 3, 4, 5, 6.0), "expansions tactics states frontier depth seconds"),
    (Verified("rfl", ACCEPTED), "script accepted reason axioms trusted whole note seconds"),
    (
        Result("t", Status.PROVED, script="rfl", verification=ACCEPTED),
        "theorem status message hint limit unavailable script proof refusal axioms trusted seconds "
        "lean_seconds policy_seconds verify_seconds expansions tactics states errors timeouts "
        "rejected refused",
    ),
]


def json_of(event: Event | Trial) -> dict[str, Any]:
    """The event after a trip through JSON, which it must survive."""
    given_json = event.to_json()
    read = json.loads(json.dumps(given_json, allow_nan=False))
    assert isinstance(read, dict)
    assert read == given_json
    return read


@pytest.mark.parametrize(("event", "fields"), EVENTS, ids=lambda value: type(value).__name__)
def test_each_event_has_its_name_and_exactly_its_fields(event: Event, fields: str) -> None:
    assert json_of(event).keys() == {"event", *fields.split()}


def test_events_are_told_apart_by_name() -> None:
    names = [event.to_json()["event"] for event, _ in EVENTS]
    assert names == ["accepted", "opened", "expanded", "progress", "verified", "result"]


def test_a_state_is_its_key_and_its_goals() -> None:
    assert json_of(Opened(state("r", goals=2, target="p ∧ q"), 0.0))["state"] == {
        "key": "r",
        "goals": ["⊢ p ∧ q", "⊢ p ∧ q"],
    }


def test_all_bounds_of_the_search_are_told() -> None:
    limit = json_of(Accepted("t", "p", Configuration(), Limit(seconds=7)))["limit"]
    assert limit["seconds"] == 7
    assert limit["tactic"] == {"seconds": 5.0, "heartbeats": 200_000}


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (Closed(), {"outcome": "closed", "states": []}),
        (
            Progress((state("a"), state("b"))),
            {
                "outcome": "progress",
                "states": [{"key": "a", "goals": ["⊢ a"]}, {"key": "b", "goals": ["⊢ b"]}],
            },
        ),
        (TacticError("no"), {"outcome": "error", "message": "no"}),
        (Timeout("late"), {"outcome": "timeout", "message": "late"}),
        (Rejected("sorry"), {"outcome": "rejected", "message": "sorry"}),
    ],
)
def test_each_outcome_has_a_name(outcome: Outcome, told: dict[str, Any]) -> None:
    trial = json_of(Trial(Candidate("simp", -1.5, 4, "llemma"), outcome))
    tactic = {"tactic": "simp", "logprob": -1.5, "tokens": 4, "policy": "llemma", "seconds": 0.0}
    assert trial == {**tactic, **told}


@given(st.floats())
def test_a_log_probability_that_json_lacks_is_null(logprob: float) -> None:
    told = json_of(Trial(candidate(logprob=logprob), Closed()))["logprob"]
    assert told == (logprob if math.isfinite(logprob) else None)


def test_a_result_tells_its_counters_and_seconds_by_name() -> None:
    counters = Counters(expansions=2, tactics=9, errors=4, refused=1)
    seconds = Seconds(lean=1.0, policy=2.0, verify=3.0, total=6.5)
    told = json_of(Result("t", Status.LIMIT, "why", counters=counters, seconds=seconds))
    assert (told["expansions"], told["tactics"], told["errors"], told["refused"]) == (2, 9, 4, 1)
    assert (told["seconds"], told["lean_seconds"], told["verify_seconds"]) == (6.5, 1.0, 3.0)
    assert (told["status"], told["message"], told["script"]) == ("limit", "why", None)


def test_a_refused_proof_is_told_with_its_reason() -> None:
    refusal = Refusal("simp", "it rests on a `sorry`\nmore")
    told = json_of(Result("t", Status.REFUSED, refusal.sentence, refusal=refusal))
    assert told["refusal"] == {"script": "simp", "reason": "it rests on a `sorry`\nmore"}
    assert told["message"] == "A proof was found and refused: it rests on a `sorry`."
    assert (told["script"], told["refused"]) == (None, 0)


@pytest.mark.parametrize(
    ("status", "verification", "axioms"),
    [
        (Status.PROVED, ACCEPTED, ("propext",)),
        (Status.LIMIT, REFUSED, ()),
        (Status.EXHAUSTED, None, ()),
    ],
)
def test_only_an_accepted_proof_has_axioms(
    status: Status, verification: Verification | None, axioms: tuple[str, ...]
) -> None:
    assert Result("t", status, verification=verification).axioms == axioms


def test_counters_add_up_field_by_field() -> None:
    assert Counters(1, 2, 3) + Counters(tactics=5, refused=1) == Counters(1, 7, 3, refused=1)


def test_every_status_is_known() -> None:
    names = {"proved", "refused", "exhausted", "limit", "cancelled", "untried", "error"}
    assert {status.value for status in Status} == names
