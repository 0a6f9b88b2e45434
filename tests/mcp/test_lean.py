"""The tools of `prover mcp`, with a real service and the embedded Lean."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.types import TextContent

from prover.mcp.background_runs import BackgroundRuns
from prover.mcp.server import WAIT_SECONDS, ProverTools
from prover.service.discovery import ServiceSocket
from prover.service.service_launcher import ServiceLauncher
from tests.cli.conftest import PROGRAM
from tests.service.scripted_service import Served

pytestmark = pytest.mark.lean

TEXT = "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q := by\n  sorry\n"
HARD = "theorem t (f : Nat → Nat) (h : ∀ n, f (n + 1) > f (f n)) : ∀ n, f n = n := by sorry"
Json = dict[str, Any]


@pytest.fixture
def keeper(served_lean: Served) -> ServiceLauncher:
    """Finds the service that runs."""
    return ServiceLauncher(ServiceSocket(Path(served_lean.address.socket)))


def as_users_start_it(root: Path, keeper: ServiceLauncher) -> StdioServerParameters:
    arguments = [*PROGRAM[1:], "mcp", "--root", str(root), "--socket", str(keeper.place.socket)]
    # The package's client passes only a few variables on, which leaves out where Python looks.
    return StdioServerParameters(command=PROGRAM[0], args=arguments, env=dict(os.environ))


@asynccontextmanager
async def connected(
    root: Path, keeper: ServiceLauncher, seconds: float = WAIT_SECONDS
) -> AsyncIterator[Client]:
    """A client of the tools in this process, which answer within so many seconds."""
    async with (
        BackgroundRuns(keeper) as searches,
        Client(ProverTools(searches, root, seconds).server()) as client,
    ):
        yield client


async def answer(client: Client, tool: str, **arguments: Any) -> Json:
    """What a tool answers that succeeds."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    content: Json | None = result.structured_content
    assert content is not None
    return content


async def failure(client: Client, tool: str, **arguments: Any) -> str:
    """What a tool says that fails."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


async def test_tools_answer_with_what_lean_accepts(tmp_path: Path, keeper: ServiceLauncher) -> None:
    (tmp_path / "Demo.lean").write_text(TEXT)
    async with Client(as_users_start_it(tmp_path, keeper)) as client:
        tools = (await client.list_tools()).tools
        assert {tool.name for tool in tools} == {"prove_goal", "suggest_tactics", "check_proof"}
        assert all(tool.description and "Example: {" in tool.description for tool in tools)
        told: list[str | None] = []

        async def tell(progress: float, total: float | None, message: str | None) -> None:  # noqa: ARG001
            told.append(message)

        place = {"file": "Demo.lean", "line": 2, "column": 2}
        result = await client.call_tool("prove_goal", place, progress_callback=tell)
        proof = result.structured_content
        assert proof is not None
        while proof["status"] == "still_searching":
            proof = await answer(client, "prove_goal", run=proof["run"])
        assert (proof["status"], proof["edit"]["start_line"]) == ("proved", 2)
        assert told

        script = proof["script"]
        assert (await answer(client, "check_proof", text=TEXT))["status"] == "refused"
        proved = TEXT.replace("sorry", script.replace("\n", "\n  "))
        assert (await answer(client, "check_proof", text=proved))["status"] == "accepted"

        goal = "n : Nat\n⊢ n + 0 = n"
        found = await answer(client, "suggest_tactics", goal=goal, top=2, seconds=45)
        assert any(one["closes"] for one in found["suggestions"])


async def test_two_calls_at_once(tmp_path: Path, keeper: ServiceLauncher) -> None:
    right = {"statement": "theorem a (n : Nat) : 0 + n = n := by", "script": "simp"}
    wrong = {"statement": "theorem b (n : Nat) : n + 1 = n := by", "script": "simp"}
    async with connected(tmp_path, keeper) as client:
        answers = await asyncio.gather(
            answer(client, "check_proof", **right), answer(client, "check_proof", **wrong)
        )
    assert [one["status"] for one in answers] == ["accepted", "refused"]
    assert "unsolved goals" in answers[1]["message"]


async def test_a_long_search_answers_in_time_and_can_be_cancelled(
    tmp_path: Path, keeper: ServiceLauncher
) -> None:
    async with connected(tmp_path, keeper, 1.0) as client:
        still = await answer(client, "prove_goal", statement=HARD, seconds=300)
        assert (still["status"], still["script"]) == ("still_searching", None)
        call = asyncio.create_task(answer(client, "prove_goal", run=still["run"]))
        await asyncio.sleep(0.3)
        call.cancel()
        await asyncio.wait([call])
        said = await failure(client, "prove_goal", run=still["run"])
        assert "was cancelled" in said
        slow = "theorem t : True := by\n  sleep 20000\n  trivial\n"
        assert (await answer(client, "check_proof", text=slow))["status"] == "limit"
        async with keeper.client("tests") as service:
            async with asyncio.timeout(20):
                while (await service.status())["running"]:
                    await asyncio.sleep(0.1)


async def test_bad_input_is_told_with_what_to_do(tmp_path: Path, keeper: ServiceLauncher) -> None:
    async with connected(tmp_path, keeper) as client:
        assert "give `file`, `line` and `column`" in await failure(client, "prove_goal")
        assert "no run `x`" in await failure(client, "prove_goal", run="x")
        assert "no Lean file A.lean" in await failure(client, "check_proof", file="A.lean")
        outside = await failure(client, "check_proof", file="../A.lean")
        assert "leads out" in outside
        assert "line" in await failure(client, "prove_goal", text=TEXT, line=0)
        both = await failure(client, "suggest_tactics", text=TEXT, goal="⊢ True")
        assert "`text` and `goal` was given" in both


def test_standard_output_holds_the_protocol_only(tmp_path: Path, keeper: ServiceLauncher) -> None:
    program = as_users_start_it(tmp_path, keeper)
    client = {"name": "test", "version": "1"}
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}
    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
    done = subprocess.run(
        [program.command, *program.args],
        input=json.dumps(message).encode() + b"\n",
        capture_output=True,
        timeout=60,
        check=False,
    )
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["result"]["serverInfo"]["name"] == "prover"
    assert done.returncode == 0
