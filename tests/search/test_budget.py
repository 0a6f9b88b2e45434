"""Limits: each is a finite number above 0, and has a name and a sentence when it is reached."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import pytest

from prover.errors import InputError
from prover.lean.interface import TacticLimit
from prover.search.budget import Limit
from prover.search.result import Counters

NAMES = [entry.name for entry in fields(Limit) if entry.name != "tactic"]
BAD: list[float] = [0, -1, math.nan, math.inf, -math.inf]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", BAD)
def test_bounds_must_be_finite_and_above_zero(name: str, value: float) -> None:
    bound: dict[str, Any] = {name: value}
    with pytest.raises(InputError, match=f"the limit `{name}` is {value}") as caught:
        Limit(**bound)
    assert "above 0" in caught.value.hint


@pytest.mark.parametrize("name", ["seconds", "heartbeats"])
@pytest.mark.parametrize("value", BAD)
def test_bounds_of_a_tactic_too(name: str, value: float) -> None:
    bound: dict[str, Any] = {name: value}
    with pytest.raises(InputError, match=rf"the limit `tactic\.{name}` is {value}"):
        Limit(tactic=TacticLimit(**bound))


def test_the_defaults_are_allowed_and_not_reached_at_once() -> None:
    assert Limit().reached(Counters(), 0.0) is None


@pytest.mark.parametrize("name", ["expansions", "tactics", "states"])
def test_a_count_is_reached_when_it_is_used_up(name: str) -> None:
    bound: dict[str, Any] = {name: 3}
    limit = Limit(**bound)
    before, at = Counters(**{name: 2}), Counters(**{name: 3})
    assert limit.reached(before, 0.0) is None
    assert limit.reached(at, 0.0) == name
    assert limit.message(name) == f"Reached the limit of 3 {name}."


def test_the_time_is_reached_when_it_is_used_up() -> None:
    limit = Limit(seconds=1.5)
    assert limit.reached(Counters(), 1.4) is None
    assert limit.reached(Counters(), 1.5) == "seconds"
    assert limit.message("seconds") == "Reached the limit of 1.5 seconds."


def test_a_message_names_the_number_that_was_set() -> None:
    assert "of 12345678 tactics" in Limit(tactics=12_345_678).message("tactics")
    assert "of 60 seconds" in Limit().message("seconds")
    assert "of 1 second." in Limit(seconds=1).message("seconds")
