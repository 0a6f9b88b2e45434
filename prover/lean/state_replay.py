"""Where the states of one theorem are, and how they are rebuilt where they are missing.

Each state knows the tactic that made it. A worker that doesn't hold a state, because it has just
taken a dead one's place or because another one made the state, opens the theorem and runs the
tactics that led to it again before the state is used; the keys, which Lean computes from the
elaborated goals, say whether it is the same state.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from prover.errors import InputError, LeanDiedError
from prover.lean import codec
from prover.lean.interface import TacticLimit
from prover.lean.process import missing_import
from prover.lean.worker import GRACE_SECONDS, Refused, Worker
from prover.lean_file import LeanFile
from prover.theorem import Theorem

REPLAY_PATIENCE = 4.0
"""How many times its first limit in seconds a tactic has when it is run again."""
ANSWER_SECONDS = 60.0
"""For what should take no time, such as the premises of a state."""
HINTS = {
    "header": "Check what stands before the theorem: it must elaborate on its own.",
    "declaration": "Check the statement: it must elaborate with `sorry` as its proof.",
    "hole": "Give a theorem with a `sorry` where the proof is wanted.",
}
TIME_HINT = "Try again when the machine is less busy; what was read of the header is kept."

Json = dict[str, Any]
Take = Callable[[str], Awaitable[Worker]]
"""Gives a worker that nobody else uses, preferably one that knows the header."""


@dataclass(frozen=True)
class Origin:
    """How a state was made: as one of those that a tactic left."""

    parent: KnownState
    tactic: str
    index: int
    limit: TacticLimit


@dataclass(eq=False)
class Lease:
    """The time for which one worker belongs to one `StateReplay`."""

    worker: Worker


@dataclass(eq=False)
class KnownState:
    """A state: what it is, how it was made, and where it is now."""

    key: str
    origin: Origin | None = None
    """None for the state at the theorem's hole."""
    numbers: dict[Lease, int] = field(default_factory=dict)
    """Its number in each worker that has held it; not all of them still live."""


