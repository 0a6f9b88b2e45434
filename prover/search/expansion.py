"""What of a state's candidates is still to be run, and the partial expansion that is under way.

A state is not expanded in one go: its candidates run a few at a time, and between turns it waits
in the frontier with the cost of its best candidate left. So an unlikely tactic on a good state
competes with a likely one on a worse state, and what is never needed is never run. What of a turn
has been run is told and put into the graph at once; only when the turn is over has another state
its turn on that worker. Several workers may share a turn.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from prover.lean.interface import Outcome, TacticError, TacticLimit
from prover.policy.policy import Candidate, Question, Refusal
from prover.search.budget import Limit
from prover.search.configuration import Configuration
from prover.search.score import logprob

PIECES = re.compile(r"<;>|;|\n(?!\s)")
"""What separates the tactics of a block. An indented line belongs to the one before."""
OPENER = re.compile(
    r"(?:and_intros|by_cases'?|by_contra!?|constructor|contrapose!?|exfalso|ext|ext1|funext"
    r"|generalize|have[I']?|intros?|left|let|obtain|push_neg|replace|revert|right|rintro|set"
    r"|specialize|subst|subst_vars|suffices|symm|unfold)(?![\w'!?])"
)
HOLE = "?_"


def is_opener(tactic: str) -> bool:
    """Whether the tactic leaves goals, as far as its text tells.

    What it does last decides: `intro h; simp` may close the goal and `simp; intro h` can't. An
    answer that is wrong costs a search some of its order, and no proof.
    """
    if HOLE in tactic:
        return True
    last = PIECES.split(tactic.strip())[-1]
    return OPENER.match(last.lstrip("· ")) is not None


OUT_OF_BUDGET = 2.0
"""What running out of the first budget costs a candidate, as a negative log-probability."""


@dataclass(frozen=True)
class TacticAttempt:
    """A candidate to run, for the first time or again with the whole budget."""

    candidate: Candidate
    loss: float = 0.0
    """What it costs more than others, as a negative log-probability."""
    again: bool = False

    @property
    def worth(self) -> Candidate:
        """The candidate, as unlikely as if it cost no more than others."""
        if not self.loss:
            return self.candidate
        return replace(self.candidate, logprob=-self.cost)

    @property
    def cost(self) -> float:
        """As a negative log-probability."""
        return self.loss - self.candidate.logprob


class CandidateQueue:
    """The candidates of one state, most likely first."""

    def __init__(self, limit: Limit, configuration: Configuration) -> None:
        self._limit = limit
        self._first_share = configuration.first_share
        self._opener_loss = configuration.opener_loss
        self._waiting: deque[TacticAttempt] = deque()
        self._known: set[str] = set()
        self.taken = 0
        """How many attempts were taken so far."""

    def add(self, candidates: Iterable[Candidate]) -> None:
        """Further candidates, each at its place; those that say nothing new are left out."""
        for candidate in candidates:
            tactic = candidate.tactic.strip()
            if tactic and tactic not in self._known and len(self._known) < self._limit.candidates:
                self._known.add(tactic)
                clean = replace(candidate, tactic=tactic, logprob=logprob(candidate))
                loss = self._opener_loss if is_opener(tactic) else 0.0
                self._waiting.append(TacticAttempt(clean, loss))
        self._sort()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def next(self) -> Candidate | None:
        """The candidate to be run next, as unlikely as it has become; None when all were run."""
        if not self._waiting:
            return None
        return self._waiting[0].worth

    def take(self, most: int) -> list[TacticAttempt]:
        """Removes the next attempts that have one budget, at most so many."""
        taken: list[TacticAttempt] = []
        while self._waiting and len(taken) < most:
            if taken and self._waiting[0].again != taken[0].again:
                break
            taken.append(self._waiting.popleft())
        self.taken += len(taken)
        return taken

    def clear(self) -> None:
        """Nothing of it is to be run any more."""
        self._waiting.clear()

    def put_back(self, attempts: Iterable[TacticAttempt]) -> None:
        """These were taken and not run."""
        returned = list(attempts)
        if returned:
            self.taken -= len(returned)
            self._waiting.extendleft(reversed(returned))
            self._sort()

    def ran_out(self, attempt: TacticAttempt) -> None:
        """The attempt used up its heartbeats; it is made again, once, when its turn comes."""
        if not attempt.again and self._first_share < 1:
            loss = attempt.loss + OUT_OF_BUDGET
            self._waiting.append(replace(attempt, loss=loss, again=True))
            self._sort()

    def budget(self, attempt: TacticAttempt, seconds: float) -> TacticLimit:
        """What the attempt may use when the search has so many seconds left.

        Only heartbeats are rationed: how many a tactic needs does not depend on the machine.
        """
        whole = self._limit.tactic
        share = 1.0 if attempt.again else self._first_share
        return replace(whole.with_share(share), seconds=min(whole.seconds, seconds))

    def _sort(self) -> None:
        """Most likely first; among equals those that were first before."""
        self._waiting = deque(sorted(self._waiting, key=lambda attempt: attempt.cost))


BATCH = 8
"""Tactics that Lean is sent at once."""


@dataclass(eq=False)
class PartialExpansion:
    """How many candidates a state may have run before others have their turn."""

    question: Question
    expansion: CandidateQueue
    """Of its state; its tactics are taken from it as they are sent, so that a second try comes
    at its place in the turn that had the first."""
    cost: float
    """Of the state when it was chosen."""
    depth: int
    left: int
    """How many tactics may still be sent to Lean."""
    first: bool
    """Whether the policy is still to be asked for the state."""
    shared: bool = False
    """Whether several workers take its tactics, one at a time."""
    prepared: bool = False
    """Whether its expansion has its candidates."""
    batches: list[TacticBatch] = field(default_factory=list)
    """What was sent and has not landed."""
    policy_seconds: float = 0.0

    @property
    def key(self) -> str:
        """Of its state."""
        return self.question.state.key

    @property
    def most(self) -> int:
        """How many tactics may still come of it."""
        return self.left + sum(batch.most for batch in self.batches)

    @property
    def over(self) -> bool:
        """Whether nothing of it is sent or will be."""
        return not self.left and not self.batches

    @property
    def answered(self) -> bool:
        """Whether each tactic that was sent has an outcome."""
        return all(len(sent.outcomes) == sent.most for sent in self.batches)

    @property
    def aloft(self) -> int:
        """How many of its tactics have not landed yet."""
        return sum(len(batch.attempts) for batch in self.batches)

    @property
    def next(self) -> Candidate | None:
        """The first of them, as unlikely as it has become."""
        sent = (attempt for batch in self.batches for attempt in batch.attempts)
        return next((attempt.worth for attempt in sent), None)

    def offer(self, more: int = 0) -> None:
        """It may send so many more, but no more in all than its state has candidates."""
        untaken = sum(batch.most for batch in self.batches if not batch.attempts)
        self.left = max(0, min(self.left + more, len(self.expansion) - untaken))
        self.prepared = True

    def batch(self) -> TacticBatch:
        """The next tactics, about to be sent."""
        batch = TacticBatch(self, min(self.left, 1 if self.shared else BATCH))
        self.left -= batch.most
        self.batches.append(batch)
        return batch

    def stop(self) -> None:
        """No more of it is sent."""
        self.left = 0


@dataclass(eq=False)
class TacticBatch:
    """Tactics of a turn that Lean is sent at once."""

    turn: PartialExpansion
    most: int
    """How many they may be; 0 when its turn has none left for it."""
    attempts: Sequence[TacticAttempt] = ()
    outcomes: Sequence[Outcome] = ()
    problem: str = ""
    lean_seconds: float = 0.0

    def take(self) -> None:
        """Takes what it sends. What has another budget is left to the turn's next batch."""
        promised, self.attempts = self.most, self.turn.expansion.take(self.most)
        self.most = len(self.attempts)
        self.turn.offer(promised - self.most)

    def give_back(self) -> None:
        """What has no outcome waits again."""
        self.turn.expansion.put_back(self.attempts[len(self.outcomes) :])
        self.attempts = self.attempts[: len(self.outcomes)]

    def withdraw(self) -> None:
        """All that it was to send waits again, as if it had not been sent."""
        self.outcomes = ()
        self.give_back()
        self.turn.batches.remove(self)


class RefusedCandidates:
    """The refused candidates of each state, since the policy was asked about it last."""

    def __init__(self, most: int) -> None:
        """The policy is asked again at most so often about one state."""
        self._most = most
        self._asked: Counter[str] = Counter()
        self._refused: dict[str, dict[str, Refusal]] = {}

    def note(self, key: str, trials: Iterable[tuple[Candidate, Outcome]]) -> None:
        """Takes note of what Lean said of candidates of a state."""
        if not self._most:
            return
        refused = self._refused.setdefault(key, {})
        for candidate, outcome in trials:
            if isinstance(outcome, TacticError):
                refused[candidate.tactic] = Refusal(candidate, outcome.message)

    def take(self, key: str) -> tuple[Refusal, ...]:
        """What the policy is to be told of a state whose candidates are spent, likeliest first;
        nothing if it is not to be asked again."""
        refused = self._refused.pop(key, {})
        if not refused or self._asked[key] >= self._most:
            return ()
        self._asked[key] += 1
        return tuple(sorted(refused.values(), key=lambda refusal: -refusal.candidate.logprob))
