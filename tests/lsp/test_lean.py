"""The code actions with a real service and Lean, and `prover lsp` as editors start it."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from prover.lean.process import Command
from prover.lsp.documents import Edit
from prover.lsp.framing import BUFFER
from prover.service.discovery import SOCKET, ServiceSocket
from prover.service.service_launcher import ServiceLauncher
from tests.cli.conftest import PROGRAM
from tests.lsp.scripted_editor import CAPABILITIES, SERVER, URI, Editor, editing
from tests.lsp.test_code_actions import ALL, PROVE, SUGGEST
from tests.service.scripted_service import Served, short_folder

PATIENCE = 300.0
pytestmark = pytest.mark.lean

WORLD = """theorem world (p q : Prop) (hp : p) (hq : q) : p ∧ q := by
  have h : p := by
    sorry
  exact ⟨h, sorry⟩
"""
TEXT = f"theorem 𝔸 (a b : Nat) (h : a < b) : a + 1 ≤ b := by\n  sorry\n\n{WORLD}"
HARD = "theorem t (f : Nat → Nat) (h : ∀ n, f (n + 1) > f (f n)) : ∀ n, f n = n := by\n  sorry\n"


@pytest.fixture
def keeper(served_lean: Served) -> ServiceLauncher:
    """Finds the service that runs."""
    return ServiceLauncher(ServiceSocket(Path(served_lean.address.socket)))


@asynccontextmanager
async def opened(folder: Path, keeper: ServiceLauncher, text: str) -> AsyncIterator[Editor]:
    async with editing(folder, keeper) as (editor, _):
        # Lean is loaded meanwhile, perhaps on a busy machine.
        editor.patience = PATIENCE
        await editor.initialize()
        editor.open(text)
        yield editor


async def test_all_goals_are_proved(tmp_path: Path, keeper: ServiceLauncher) -> None:
    async with opened(tmp_path, keeper, WORLD) as editor:
        await editor.choose(ALL, 2)
        await editor.until("$/progress", message="proved 2 of 2")
        assert "sorry" not in editor.document.text


async def test_tactics_are_suggested(tmp_path: Path, keeper: ServiceLauncher) -> None:
    async with opened(tmp_path, keeper, TEXT) as editor:
        editor.answers["window/showMessageRequest"] = lambda asked: asked["actions"][0]
        await editor.choose(SUGGEST, 1)
        asked = await editor.until("window/showMessageRequest")
        assert "closes the goal" in asked["actions"][0]["title"]
        await editor.until("workspace/applyEdit")
        assert "sorry" not in editor.document.text.split("\n")[1]


@pytest.mark.slow
@pytest.mark.parametrize("by", ["edit", "progress"])
async def test_work_is_cancelled(tmp_path: Path, keeper: ServiceLauncher, by: str) -> None:
    async with opened(tmp_path, keeper, HARD) as editor:
        await editor.choose(PROVE, 1)
        while not any("tactics" in str(message) for message in editor.said):
            await asyncio.sleep(0.05)
        if by == "edit":
            start = HARD.index("sorry")
            editor.edit([Edit(start, start + len("sorry"), "rfl")])
            await editor.until("$/progress", kind="end", message="the file has changed")
        else:
            token = (await editor.until("$/progress", kind="begin"))["token"]
            editor.notify("window/workDoneProgress/cancel", {"token": token})
            await editor.until("$/progress", kind="end", message="stopped")
        async with asyncio.timeout(10), keeper.client("tests") as client:
            while (await client.status())["running"]:
                await asyncio.sleep(0.05)
        assert editor.document.text == HARD.replace("sorry", "rfl" if by == "edit" else "sorry")


async def test_what_lean_can_not_read_is_told(tmp_path: Path, keeper: ServiceLauncher) -> None:
    text = "theorem t : nonsense := by\n  sorry\n"
    async with opened(tmp_path, keeper, text) as editor:
        await editor.choose(PROVE, 1)
        said = await editor.until("window/showMessage")
        assert "type of theorem `t` is not a proposition" in said["message"]


async def test_the_command_starts_a_service_that_proves_a_goal_and_ends_it(
    tmp_path: Path,
    lean_command: Command,  # noqa: ARG001
) -> None:
    with short_folder() as folder:
        place = ServiceSocket(Path(folder) / SOCKET)
        argv = [*PROGRAM, "lsp", "--socket", str(place.socket), "--"]
        argv += [sys.executable, str(SERVER), str(tmp_path / "record")]
        child = await asyncio.create_subprocess_exec(*argv, stdin=PIPE, stdout=PIPE, limit=BUFFER)
        assert child.stdin is not None
        assert child.stdout is not None
        editor = Editor(child.stdout, child.stdin, tmp_path / "record", patience=PATIENCE)
        listening = asyncio.create_task(editor.listen())
        await editor.initialize()
        editor.open(TEXT)
        await editor.choose(PROVE, 1, 3)
        await editor.until("$/progress", message="proved 1 of 1")
        lines, before = editor.document.text.split("\n"), TEXT.split("\n")
        assert lines[1] != before[1]
        assert "sorry" not in lines[1]
        assert [lines[0], *lines[-6:]] == [before[0], *before[-6:]]
        assert place.running
        await editor.request("shutdown", None)
        editor.notify("exit", None)
        assert await asyncio.wait_for(child.wait(), 30) == 0
        await listening
        assert not place.running


@pytest.mark.skipif(
    "TEST_LEAN_PROJECT" not in os.environ, reason="no native Lean: set TEST_LEAN_PROJECT"
)
async def test_lakes_own_server(tmp_path: Path, keeper: ServiceLauncher) -> None:
    (tmp_path / "lakefile.toml").write_text('name = "demo"\n')
    file = tmp_path / "Demo.lean"
    file.write_text(TEXT)
    argv = ["lake", "--dir", str(tmp_path), "serve", "--"]
    async with editing(tmp_path, keeper, command=argv) as (editor, _):
        found = await editor.initialize({**CAPABILITIES, "lean": {"silentDiagnosticSupport": True}})
        assert found["hoverProvider"]
        editor.patience = PATIENCE
        editor.open(TEXT)
        wait = {"uri": URI, "version": 1}
        assert (await editor.request("textDocument/waitForDiagnostics", wait))["result"] == {}
        await editor.choose(PROVE, 1, 3)
        await editor.until("$/progress", message="proved 1 of 1")
        wait = {"uri": URI, "version": 2}
        assert (await editor.request("textDocument/waitForDiagnostics", wait))["result"] == {}
