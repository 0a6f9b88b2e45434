"""Reads back what a search told in events: a file of JSON objects, one a line, or that by gzip.

Only what the graph is built from is read; other events and fields are passed over. States come back
without their hypotheses, with goals that know no more than how they were printed.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from prover.errors import InputProblem
from prover.lean.interface import (
    Closed,
    Goal,
    Outcome,
    Progress,
    Rejected,
    State,
    TacticError,
    TacticLimit,
    Timeout,
    Verification,
)
from prover.policy.base import Candidate
from prover.policy.probability import LEAST
from prover.search.configuration import configured
from prover.search.events import Accepted, Event, Expanded, Opened, Trial, Verified
from prover.search.limit import Limit

Json = dict[str, Any]


def read(path: Path, theorem: str | None = None) -> Iterator[Event]:
    """The events of one search in a file: the first one, or the first for the theorem.

    Raises `InputProblem` when the file can't be read, for a line that is no event, which it names,
    and when the file has no such search.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8") as lines:
            yield from parse(lines, str(path), theorem)
    except UnicodeDecodeError as error:
        raise InputProblem(f"{path} is not UTF-8: {error.reason}") from error
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or error
        raise InputProblem(f"{path} can't be read: {why}") from error


def parse(lines: Iterable[str], source: str, theorem: str | None = None) -> Iterator[Event]:
    """As `read`, from lines; `source` is what errors call them."""
    search: tuple[Any, ...] | None = None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        json_of = _object(line, f"{source}:{number}")
        this = tuple(map(json_of.get, ("theorem", "line", "column")))
        if search is None and json_of.get("event") == "accepted":
            search = this if theorem in (None, this[0]) else None
        if search is None or this != search or json_of["event"] not in READERS:
            continue
        try:
            yield READERS[json_of["event"]](json_of)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            what = f"{source}:{number}: the event `{json_of['event']}` is broken"
            raise InputProblem(f"{what} ({error!r})", HINT) from error
        except InputProblem as problem:
            message = f"{source}:{number}: {problem.message}"
            raise InputProblem(message, problem.hint) from problem
    if search is None:
        what = f"no search for `{theorem}`" if theorem else "no search"
        raise InputProblem(f"{source} has {what} in it", HINT)


HINT = "Give a file that was written by `prover prove --json`, or a trace of `prover bench`."


def _object(line: str, place: str) -> Json:
    try:
        parsed = json.loads(line)
    except ValueError as error:
        raise InputProblem(f"{place}: this line is not JSON: {error}", HINT) from error
    if not isinstance(parsed, dict):
        raise InputProblem(f"{place}: this line is not a JSON object", HINT)
    return parsed


def _accepted(event: Json) -> Accepted:
    limit = event["limit"]
    bounds = Limit(**{**limit, "tactic": TacticLimit(**limit["tactic"])})
    return Accepted(event["theorem"], event["policy"], configured(event["configuration"]), bounds)


def _opened(event: Json) -> Opened:
    return Opened(_state(event["state"]), event["seconds"])


def _expanded(event: Json) -> Expanded:
    trials = (Trial(_candidate(entry), _outcome(entry)) for entry in event["candidates"])
    return Expanded(
        state=_state(event["state"]),
        cost=event["cost"],
        depth=event["depth"],
        trials=tuple(trials),
        waiting=event["waiting"],
        next=_candidate(event["next"]) if event["next"] else None,
        problem=event["problem"],
        policy_seconds=event["policy_seconds"],
        lean_seconds=event["lean_seconds"],
    )


def _verified(event: Json) -> Verified:
    verification = Verification(
        event["accepted"],
        event["reason"],
        tuple(event["axioms"]),
        # Not told before there was a field for it.
        event.get("trusted", 0),
        event["seconds"],
    )
    return Verified(event["script"], verification)


READERS: dict[str, Callable[[Json], Event]] = {
    "accepted": _accepted,
    "opened": _opened,
    "expanded": _expanded,
    "verified": _verified,
}


def _state(state: Json) -> State:
    goals = tuple(Goal((), "", "", "", pretty) for pretty in state["goals"])
    return State(handle=0, goals=goals, key=state["key"])


def _candidate(entry: Json) -> Candidate:
    logprob = LEAST if entry["logprob"] is None else float(entry["logprob"])
    return Candidate(entry["tactic"], logprob, int(entry["tokens"]), entry["policy"])


def _outcome(entry: Json) -> Outcome:
    seconds = float(entry["seconds"])
    match entry["outcome"]:
        case "progress":
            return Progress(tuple(map(_state, entry["states"])), seconds=seconds)
        case "closed":
            return Closed(seconds=seconds)
        case "error":
            return TacticError(entry["message"], seconds=seconds)
        case "timeout":
            return Timeout(entry["message"], seconds=seconds)
        case "rejected":
            return Rejected(entry["message"], seconds=seconds)
    raise ValueError(f"unknown outcome {entry['outcome']!r}")
