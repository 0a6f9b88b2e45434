"""The prover for programs: a policy, a Lean, the verifier and a search, opened together.

`prove`, `verify`, `check_file` and `prove_file` open one for a single question and close it again;
`open_prover` keeps one for many. The service is built on the same parts.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from prover.errors import SetupError
from prover.file_check import SECONDS, FileReport, check_line
from prover.file_check import check_file as check_with
from prover.file_prover import FileProver, Search, obstacle
from prover.incremental_verifier import IncrementalVerifier, TextVerifiers, VerifierPool
from prover.lean.backend import Backend, describe
from prover.lean.backends import AUTOMATIC, LeanSpec, open_lean
from prover.lean.interface import Closed, LeanSession, TacticLimit, Verification, Verify
from prover.lean_file import LeanFile
from prover.policy.blocklist import exclude_theorems
from prover.policy.builtin.builtin_policy import BuiltinPolicy
from prover.policy.factory import open_policy
from prover.policy.policy import Policy
from prover.policy.spec import parse
from prover.progress import Notify, no_notice
from prover.search.budget import Limit
from prover.search.configuration import Configuration
from prover.search.configuration import named as configuration_named
from prover.search.engine import search
from prover.search.events import Event
from prover.search.result import Result
from prover.statement import stated
from prover.theorem import Theorem
from prover.verifier import Verifier


def make_search(
    lean: Backend,
    *,
    limit: Limit,
    policy: Policy | None = None,
    configuration: Configuration | None = None,
    avoid: Collection[str] = (),
    seed: int = 0,
) -> Search:
    """Searches with a session of its own each, in which no tactic names a theorem of `avoid`."""
    proposes = exclude_theorems(policy or BuiltinPolicy(), avoid)

    async def events(theorem: Theorem, verify: Verify) -> AsyncGenerator[Event, None]:
        async with lean.session() as session:
            found = search(
                theorem,
                session,
                proposes,
                verify,
                limit=limit,
                configuration=configuration,
                seed=seed,
            )
            async with aclosing(found):
                async for event in found:
                    yield event

    return events


T = TypeVar("T")
SETTLE_SECONDS = 0.1
"""How long a search that was cancelled may keep a Lean that is still running a tactic; then that
Lean is ended, and the pool's spare one takes its place."""
PROBE = Theorem.from_statement("ready", "theorem ready : 1 = 1 := by")


class MakeSearch(Protocol):
    """Makes a search, as `prover.api.make_search` does with a Lean and a policy."""

    def __call__(self, *, limit: Limit, avoid: Collection[str] = (), seed: int = 0) -> Search: ...


class Check(Protocol):
    """What Lean says of a file, as `prover.file_check.check_file` has it with a Lean."""

    async def __call__(
        self, file: LeanFile, *, seconds: float, audits: bool = True
    ) -> FileReport: ...


class Look(Protocol):
    """What Lean says of a line of a file, as `prover.file_check.check_line` has it with a Lean."""

    async def __call__(self, file: LeanFile, line: int) -> FileReport: ...


@dataclass(frozen=True)
class Prover:
    """A prover that is ready for work."""

    policy: Policy
    search: MakeSearch
    session: Callable[[], AbstractAsyncContextManager[LeanSession]]
    """A Lean for one theorem."""
    check: Check
    look: Look
    verify: Verify
    verifiers: Callable[[], AbstractAsyncContextManager[TextVerifiers]]
    """Verifiers that go down one text."""
    limit: Limit
    """What one search may use where nothing else is said."""
    lean: str = ""
    """Which Lean it is, with its version."""

    async def prove(
        self,
        theorem: Theorem | str,
        *,
        limit: Limit | None = None,
        avoid: Collection[str] = (),
        seed: int = 0,
    ) -> Result:
        """How a search for the theorem ended, with its proof if there is one, verified.

        No tactic names a theorem of `avoid`. For the events of a search on their way, ask
        `search(limit=limit)(theorem, verify)`.
        """
        search = self.search(limit=limit or self.limit, avoid=avoid, seed=seed)
        async with aclosing(search(_theorem(theorem), self.verify)) as events:
            async for event in events:
                last = event
        assert isinstance(last, Result), "the last event of a search is its result"
        return last

    async def prove_file(
        self, file: LeanFile, *, limit: Limit | None = None, workers: int = 1, write: bool = False
    ) -> list[Result]:
        """How the search for each hole of the file ended, as `prover.prove_file` does."""
        check = partial(self.check, seconds=SECONDS, audits=False)
        report = await check(file)
        search = self.search(limit=limit or self.limit)
        async with self.verifiers() as verifiers:
            proving = FileProver(
                file, report, search=search, verifier=verifiers.verifier, workers=workers
            )
            reach = []
            for hole in report.holes:
                if reason := obstacle(file, report, hole):
                    proving.leave(hole, reason)
                else:
                    reach.append(hole)
            async with aclosing(proving.run(reach)) as events:
                async for _ in events:
                    pass
        if write:
            await proving.write(partial(self.check, seconds=SECONDS))
        return [proving.results[hole] for hole in report.holes]


