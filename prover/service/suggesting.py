"""Suggests next tactics for a goal: what the policy proposes, as far as it works in Lean.

A suggestion has been run by Lean and has not been through the gate: it is a step, not a proof.
Which of those that work are worth telling `prover.service.selecting` decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path

from prover.lean.interface import Closed, LeanSession, Outcome, Progress, State, TacticLimit
from prover.policy.blocklist import exclude_theorems
from prover.policy.policy import Candidate, Policy, Question
from prover.search.budget import Limit
from prover.search.result import Status
from prover.service.parts import Parts
from prover.service.requests import SuggestRequest
from prover.service.runs import Json, Work
from prover.service.selecting import Selection, Suggestion
from prover.service.subject import InFile, Subject, subject

BEFORE_PREMISES = 8
"""Tactics that are tried before Lean looks for premises, which takes it a while."""
TOGETHER = 4
"""Tactics that are looked at together; of those that work, the ones that close the goal are told
first."""
FIRST_SHARE = 0.1
"""The part of its heartbeats that a tactic has at first; those that need more come last."""
ENOUGH = 3
"""How many times as many as wanted are looked at where they are too much alike."""


async def suggest(parts: Parts, root: Path, limit: Limit, request: SuggestRequest) -> Work:
    """Suggestions as they are found; the result has the selection, those that close first."""
    found = await subject(parts, root, request)
    selection = Selection(request.top)
    status, message, reached = Status.EXHAUSTED, "All that the policy proposed was tried.", None
    try:
        async with asyncio.timeout(limit.seconds), parts.session() as session:
            root_state = await session.open(found.theorem)
            policy = exclude_theorems(parts.policy, request.avoid)
            works = working(session, policy, root_state, limit, request.prefix, request.seed)
            async with aclosing(works) as suggestions:
                async for suggestion in suggestions:
                    if selection.add(suggestion):
                        yield suggestion.to_json()
                    if selection.is_full:
                        status, message = Status.LIMIT, f"Found {request.top}, as many as wanted."
                        break
                    if selection.seen == ENOUGH * request.top:
                        status, message = Status.LIMIT, _alike(selection.seen)
                        break
    except TimeoutError:
        status, message, reached = Status.LIMIT, limit.message("seconds"), "seconds"
    yield {
        "event": "result",
        **found.place,
        "status": status.value,
        "message": message,
        "limit": reached,
        "suggestions": [_selected(one, found) for one in selection.best],
    }


def _alike(seen: int) -> str:
    """Says why no more tactics were tried."""
    return f"Of {seen} that work these differ; no more were looked for."


def _selected(suggestion: Suggestion, found: Subject) -> Json:
    """The suggestion for the result, with the edit that puts it into the file."""
    json = suggestion.to_json()
    del json["event"]
    return json | ({"edit": found.edit(suggestion.script)} if isinstance(found, InFile) else {})


async def working(
    session: LeanSession, policy: Policy, state: State, limit: Limit, prefix: str, seed: int
) -> AsyncGenerator[Suggestion, None]:
    """The candidates that work, most likely first; of those that leave the same, the first."""
    seen: set[tuple[str, ...]] = {(state.key,)}
    late: list[Candidate] = []
    short = limit.tactic.with_share(FIRST_SHARE)

    async def tried(batch: Sequence[Candidate], budget: TacticLimit) -> list[Suggestion]:
        outcomes = await _outcomes(session, state, batch, budget)
        pairs = list(zip(batch, outcomes, strict=True))
        if budget is short:
            late.extend(candidate for candidate, out in pairs if out.for_want_of_heartbeats)
        found = [
            Suggestion(c, _left(out)) for c, out in pairs if isinstance(out, Progress | Closed)
        ]
        return [one for one in sorted(found, key=lambda one: one.rank) if one.is_new(seen)]

    async with aclosing(_candidates(session, policy, state, limit, prefix, seed)) as batches:
        async for batch in batches:
            for suggestion in await tried(batch, short):
                yield suggestion
    for candidate in late:
        for suggestion in await tried([candidate], limit.tactic):
            yield suggestion


async def _candidates(
    session: LeanSession, policy: Policy, state: State, limit: Limit, prefix: str, seed: int
) -> AsyncGenerator[list[Candidate], None]:
    """What the policy proposes, a few at a time; with premises when the first ones were tried."""
    tried: set[str] = set()
    for premises_wanted in (0, policy.premises_wanted):
        if tried and not premises_wanted:
            return
        premises = await session.premises(state, premises_wanted) if premises_wanted else ()
        question = Question(state, premises, seed=seed)
        [proposed] = await policy.propose([question], limit.candidates)
        fresh = [c for c in proposed if c.tactic.startswith(prefix) and c.tactic not in tried]
        if policy.premises_wanted and not premises_wanted:
            fresh = fresh[:BEFORE_PREMISES]
        for begin in range(0, len(fresh), TOGETHER):
            yield (batch := fresh[begin : begin + TOGETHER])
            tried |= {candidate.tactic for candidate in batch}


async def _outcomes(
    session: LeanSession, state: State, batch: Sequence[Candidate], budget: TacticLimit
) -> list[Outcome]:
    """The outcome of every tactic: Lean stops after one that closes the goal, and is sent on."""
    tactics = [candidate.tactic for candidate in batch]
    outcomes: list[Outcome] = []
    while len(outcomes) < len(tactics):
        outcomes += await session.run(state, tactics[len(outcomes) :], budget)
    return outcomes


def _left(outcome: Progress | Closed) -> tuple[State, ...]:
    return outcome.states if isinstance(outcome, Progress) else ()
