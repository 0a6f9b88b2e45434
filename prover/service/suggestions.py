"""Suggests next tactics for a goal: what the policy proposes, as far as it works in Lean.

A suggestion has been run by Lean and has not been verified: it is a step, not a proof. Of those
that work, such are told that differ in what they do.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from prover.api import Prover
from prover.lean.interface import Closed, LeanSession, Outcome, Progress, State, TacticLimit
from prover.policy.blocklist import exclude_theorems
from prover.policy.policy import Candidate, Policy, Question
from prover.search.budget import Limit
from prover.search.expansion import PIECES
from prover.search.result import Status
from prover.service.runs import Work
from prover.service.schemas import Json, SuggestRequest
from prover.service.theorem_resolver import HoleInFile, TheoremSource, resolve

HEAD = re.compile(r"[\s·({]*([^\W\d]\w*)")
"""The word that a tactic begins with, without a `!`, `?` or `'` that varies it."""
ALIKE = {
    "and_intros": "constructor",
    "erw": "rw",
    "intros": "intro",
    "obtain": "cases",
    "rcases": "cases",
    "refine": "apply",
    "rewrite": "rw",
    "rintro": "intro",
    "simp_all": "simp",
    "simpa": "simp",
}
"""Tactics that take the same kind of step as another one."""


@dataclass(frozen=True)
class Suggestion:
    """A tactic that works, and what it leaves."""

    candidate: Candidate
    left: tuple[State, ...]

    @property
    def closes(self) -> bool:
        """Whether it leaves nothing."""
        return not self.left

    @property
    def rank(self) -> tuple[bool, float]:
        """The best is least."""
        return not self.closes, -self.candidate.logprob

    @property
    def kind(self) -> str:
        """The kind of step that it begins with."""
        head = HEAD.match(self.candidate.tactic)
        word = head[1] if head else self.candidate.tactic
        return ALIKE.get(word, word)

    @property
    def pieces(self) -> set[str]:
        """The tactics that it is made of."""
        return {piece.strip().lstrip("· ") for piece in PIECES.split(self.candidate.tactic)}

    def is_new(self, seen: set[tuple[str, ...]]) -> bool:
        """Whether it leaves what none before it has left; takes note of it."""
        keys = tuple(state.key for state in self.left)
        new = self.closes or keys not in seen
        seen.add(keys)
        return new

    @property
    def script(self) -> str:
        """The tactic, with a `sorry` for each goal that it leaves."""
        goals = sum(len(state.goals) for state in self.left)
        rest = ["sorry"] if goals == 1 else ["· sorry"] * goals
        return "\n".join([self.candidate.tactic, *rest])

    def to_json(self) -> Json:
        """The event for clients."""
        return {
            "event": "suggestion",
            "tactic": self.candidate.tactic,
            "goals": [goal.pretty for state in self.left for goal in state.goals],
            "closes": self.closes,
            "logprob": self.candidate.logprob,
            "policy": self.candidate.policy,
        }


class Selection:
    """The best of the tactics that work, at most `top`."""

    def __init__(self, top: int) -> None:
        self._top = top
        self._kept: list[Suggestion] = []
        self.seen = 0
        """How many there were to choose from."""

    def add(self, suggestion: Suggestion) -> bool:
        """Takes a tactic that works into account; whether it is selected, as things stand."""
        self.seen += 1
        self._kept.append(suggestion)
        return suggestion in self.best

    @property
    def is_full(self) -> bool:
        """Whether there are as many as wanted, each of another kind."""
        return len({one.kind for one in self.best}) == self._top

    @property
    def best(self) -> list[Suggestion]:
        """Those that close the goal first; of the others, first one of each kind."""
        kinds: Counter[str] = Counter()
        rounds: list[tuple[int, Suggestion]] = []
        alone = {one.candidate.tactic for one in self._kept if one.closes}
        for one in sorted(self._kept, key=lambda one: one.rank):
            if not (one.closes and one.pieces & (alone - {one.candidate.tactic})):
                rounds.append((kinds[one.kind], one))
                kinds[one.kind] += 1
        if alone:
            rounds = [pair for pair in rounds if pair[0] == 0]
        rounds.sort(key=lambda pair: pair[0])
        return [one for _, one in rounds[: self._top]]


BEFORE_PREMISES = 8
"""Tactics that are tried before Lean looks for premises, which takes it a while."""
TOGETHER = 4
"""Tactics that are looked at together; of those that work, the ones that close the goal are told
first."""
FIRST_SHARE = 0.1
"""The part of its heartbeats that a tactic has at first; those that need more come last."""
ENOUGH = 3
"""How many times as many as wanted are looked at where they are too much alike."""


async def suggest(parts: Prover, root: Path, limit: Limit, request: SuggestRequest) -> Work:
    """Suggestions as they are found; the result has the selection, those that close first."""
    found = await resolve(parts, root, request)
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


def _selected(suggestion: Suggestion, found: TheoremSource) -> Json:
    """The suggestion for the result, with the edit that puts it into the file."""
    json = suggestion.to_json()
    del json["event"]
    return json | ({"edit": found.edit(suggestion.script)} if isinstance(found, HoleInFile) else {})


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
