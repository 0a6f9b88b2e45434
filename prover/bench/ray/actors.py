"""What runs on the nodes of a Ray cluster: Lean actors, policy actors, and the way between them.

A Lean actor makes whole attempts and gives back what came of them; nothing is written where it
runs. Needs Ray, from the extra `ray`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import ray
from ray.exceptions import RayError, RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from prover.bench.attempt import Finished, Job
from prover.bench.config import Config
from prover.bench.executor import LocalExecutor
from prover.bench.inputs import lean_of
from prover.bench.worker_pool import WorkerLostError
from prover.errors import PolicyUnavailableError
from prover.lean.backend import Backend, describe
from prover.policy.factory import open_policy
from prover.policy.policy import Candidate, ModelPolicy, Policy, Question
from prover.policy.spec import PolicySpec
from prover.problems.dialect import shared_header
from prover.progress import no_notice

END_SECONDS = 5.0
"""For an actor to let go of what it has, before it is killed."""
Handle = Any
"""An actor as others see it; Ray's own types don't say what its methods are."""


async def answer(reference: Any) -> Any:
    """What a call of an actor gives. Cancelled, the call is cancelled there too.

    Raises what the actor raised, and `WorkerLostError` when the actor, its node or the whole
    cluster has gone.
    """
    try:
        return await asyncio.wrap_future(reference.future())
    except asyncio.CancelledError:
        ray.cancel(reference)
        raise
    except RayTaskError as error:
        raise error.cause from None
    except (RayError, ConnectionError) as error:
        raise WorkerLostError(str(error)) from error


@dataclass(frozen=True)
class PolicyActorHandle:
    """A policy actor, and what a search has to know of its policy beforehand."""

    handle: Handle
    name: str
    premises_wanted: int
    repairs: int | None
    """None for a policy that asks no language model."""


class PolicyActor:
    """Has a policy, and answers for it."""

    def __init__(self, spec: PolicySpec) -> None:
        self._spec = spec
        self._stack = AsyncExitStack()
        self._policy: Policy | None = None

    async def open(self) -> tuple[str, int, int | None]:
        """Loads it: its name, the premises and the repairs that it wants.

        Raises what `open_policy` does.
        """
        policy = await self._stack.enter_async_context(open_policy(self._spec))
        self._policy = policy
        repairs = policy.repairs if isinstance(policy, ModelPolicy) else None
        return policy.name, policy.premises_wanted, repairs

    async def live(self) -> None:
        """As a Lean actor's."""
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Lets go of the policy."""
        await self._stack.aclose()

    async def propose(self, questions: Sequence[Question], count: int) -> list[list[Candidate]]:
        """As the policy does."""
        assert self._policy is not None, "asked before it was opened"
        return await self._policy.propose(questions, count)


class RemotePolicy:
    """The policy of a policy actor, where it is needed."""

    def __init__(self, at: PolicyActorHandle) -> None:
        self._at = at
        self.lost = False
        """Whether the actor has gone."""

    @property
    def name(self) -> str:
        """The policy's."""
        return self._at.name

    @property
    def premises_wanted(self) -> int:
        """As many as the policy wants."""
        return self._at.premises_wanted

    async def propose(self, questions: Sequence[Question], count: int) -> list[list[Candidate]]:
        """What the policy proposes. Raises `PolicyUnavailableError` when its actor has gone."""
        try:
            proposed: list[list[Candidate]] = await answer(
                self._at.handle.propose.remote(list(questions), count)
            )
        except WorkerLostError as loss:
            self.lost = True
            raise PolicyUnavailableError("the policy's actor has gone") from loss
        return proposed


class RemoteModelPolicy(RemotePolicy):
    """One that asks a language model."""

    @property
    def repairs(self) -> int:
        """As often as the policy wants to be asked again."""
        return self._at.repairs or 0


class LeanActor:
    """Has a Lean with one worker, and makes one attempt at a time."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._stack = AsyncExitStack()
        self._lean: Backend | None = None

    async def open(self) -> tuple[str, str]:
        """Starts Lean: which it is, and where it runs.

        Raises `SetupError` when there is none here.
        """
        lean = lean_of(self._config, workers=1, tell=no_notice)
        self._lean = await self._stack.enter_async_context(lean)
        self._lean.expected = shared_header(self._config.dialect)
        return await describe(self._lean), f"{socket.gethostname()}, process {os.getpid()}"

    async def attempt(self, job: Job, at: PolicyActorHandle | None) -> Finished | None:
        """One try, with the policy of that actor; None when that one was lost meanwhile.

        Without an actor the policy is here. Raises `SetupError` as `LocalExecutor` does.
        """
        if at is None:
            async with open_policy(self._config.policy) as policy:
                return await self._made(job, policy)
        remote = RemotePolicy(at) if at.repairs is None else RemoteModelPolicy(at)
        finished = await self._made(job, remote)
        return None if remote.lost and not finished.attempt.proved else finished

    async def live(self) -> None:
        """Never returns: who waits for it is told when the actor ends."""
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Ends the Lean processes."""
        await self._stack.aclose()

    async def _made(self, job: Job, policy: Policy) -> Finished:
        assert self._lean is not None, "asked before it was opened"
        limit, search = self._config.limit, self._config.search
        return await LocalExecutor.with_lean(self._lean, policy, limit, search)(job)


def start_lean(config: Config, node: str) -> Handle:
    """A Lean actor on the node with this id, once a core is free there."""
    where = NodeAffinitySchedulingStrategy(node, soft=False)
    return ray.remote(LeanActor).options(num_cpus=1, scheduling_strategy=where).remote(config)


def start_policy(spec: PolicySpec, *, gpu: bool) -> Handle:
    """A policy actor with a GPU of its own, or without any."""
    return ray.remote(PolicyActor).options(num_cpus=0, num_gpus=int(gpu)).remote(spec)


async def end(handle: Handle) -> None:
    """Ends an actor, which may have gone already."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(END_SECONDS):
            await answer(handle.close.remote())
    with contextlib.suppress(Exception):
        ray.kill(handle)
