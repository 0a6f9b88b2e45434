"""Where the states of one theorem are, and how they are rebuilt when their Lean is gone.

Each state knows the tactic that made it. When the worker has died, a fresh one opens the theorem
and runs the tactics that led to a state again before the state is used; the keys, which Lean
computes from the elaborated goals, say whether it is the same state.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from prover.errors import InputProblem, LeanDied
from prover.lean.base import TacticLimit
from prover.lean.worker import GRACE_SECONDS, Refused, Worker
from prover.theorem import Theorem

REPLAY_PATIENCE = 4.0
"""How many times its first limit in seconds a tactic has when it is run again."""
ANSWER_SECONDS = 60.0
"""For what should take no time, such as the premises of a state."""
HINTS = {
    "import": "Check that the module belongs to the project, or use a Lean project that has it.",
    "header": "Check what stands before the theorem: it must elaborate on its own.",
    "declaration": "Check the statement: it must elaborate with `sorry` as its proof.",
    "hole": "Give a theorem with a `sorry` where the proof is wanted.",
    "limit": "Simplify the statement, or allow more time to open it.",
}

Json = dict[str, Any]
Take = Callable[[str], Awaitable[Worker]]
"""Gives a worker that nobody else uses, preferably one that knows the header."""


@dataclass(frozen=True)
class Origin:
    """How a state was made: as one of those that a tactic left."""

    parent: Known
    tactic: str
    index: int
    limit: TacticLimit


@dataclass(eq=False)
class Known:
    """A state: what it is, how it was made, and where it is now."""

    key: str
    origin: Origin | None = None
    """None for the state at the theorem's hole."""
    worker: Worker | None = None
    """The worker that holds it; not necessarily one that still lives."""
    number: int = -1
    """Its number in that worker."""