@asynccontextmanager
async def assemble(
    policy: Callable[[], AbstractAsyncContextManager[Policy]],
    *,
    lean: LeanSpec,
    limit: Limit,
    tell: Notify = no_notice,
    configuration: Configuration | None = None,
) -> AsyncIterator[Prover]:
    """The parts that are used by default: a policy, and a Lean, which `tell` is told of.

    Raises what `open_lean` does, and `SetupError` or `LeanDiedError` when Lean does not start
    or can't prove `1 = 1`.
    """
    async with AsyncExitStack() as stack:
        # First: a model that is missing is told before Lean is started.
        proposes = await stack.enter_async_context(policy())
        wanted = replace(lean, settle_seconds=SETTLE_SECONDS)
        found = await stack.enter_async_context(open_lean(wanted, tell=tell))
        await check_ready(found)
        verifier = partial(IncrementalVerifier, found, seconds=limit.verify_seconds)
        pool = await stack.enter_async_context(VerifierPool(verifier, most=lean.workers, kept=True))
        yield Prover(
            policy=proposes,
            search=partial(make_search, found, policy=proposes, configuration=configuration),
            session=partial(found.session, alone=True),
            check=partial(check_with, found),
            look=partial(check_line, found),
            verify=Verifier(found, seconds=limit.verify_seconds),
            verifiers=partial(TextVerifiers, pool),
            limit=limit,
            lean=await describe(found),
        )


async def check_ready(lean: Backend) -> None:
    """Has Lean prove `1 = 1`, which leaves a warm worker. Raises `SetupError`."""
    async with lean.session(alone=True) as session:
        outcomes = await session.run(await session.open(PROBE), ["rfl"], TacticLimit())
    if outcomes != [Closed()]:
        raise SetupError("Lean can't prove `1 = 1`", "Run `prover doctor`.")


@asynccontextmanager
async def open_prover(
    *,
    policy: str = "builtin",
    lean: str = AUTOMATIC,
    project: Path | str | None = None,
    limit: Limit | None = None,
    workers: int = 1,
    ready: int = 0,
    search: str = "default",
    file: LeanFile | None = None,
) -> AsyncIterator[Prover]:
    """One Lean and one policy for many theorems, for as long as the block lasts.

    `policy`, `lean`, `project` and `search` are as the command line has them. So many `workers`
    search at once, and so many Leans stand `ready` for the next verification, which takes a
    gigabyte each and saves a second. `limit` is for each search. With a `file`, it is the Lean of
    that file that `auto` means. Raises `InputError` for a name that is none, `SetupError` when
    something is to be installed or fetched first.
    """
    spec = LeanSpec(
        lean,
        project,
        file=file.path if file else None,
        imports=file.imports if file else (),
        workers=workers,
        ready=ready,
    )
    proposes = partial(open_policy, parse(policy))
    opened = assemble(
        proposes, lean=spec, limit=limit or Limit(), configuration=configuration_named(search)
    )
    async with opened as prover:
        yield prover


def prove(
    theorem: Theorem | str,
    *,
    limit: Limit | None = None,
    policy: str = "builtin",
    lean: str = AUTOMATIC,
    project: Path | str | None = None,
    seed: int = 0,
) -> Result:
    """A verified proof of a theorem, or why there is none.

    A text is read as `prover bench` reads a statement: with or without its `:= by`, with what
    stands before it. Raises what `open_prover` does, and `InputError` for a text without a theorem.
    """

    async def work() -> Result:
        async with open_prover(policy=policy, lean=lean, project=project, limit=limit) as prover:
            return await prover.prove(theorem, seed=seed)

    return _run(work)


def verify(
    theorem: Theorem | str,
    script: str,
    *,
    lean: str = AUTOMATIC,
    project: Path | str | None = None,
) -> Verification:
    """Whether a fresh Lean accepts the theorem with the tactic script in its hole."""

    async def work() -> Verification:
        async with open_prover(lean=lean, project=project) as prover:
            return await prover.verify(_theorem(theorem), script)

    return _run(work)


def check_file(
    file: Path | str, *, lean: str = AUTOMATIC, project: Path | str | None = None
) -> FileReport:
    """What Lean says of a file: its messages, its declarations with their axioms, its holes."""
    read = LeanFile.read(Path(file))

    async def work() -> FileReport:
        async with open_prover(lean=lean, project=project, file=read) as prover:
            return await prover.check(read, seconds=SECONDS)

    return _run(work)


def prove_file(
    file: Path | str,
    *,
    limit: Limit | None = None,
    policy: str = "builtin",
    lean: str = AUTOMATIC,
    project: Path | str | None = None,
    workers: int = 1,
    write: bool = False,
) -> list[Result]:
    """How the search for each hole of a file ended, in the order of the holes.

    With `write`, the proofs are put into the file, if Lean accepts all of it so; raises
    `ProverError` where it does not, and then the file is as it was.
    """
    read = LeanFile.read(Path(file))

    async def work() -> list[Result]:
        opened = open_prover(
            policy=policy, lean=lean, project=project, limit=limit, workers=workers, file=read
        )
        async with opened as prover:
            return await prover.prove_file(read, limit=limit, workers=workers, write=write)

    return _run(work)


def _theorem(theorem: Theorem | str) -> Theorem:
    return stated(theorem).theorem if isinstance(theorem, str) else theorem


def _run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Runs it in an event loop of its own. Raises `RuntimeError` inside of a running one."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work())
    raise RuntimeError("an event loop is running: use `async with prover.open_prover() as p:`")