class StateReplay:
    """The states of one theorem in the present worker, which is replaced when it dies."""

    def __init__(self, take: Take, theorem: Theorem, open_seconds: float) -> None:
        self._take = take
        self._theorem = theorem
        self._open_seconds = open_seconds
        self._lease: Lease | None = None
        self._held: set[int] = set()

    @property
    def ready(self) -> bool:
        """Whether it has a worker that lives and has nothing left to answer."""
        return self._lease is not None and self._lease.worker.alive and self._lease.worker.settled

    def holds(self, known: KnownState) -> bool:
        """Whether its worker, alive or not, has the state."""
        return self._lease in known.numbers

    async def open(self) -> tuple[Json, KnownState]:
        """The state at the hole. Raises `InputError` or `LeanDiedError`."""
        await self._ready()
        state = await self._opened()
        return state, self._adopt(state)

    async def run(
        self, known: KnownState, tactics: Sequence[str], limit: TacticLimit
    ) -> AsyncIterator[tuple[Json, list[KnownState]]]:
        """Each tactic's reply, with the states that it left. Raises `LeanDiedError`.

        The state must have been placed. A tactic that does not stop at its limit costs the worker.
        """
        (worker, number), count = self._present(known), 0
        fields = {
            "state": number,
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

    async def place(self, known: KnownState) -> None:
        """Sees to it that a living worker holds the state. Raises `LeanDiedError` when none can."""
        for last in (False, True):
            try:
                await self._ready()
                for step in self._missing(known):
                    await self._rebuild(step)
                return
            except LeanDiedError:
                if last:
                    raise

    async def premises(self, known: KnownState, count: int) -> list[Json]:
        """The premises for a state that has been placed. Raises `LeanDiedError`."""
        worker, number = self._present(known)
        fields = {"state": number, "count": count}
        with refusals_are_fatal("premises"):
            found = await worker.request("premises", fields, seconds=ANSWER_SECONDS)
        return list(found["premises"])

    async def free(self, dropped: Iterable[KnownState]) -> None:
        """Forgets states in the worker. If it dies of that, it has forgotten them too."""
        lease = self._lease
        if lease is None:
            return
        numbers = [known.numbers.pop(lease) for known in dropped if lease in known.numbers]
        self._held.difference_update(numbers)
        if lease.worker.alive and numbers:
            with suppress(LeanDiedError), refusals_are_fatal("free"):
                await lease.worker.request("free", {"states": numbers}, seconds=ANSWER_SECONDS)

    async def close(self, settle_seconds: float = GRACE_SECONDS) -> Worker | None:
        """Gives the worker back with all states in it forgotten, or None if it is dead.

        One that is still at work has `settle_seconds` to finish, or is ended.
        """
        lease, self._lease = self._lease, None
        if lease is None or not lease.worker.alive:
            return None
        worker = lease.worker
        try:
            async with asyncio.timeout(settle_seconds):
                self._note(await worker.settle(ANSWER_SECONDS))
            fields = {"states": sorted(self._held)}
            await worker.request("free", fields, seconds=ANSWER_SECONDS)
        except TimeoutError:
            # Whoever waits for the end of the session need not wait for that of the process.
            worker.kill()
            return None
        except (LeanDiedError, Refused):
            await worker.close()
            return None
        except BaseException:
            worker.kill()
            raise
        return worker

    async def _ready(self) -> None:
        """Sees to a worker that lives, isn't worn, and has nothing left to answer."""
        worker = self._lease.worker if self._lease else None
        if worker and worker.worn:
            await worker.close()
        if worker and worker.alive:
            self._note(await worker.settle(GRACE_SECONDS))
        else:
            self._lease = Lease(await self._take(self._theorem.header))
            self._held.clear()

    def _present(self, known: KnownState) -> tuple[Worker, int]:
        """The worker, and the state's number in it."""
        lease = self._lease
        assert lease is not None, "no worker"
        assert lease in known.numbers, "the state has not been placed"
        return lease.worker, known.numbers[lease]

    def _missing(self, known: KnownState) -> list[KnownState]:
        """The states to rebuild before this one can be used, and itself, oldest first."""
        steps: list[KnownState] = []
        step: KnownState | None = known
        while step and not self.holds(step):
            steps.append(step)
            step = step.origin.parent if step.origin else None
        return steps[::-1]

    async def _rebuild(self, known: KnownState) -> None:
        """Makes the state again from its parent, which the worker holds."""
        again = await (self._reopened() if known.origin is None else self._rerun(known.origin))
        if again is None or again.key != known.key:
            tactic = known.origin.tactic if known.origin else "opening the theorem"
            raise LeanDiedError(f"A state could not be rebuilt: `{tactic}` led elsewhere this time")
        known.numbers |= again.numbers

    async def _reopened(self) -> KnownState:
        try:
            return self._adopt(await self._opened())
        except InputError as problem:
            raise LeanDiedError(f"The theorem did not open again: {problem.message}") from problem

    async def _rerun(self, origin: Origin) -> KnownState | None:
        patient = replace(origin.limit, seconds=origin.limit.seconds * REPLAY_PATIENCE)
        [(_, states)] = [
            answer async for answer in self.run(origin.parent, [origin.tactic], patient)
        ]
        return states[origin.index] if origin.index < len(states) else None

    async def _opened(self) -> Json:
        lease, theorem = self._lease, self._theorem
        assert lease is not None, "no worker"
        worker = lease.worker
        worker.note_read(theorem.header)
        milliseconds = round(self._open_seconds * 1000)
        fields = {**codec.hole(theorem), "skims": theorem.checked, "milliseconds": milliseconds}
        seconds = self._open_seconds + GRACE_SECONDS
        try:
            opened = await worker.request("open", fields, seconds=seconds)
        except Refused as refusal:
            if refusal.kind == "limit":
                # That says more of the machine than of the theorem.
                message = f"The theorem did not open within {self._open_seconds:g} seconds"
                raise LeanDiedError(message, TIME_HINT) from refusal
            if refusal.kind == "import":
                header = LeanFile(Path(theorem.name), theorem.header.encode())
                raise missing_import(
                    "it", header.imports, refusal.message, worker.command
                ) from refusal
            raise InputError(refusal.message, HINTS.get(refusal.kind, "")) from refusal
        return dict(opened["state"])

    def _adopt(self, state: Json, origin: Origin | None = None) -> KnownState:
        """A state that the present worker has just made."""
        assert self._lease is not None, "no worker"
        self._held.add(state["id"])
        return KnownState(state["key"], origin, {self._lease: state["id"]})

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
        raise LeanDiedError(f"Lean refused `{op}`: {refusal.message}") from refusal
