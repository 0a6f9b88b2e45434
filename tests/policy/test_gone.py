"""A server that goes away in the middle of searches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from prover.errors import SetupError
from prover.lean.interface import Outcome
from prover.policy.factory import open_policy
from prover.policy.policy import Policy
from prover.policy.remote.client_config import VARIABLE
from prover.policy.spec import parse
from prover.search.engine import search
from prover.search.result import Result, Status
from tests.policy.fake_server import Answer, FakeServer, Request, choice, choices
from tests.search.scripted import THEOREM, Lean, ScriptedVerifier, Tree

TREE: Tree = {"root": {"step": "next"}, "next": {"close": "closed"}}
BROKEN: Tree = {"root": {"step": "broken"}, "broken": {}}


@pytest_asyncio.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeServer]:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with FakeServer() as server:
        server.script("completions", answer)
        yield server


def answer(request: Request) -> Answer:
    """The tactics of the tree; it fails for the state `broken`."""
    if "⊢ broken" in request.body["prompt"]:
        return Answer("out of memory", 507)
    return choices(choice("step", -0.5), choice("close", -0.7))


async def result(tree: Tree, policy: Policy) -> Result:
    *_, last = [event async for event in search(THEOREM, Lean(tree), policy, ScriptedVerifier())]
    assert isinstance(last, Result)
    return last


@pytest.mark.parametrize("others", ["", "+builtin"])
async def test_it_ends_the_searches_that_need_it_and_no_others(
    server: FakeServer, others: str
) -> None:
    name = f"endpoint:{server.url}"
    async with open_policy(parse(f"mix:{name}{others}")) as policy:
        good, broken, again = await asyncio.gather(
            result(TREE, policy), result(BROKEN, policy), result(TREE, policy)
        )
    assert good.status is again.status is Status.PROVED
    assert not good.unavailable
    if others:
        assert broken.status is Status.EXHAUSTED
        return
    assert broken.status is Status.ERROR
    assert broken.unavailable
    assert broken.to_json()["unavailable"] is True
    assert "answers with status 507: out of memory" in broken.message
    assert "See what the server writes" in broken.hint
    assert broken.counters.tactics == 2


async def test_a_lean_that_can_not_be_started_still_ends_everything(server: FakeServer) -> None:
    class Missing(Lean):
        async def run(self, *_: object) -> list[Outcome]:
            raise SetupError("Lean is gone")

    async with open_policy(parse(f"mix:endpoint:{server.url}")) as policy:
        with pytest.raises(SetupError, match="Lean is gone"):
            async for _ in search(THEOREM, Missing(TREE), policy, ScriptedVerifier()):
                pass
