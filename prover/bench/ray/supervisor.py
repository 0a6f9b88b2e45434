"""Keeps a run's Lean actors and policy actors alive: made where there is room, missed when gone."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Self

import ray

from prover.bench.attempt import Finished, Job
from prover.bench.config import WORKER_MEMORY, Config
from prover.bench.ray.actors import Handle, PolicyActorHandle, answer, end, start_lean, start_policy
from prover.bench.worker_pool import WorkerLostError, WorkerPool
from prover.errors import ProverError, SetupError
from prover.policy.spec import BuiltinSpec, LocalSpec, MixtureSpec, PolicySpec
from prover.progress import Notify

Node = Mapping[str, Any]
"""As `ray.nodes` tells of it."""
LOOK_SECONDS = 1.0
"""Between two looks at which nodes there are."""
STARTS = 3
"""How often in a row an actor may die on a node before it has begun."""


class LeanActorSupervisor:
    """Keeps a Lean actor wherever there is room for one, and each in the crew, within the block."""

    def __init__(self, config: Config, lean: str, crew: WorkerPool, tell: Notify) -> None:
        """`lean` is the one that they must have; `tell` is told which nodes are left out."""
        self._config = config
        self._lean = lean
        self._crew = crew
        self._tell = tell
        self._proposers = PolicyActorPool(config.policy)
        self._serving: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._deaths: Counter[str] = Counter()
        self._unfit: dict[str, SetupError] = {}
        self._watching: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = [*self._serving.values(), *([self._watching] if self._watching else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._proposers.close()

    async def _watch(self) -> None:
        try:
            while True:
                nodes = [node for node in await asyncio.to_thread(ray.nodes) if node["Alive"]]
                self._proposers.keep(sum(int(resource(node, "GPU")) for node in nodes))
                self._fill(nodes)
                await asyncio.sleep(LOOK_SECONDS)
        except SetupError as problem:
            self._crew.end(problem)
        except Exception as error:
            hint = "Run the same again when it answers: it goes on from what is there."
            self._crew.end(SetupError(f"the cluster does not answer: {error}", hint))

    def _fill(self, nodes: Iterable[Node]) -> None:
        """Starts an actor in every place that has none; ends the crew where no node can work."""
        self._serving = {at: task for at, task in self._serving.items() if not task.done()}
        there = places(nodes, self._config.workers)
        for place in there:
            if place not in self._serving and place[0] not in self._unfit:
                self._serving[place] = asyncio.create_task(self._serve(place[0]))
        # One that has gone says nothing of those to come.
        problems = [self._unfit[node] for node, _ in there if node in self._unfit]
        if problems and not self._serving:
            self._crew.end(problems[0])

    async def _serve(self, node: str) -> None:
        """One actor on a node, from its start to its end."""
        hand = start_lean(self._config, node)

        async def attempt(job: Job) -> Finished:
            at = await self._proposers.one()
            try:
                finished: Finished | None = await answer(hand.attempt.remote(job, at))
            except (WorkerLostError, SetupError) as problem:
                self._crew.leave(attempt)
                # What was only out of reach must not go on, and `live` is to end.
                await end(hand)
                if isinstance(problem, SetupError):
                    self._exclude(node, problem)
                raise WorkerLostError(str(problem)) from problem
            if finished is None:
                self._proposers.lose(at)
                raise WorkerLostError("the policy's actor")
            return finished

        try:
            if await self._opened(hand, node):
                self._crew.join(attempt)
                with suppress(WorkerLostError):
                    await answer(hand.live.remote())
        finally:
            self._crew.leave(attempt)
            await end(hand)

    async def _opened(self, hand: Handle, node: str) -> bool:
        """Whether the actor can work. If not, its node gets no other."""
        try:
            version, where = await answer(hand.open.remote())
        except WorkerLostError as loss:
            self._deaths[node] += 1
            if self._deaths[node] >= STARTS:
                hint = "Install the same prover there, and run `prover setup`."
                problem = SetupError(f"the prover does not start there: {loss}", hint)
                self._exclude(node, problem)
            return False
        except SetupError as problem:
            self._exclude(node, problem)
            return False
        if version != self._lean:
            message = f"{where} has Lean {version}, and this machine {self._lean}"
            self._exclude(node, SetupError(message, "Install the same prover on both."))
            return False
        self._deaths[node] = 0
        return True

    def _exclude(self, node: str, problem: SetupError) -> None:
        if node not in self._unfit:
            self._unfit[node] = problem
            self._tell(f"a node of the cluster is left out: {problem.sentences}")


def places(nodes: Iterable[Node], most: int) -> list[tuple[str, int]]:
    """Where Lean actors can be, by node and number, the first of every node before the second of
    any; `most` of them, 0 for all."""
    numbered = [(number, node["NodeID"]) for node in nodes for number in range(room(node))]
    return [(node, number) for number, node in sorted(numbered)][: most or None]


def room(node: Node) -> int:
    """How many Lean actors a node has cores and memory for; one has, however little memory."""
    return min(int(resource(node, "CPU")), max(1, int(resource(node, "memory") / WORKER_MEMORY)))


def resource(node: Node, name: str) -> float:
    """How much of it Ray has found, or was told of."""
    return float(node["Resources"].get(name, 0))


DEATHS = 3
"""How often in a row a policy actor may die before it has begun."""


class PolicyActorPool:
    """Keeps policy actors: one for each GPU for a model, one in all otherwise.

    The built-in policy needs none.
    """

    def __init__(self, spec: PolicySpec) -> None:
        self._spec = spec
        self._serving: list[asyncio.Task[None]] = []
        self._open: list[PolicyActorHandle] = []
        self._changed = asyncio.Event()
        self._deaths = 0
        self._problem: SetupError | None = None

    def keep(self, gpus: int) -> None:
        """Starts actors where some are missing; `gpus` is how many the cluster has.

        Raises `SetupError` when the policy can't be had there.
        """
        if self._problem and not self._open:
            raise self._problem
        if isinstance(self._spec, BuiltinSpec) or self._problem:
            return
        gpus = gpus if has_model(self._spec) else 0
        self._serving = [task for task in self._serving if not task.done()]
        for _ in range(max(1, gpus) - len(self._serving)):
            self._serving.append(asyncio.create_task(self._serve(gpu=gpus > 0)))

    async def one(self) -> PolicyActorHandle | None:
        """An actor that can be asked, each in its turn; None where none is needed.

        Raises `SetupError` when there will be none.
        """
        if isinstance(self._spec, BuiltinSpec):
            return None
        while not self._open:
            if self._problem:
                raise self._problem
            self._changed.clear()
            await self._changed.wait()
        first = self._open.pop(0)
        self._open.append(first)
        return first

    def lose(self, proposing: PolicyActorHandle | None) -> None:
        """It has gone."""
        if proposing in self._open:
            self._open.remove(proposing)

    async def close(self) -> None:
        """Ends all of them."""
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, *, gpu: bool) -> None:
        """One actor, from its start to its end."""
        handle = start_policy(self._spec, gpu=gpu)
        proposing = None
        try:
            name, premises, repairs = await answer(handle.open.remote())
            proposing = PolicyActorHandle(handle, name, premises, repairs)
            self._open.append(proposing)
            self._deaths = 0
            self._changed.set()
            with suppress(WorkerLostError):
                await answer(handle.live.remote())
        except WorkerLostError as loss:
            self._deaths += 1
            if self._deaths >= DEATHS:
                self._fail(f"the policy does not start in the cluster: {loss}")
        except ProverError as error:
            self._fail(f"the policy can't be had in the cluster: {error.message}", error.hint)
        finally:
            self.lose(proposing)
            await end(handle)

    def _fail(self, message: str, hint: str = "") -> None:
        self._problem = SetupError(message, hint)
        self._changed.set()


def has_model(spec: PolicySpec) -> bool:
    """Whether a language model is to be loaded."""
    if isinstance(spec, MixtureSpec):
        return any(has_model(member.policy) for member in spec.members)
    return isinstance(spec, LocalSpec)
