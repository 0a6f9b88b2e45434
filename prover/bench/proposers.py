"""The policy actors of a run, which the attempts take in turn."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from prover.bench.actors import Proposing, answer, end, start_policy
from prover.bench.crew import Lost
from prover.errors import EnvironmentProblem, ProverError
from prover.policy.spec import BuiltinSpec, LocalSpec, MixtureSpec, PolicySpec

DEATHS = 3
"""How often in a row a policy actor may die before it has begun."""


class Proposers:
    """Keeps policy actors: one for each GPU for a model, one in all otherwise.

    The built-in policy needs none.
    """

    def __init__(self, spec: PolicySpec) -> None:
        self._spec = spec
        self._serving: list[asyncio.Task[None]] = []
        self._open: list[Proposing] = []
        self._changed = asyncio.Event()
        self._deaths = 0
        self._problem: EnvironmentProblem | None = None

    def keep(self, gpus: int) -> None:
        """Starts actors where some are missing; `gpus` is how many the cluster has.

        Raises `EnvironmentProblem` when the policy can't be had there.
        """
        if self._problem and not self._open:
            raise self._problem
        if isinstance(self._spec, BuiltinSpec) or self._problem:
            return
        gpus = gpus if has_model(self._spec) else 0
        self._serving = [task for task in self._serving if not task.done()]
        for _ in range(max(1, gpus) - len(self._serving)):
            self._serving.append(asyncio.create_task(self._serve(gpu=gpus > 0)))

    async def one(self) -> Proposing | None:
        """An actor that can be asked, each in its turn; None where none is needed.

        Raises `EnvironmentProblem` when there will be none.
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

    def lose(self, proposing: Proposing | None) -> None:
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
            proposing = Proposing(handle, name, premises, repairs)
            self._open.append(proposing)
            self._deaths = 0
            self._changed.set()
            with suppress(Lost):
                await answer(handle.live.remote())
        except Lost as loss:
            self._deaths += 1
            if self._deaths >= DEATHS:
                self._fail(f"the policy does not start in the cluster: {loss}")
        except ProverError as error:
            self._fail(f"the policy can't be had in the cluster: {error.message}", error.hint)
        finally:
            self.lose(proposing)
            await end(handle)

    def _fail(self, message: str, hint: str = "") -> None:
        self._problem = EnvironmentProblem(message, hint)
        self._changed.set()


def has_model(spec: PolicySpec) -> bool:
    """Whether a language model is to be loaded."""
    if isinstance(spec, MixtureSpec):
        return any(has_model(member.policy) for member in spec.members)
    return isinstance(spec, LocalSpec)
