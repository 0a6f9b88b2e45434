"""A real server on a real socket, with a scripted Lean behind it."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx2

from prover.api import Prover, assemble
from prover.file_check import FileReport
from prover.lean.backends import LeanSpec
from prover.lean.interface import Outcome
from prover.lean_file import LeanFile
from prover.policy.blocklist import exclude_theorems
from prover.policy.factory import open_policy
from prover.policy.spec import parse
from prover.search.budget import Limit
from prover.search.engine import search
from prover.service.client import KEPT
from prover.service.discovery import SOCKET, ServiceAddress, ServiceSocket
from prover.service.http.access_control import AccessRules
from prover.service.http.app import serve
from prover.service.service import Service, Settings
from tests.incremental import verifiers
from tests.search.scripted import Lean, Policy, ScriptedVerifier, Tree
from tests.test_lean_file import holes_of

Json = dict[str, Any]

TREE: Tree = {
    "root": {"bad": "error", "split": "left right", "same": "left right", "slow": "late"},
    "left": {"done": "closed"},
    "right": {"done": "closed"},
}
THEOREM = {"theorem": {"statement": "theorem t : 1 = 1 := by"}}


@dataclass
class StuckLean(Lean):
    """A Lean that never comes back from a tactic."""

    stopped: int = 0

    async def run(self, *_: object) -> list[Outcome]:
        """Runs for ever."""
        self.running += 1
        try:
            return await asyncio.Future()
        finally:
            self.running -= 1
            self.stopped += 1


@dataclass
class Scripted:
    """The parts of a prover that does as it is told."""

    tree: Tree = field(default_factory=lambda: TREE)
    lean: Lean | None = None
    verifier: ScriptedVerifier = field(default_factory=ScriptedVerifier)
    policy: Policy | None = None
    sessions: int = 0
    """How many are open."""

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Lean]:
        """A session with Lean."""
        self.sessions += 1
        try:
            yield self.lean or Lean(self.tree)
        finally:
            self.sessions -= 1

    async def check(self, file: LeanFile, *, seconds: float, audits: bool = True) -> FileReport:  # noqa: ARG002
        """A report with the holes of the file."""
        await asyncio.sleep(0)
        return FileReport((), (), tuple(holes_of(file.text)))

    async def look(self, file: LeanFile, line: int) -> FileReport:  # noqa: ARG002
        """The same."""
        return await self.check(file, seconds=1.0)

    def search(self, *, limit: Limit, avoid: Collection[str] = (), seed: int = 0) -> Any:
        """Searches as the real ones do."""

        async def events(theorem: Any, verify: Any) -> Any:
            async with self.session() as session:
                policy = exclude_theorems(self.parts.policy, avoid)
                found = search(theorem, session, policy, verify, limit=limit, seed=seed)
                async with aclosing(found):
                    async for event in found:
                        yield event

        return events

    @property
    def parts(self) -> Prover:
        """All of it."""
        policy = self.policy or Policy(self.tree)
        return Prover(
            policy,
            self.search,
            self.session,
            self.check,
            self.look,
            self.verifier,
            lambda: verifiers(self.verifier),
            Limit(),
            "4.0.0",
        )

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Prover]:
        """As `prover.api.assemble`."""
        yield self.parts


@dataclass
class Served:
    """A running service, with clients for both of its sockets."""

    service: Service
    address: ServiceAddress
    unix: httpx2.AsyncClient
    tcp: httpx2.AsyncClient
    stop: asyncio.Task[None]

    async def post(self, path: str, body: Mapping[str, Any], client: str = "") -> httpx2.Response:
        """The whole answer, over the Unix socket."""
        headers = {"Prover-Client": client} if client else {}
        return await self.unix.post(path, json=body, headers=headers)

    async def events(self, path: str, body: Mapping[str, Any], client: str = "") -> list[Json]:
        """The events of a request that is taken."""
        answer = await self.post(path, body, client)
        assert answer.status_code == 200, answer.text
        return events_of(answer)

    async def until(self, condition: Any, seconds: float = 5.0) -> float:
        """Waits until it holds; the seconds that it took."""
        clock = asyncio.get_running_loop().time
        began = clock()
        while not condition():
            assert clock() - began < seconds, "it did not come about"
            await asyncio.sleep(0.002)
        return clock() - began


@asynccontextmanager
async def serving_lean(seconds: float) -> AsyncIterator[Served]:
    """A service that is ready, with one embedded Lean and the built-in policy."""
    limit = Limit(seconds=seconds)
    policy = partial(open_policy, parse("builtin"))
    parts = partial(assemble, policy, lean=LeanSpec("embedded"), limit=limit)
    async with serving(parts, limit=limit) as served:
        await served.service.opening.parts()
        yield served


def events_of(answer: httpx2.Response) -> list[Json]:
    """The events in an answer."""
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def short_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder whose sockets have paths that are short enough."""
    return tempfile.TemporaryDirectory(prefix="ps")


@asynccontextmanager
async def serving(
    make: Any = None, *, rules: AccessRules | None = None, **settings: Any
) -> AsyncIterator[Served]:
    """A service of these parts (scripted ones by default) until the end of the block."""
    service = Service(make or Scripted().opened, Settings(**settings))
    loop = asyncio.get_running_loop()
    started: asyncio.Future[ServiceAddress] = loop.create_future()
    with short_folder() as folder:
        place = ServiceSocket(Path(folder) / SOCKET)
        task = asyncio.create_task(
            serve(service, place, port=0, rules=rules, started=started.set_result)
        )
        task.add_done_callback(lambda _: started.done() or started.cancel())
        address = await started
        # No certificates are read, which takes longer than all else here.
        over_unix = httpx2.AsyncHTTPTransport(uds=address.socket, verify=False, limits=KEPT)
        over_tcp = httpx2.AsyncHTTPTransport(verify=False, limits=KEPT)
        base_url = f"http://127.0.0.1:{address.port}"
        async with (
            httpx2.AsyncClient(
                transport=over_unix, base_url="http://localhost", timeout=60
            ) as unix,
            httpx2.AsyncClient(transport=over_tcp, base_url=base_url) as tcp,
        ):
            yield Served(service, address, unix, tcp, task)
        task.cancel()
        await asyncio.wait({task})