class Replay:
    """The states of one theorem in the present worker, which is replaced when it dies."""

    def __init__(self, take: Take, theorem: Theorem, open_seconds: float) -> None:
        self._take = take
        self._theorem = theorem
        self._open_seconds = open_seconds
        self._worker: Worker | None = None
        self._held: set[int] = set()

    async def open(self) -> tuple[Json, Known]:
        """The state at the hole. Raises `InputProblem` or `LeanDied`."""
        await self._ready()
        state = await self._opened()
        return state, self._adopt(state)

    async def run(
        self, known: Known, tactics: Sequence[str], limit: TacticLimit
    ) -> AsyncIterator[tuple[Json, list[Known]]]:
        """Each tactic's reply, with the states that it left. Raises `LeanDied`.

        The state must have been placed. A tactic that does not stop at its limit costs the worker.
        """
        worker, count = self._present(known), 0
        fields = {
            "state": known.number,
            "tactics": list(tactics),
            "heartbeats": limit.heartbeats,
            "milliseconds": max(1, round(limit.seconds * 1000)),
        }
        with refusals_are_fatal("run"):
            await worker.send("run", fields)
            outcome = ""
            while "result" not in (reply := await worker.reply(limit.seconds + GRACE_SECONDS)):
                if reply.get("index") != count or count >= len(tactics):
                    raise await worker.broken("it answered for another tactic than the next one")
                outcome, tactic = reply["outcome"], tactics[count]
                states = reply.get("states", ())
                origins = [Origin(known, tactic, index, limit) for index in range(len(states))]
                yield reply, list(map(self._adopt, states, origins))
                count += 1
            if count < len(tactics) and outcome != "closed":
                raise await worker.broken(f"it answered for {count} of {len(tactics)} tactics")

    async def place(self, known: Known) -> None:
        """Sees to it that a living worker holds the state. Raises `LeanDied` when none can."""
        for last in (False, True):
            try:
                await self._ready()
                for step in self._missing(known):
                    await self._rebuild(step)
                return
            except LeanDied:
                if last:
                    raise

    async def premises(self, known: Known, count: int) -> list[Json]:
        """The premises for a state that has been placed. Raises `LeanDied`."""
        fields = {"state": known.number, "count": count}
        with refusals_are_fatal("premises"):
            found = await self._present(known).request("premises", fields, seconds=ANSWER_SECONDS)
        return list(found["premises"])

    async def free(self, dropped: Iterable[Known]) -> None:
        """Forgets states in the worker. If it dies of that, it has forgotten them too."""
        worker = self._worker
        held = [known for known in dropped if known.worker is worker]
        numbers = [known.number for known in held]
        for known in held:
            known.worker = None
        self._held.difference_update(numbers)
        if worker and worker.alive and numbers:
            with suppress(LeanDied), refusals_are_fatal("free"):
                await worker.request("free", {"states": numbers}, seconds=ANSWER_SECONDS)

    async def close(self) -> Worker | None:
        """Gives the worker back with all states in it forgotten, or None if it is dead."""
        worker, self._worker = self._worker, None
        if worker is None or not worker.alive:
            return None
        try:
            self._note(await worker.settle(GRACE_SECONDS))
            fields = {"states": sorted(self._held)}
            await worker.request("free", fields, seconds=ANSWER_SECONDS)
        except (LeanDied, Refused):
            await worker.close()
            return None
        except BaseException:
            worker.kill()
            raise
        return worker

    async def _ready(self) -> None:
        """Sees to a worker that lives, isn't worn, and has nothing left to answer."""
        if self._worker and self._worker.worn:
            await self._worker.close()
        if self._worker and self._worker.alive:
            self._note(await self._worker.settle(GRACE_SECONDS))
        else:
            self._worker = await self._take(self._theorem.header)
            self._held.clear()

    def _present(self, known: Known) -> Worker:
        worker = self._worker
        assert worker is not None, "no worker"
        assert known.worker is worker, "the state has not been placed"
        return worker

    def _missing(self, known: Known) -> list[Known]:
        """The states to rebuild before this one can be used, and itself, oldest first."""
        steps: list[Known] = []
        step: Known | None = known
        while step and step.worker is not self._worker:
            steps.append(step)
            step = step.origin.parent if step.origin else None
        return steps[::-1]

    async def _rebuild(self, known: Known) -> None:
        """Makes the state again from its parent, which the worker holds."""
        again = await (self._reopened() if known.origin is None else self._rerun(known.origin))
        if again is None or again.key != known.key:
            tactic = known.origin.tactic if known.origin else "opening the theorem"
            raise LeanDied(f"A state could not be rebuilt: `{tactic}` led elsewhere this time")
        known.worker, known.number = again.worker, again.number

    async def _reopened(self) -> Known:
        try:
            return self._adopt(await self._opened())
        except InputProblem as problem:
            raise LeanDied(f"The theorem did not open again: {problem.message}") from problem

    async def _rerun(self, origin: Origin) -> Known | None:
        patient = replace(origin.limit, seconds=origin.limit.seconds * REPLAY_PATIENCE)
        [(_, states)] = [
            answer async for answer in self.run(origin.parent, [origin.tactic], patient)
        ]
        return states[origin.index] if origin.index < len(states) else None

    async def _opened(self) -> Json:
        worker, theorem = self._worker, self._theorem
        assert worker is not None, "no worker"
        worker.header = theorem.header
        fields = {
            "header": theorem.header,
            "declaration": theorem.declaration,
            "offset": theorem.offset,
            "milliseconds": round(self._open_seconds * 1000),
        }
        seconds = self._open_seconds + GRACE_SECONDS
        try:
            opened = await worker.request("open", fields, seconds=seconds)
        except Refused as refusal:
            raise InputProblem(refusal.message, HINTS.get(refusal.kind, "")) from refusal
        return dict(opened["state"])

    def _adopt(self, state: Json, origin: Origin | None = None) -> Known:
        """A state that the present worker has just made."""
        self._held.add(state["id"])
        return Known(state["key"], origin, self._worker, state["id"])

    def _note(self, replies: Sequence[Json]) -> None:
        """Remembers the states of an abandoned request, to free them in the end."""
        for reply in replies:
            self._held.update(state["id"] for state in reply.get("states", ()))


@contextmanager
def refusals_are_fatal(op: str) -> Iterator[None]:
    """Where a worker in order has nothing to refuse."""
    try:
        yield
    except Refused as refusal:
        raise LeanDied(f"Lean refused `{op}`: {refusal.message}") from refusal
