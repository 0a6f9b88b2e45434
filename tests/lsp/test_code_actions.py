"""The code actions, with a real service behind which Lean is scripted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from prover.lsp.documents import Edit
from prover.service.discovery import ServiceSocket
from prover.service.service_launcher import ServiceLauncher
from tests.lsp.scripted_editor import CAPABILITIES, URI, Editor, editing, nowhere
from tests.lsp.server import TRY_THIS
from tests.search.scripted import ScriptedVerifier, Tree
from tests.service.scripted_service import Scripted, Served, StuckLean, serving

PROVE, SUGGEST, ALL = "Prove this goal", "Suggest tactics", "Prove all sorries in this file"
ONE = "theorem 𝔸ℓ (p : Prop) : p := by\n  sorry\n"
TWO = "theorem a : 1 = 1 := by\n  sorry\n\ntheorem b : 1 = 1 := by sorry\n\ndef c := 1\n"
TREE: Tree = {"root": {"𝔸ℓ": "closed", "split": "left right", "bad": "error"}}


@asynccontextmanager
async def opened(
    folder: Path,
    text: str = ONE,
    scripted: Scripted | None = None,
    settings: dict[str, Any] | None = None,
    **capabilities: Any,
) -> AsyncIterator[tuple[Editor, Served]]:
    """An editor with a document, and the service that its proxy uses."""
    async with (
        serving((scripted or Scripted(TREE)).opened, **(settings or {})) as served,
        editing(folder, ServiceLauncher(ServiceSocket(Path(served.address.socket)))) as (editor, _),
    ):
        await editor.initialize({**CAPABILITIES, **capabilities})
        editor.open(text)
        yield editor, served


def titles(actions: list[dict[str, Any]]) -> list[str]:
    return [action["title"] for action in actions]


async def test_actions_are_offered_where_a_hole_is_near(tmp_path: Path) -> None:
    async with opened(tmp_path, TWO) as (editor, _):
        assert titles(await editor.actions(0)) == [PROVE, SUGGEST, ALL]
        assert titles(await editor.actions(1)) == [TRY_THIS["title"], PROVE, SUGGEST, ALL]
        assert await editor.actions(5) == []
        assert await editor.actions(1, only=["source.organizeImports"]) == [TRY_THIS]
        assert len(await editor.actions(1, only=["quickfix"])) == 4
        editor.edit([Edit(TWO.index("sorry"), TWO.index("sorry") + 5, "rfl")])
        assert titles(await editor.actions(1)) == [TRY_THIS["title"]]
        assert titles(await editor.actions(3)) == [PROVE, SUGGEST]
        editor.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
        assert await editor.actions(3) == []


async def test_a_goal_is_proved(tmp_path: Path) -> None:
    async with opened(tmp_path) as (editor, _):
        await editor.choose(PROVE, 1, 4)
        edit = await editor.until("workspace/applyEdit")
        [change] = edit["edit"]["documentChanges"]
        assert change["textDocument"] == {"uri": URI, "version": 1}
        end = await editor.until("$/progress", kind="end")
        assert end["message"] == "proved 1 of 1"
        assert editor.document.text == ONE.replace("sorry", "𝔸ℓ")
        begin = await editor.until("$/progress", kind="begin")
        assert (begin["title"], begin["cancellable"]) == (PROVE, True)
        record = editor.record.read_text()
        assert "codeAction/resolve" not in record
        assert "executeCommand" not in record
        assert "prover:" not in record


async def test_utf16_columns_and_line_ends_are_the_documents_own(tmp_path: Path) -> None:
    text = "theorem 𝔸 (𝔹 : Prop) : 𝔹 := by sorry\r\n-- 𝔹\r\n"
    scripted = Scripted({"root": {"a": "left"}, "left": {"b": "closed"}})
    async with opened(tmp_path, text, scripted) as (editor, _):
        editor.edit([Edit(text.index("-- 𝔹") + 4, len(text), "𝔹\r\n")])
        await editor.choose(PROVE, 0)
        await editor.until("$/progress", kind="end")
        expected = "theorem 𝔸 (𝔹 : Prop) : 𝔹 := by\r\n  a\r\n  b\r\n-- 𝔹𝔹\r\n"
        assert editor.document.text == expected


async def test_all_goals_are_proved_each_with_an_edit_of_its_own(tmp_path: Path) -> None:
    async with opened(tmp_path, TWO) as (editor, _):
        await editor.choose(ALL, 3)
        await editor.until("$/progress", message="proved 2 of 2")
        edits = [one["params"] for one in editor.said if one["method"] == "workspace/applyEdit"]
        changes = [edit["edit"]["documentChanges"][0] for edit in edits]
        assert [len(change["edits"]) for change in changes] == [1, 1]
        assert [change["textDocument"]["version"] for change in changes] == [1, 2]
        assert editor.document.text == TWO.replace("sorry", "𝔸ℓ")
        assert not any(message["method"] == "window/showMessage" for message in editor.said)


async def test_what_is_not_proved_is_told(tmp_path: Path) -> None:
    async with opened(tmp_path, TWO, Scripted({"root": {"bad": "error"}})) as (editor, _):
        await editor.choose(ALL, 1)
        said = await editor.until("window/showMessage")
        why = "no proof found; 1 tactic tried. Nothing is left to try."
        told = f"Proved 0 of 2; lines 2 and 4 are left. Line 2: {why} Line 4: {why}"
        assert said["message"] == f"prover: {told}"
        assert editor.document.text == TWO


async def test_a_refused_proof_is_told_with_its_script(tmp_path: Path) -> None:
    scripted = Scripted({"root": {"bad": "closed"}}, verifier=ScriptedVerifier(refused={"bad"}))
    async with opened(tmp_path, ONE, scripted) as (editor, _):
        await editor.choose(PROVE, 1)
        said = await editor.until("window/showMessage")
        assert "Line 2: A proof was found and refused: no. " in said["message"]
        assert said["message"].endswith("The script was:\nbad\n")
        assert editor.document.text == ONE


async def test_a_suggestion_is_chosen_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as (editor, _):
        editor.answers["window/showMessageRequest"] = lambda question: question["actions"][1]
        await editor.choose(SUGGEST, 1)
        asked = await editor.until("window/showMessageRequest")
        assert titles(asked["actions"]) == ["𝔸ℓ (closes the goal)", "split (leaves 2 goals)"]
        await editor.until("workspace/applyEdit")
        assert editor.document.text == ONE.replace("sorry", "split\n  · sorry\n  · sorry")


async def test_suggestions_are_code_actions_while_they_hold(tmp_path: Path) -> None:
    async with opened(tmp_path) as (editor, _):
        await editor.choose(SUGGEST, 1)
        await editor.until("window/showMessageRequest")
        editor.edit([Edit(len(ONE), len(ONE), "\n-- behind it")])
        found = await editor.actions(1)
        names = ["𝔸ℓ (closes the goal)", "split (leaves 2 goals)", PROVE, SUGGEST]
        assert titles(found) == [TRY_THIS["title"], *names]
        resolved = (await editor.request("codeAction/resolve", found[1]))["result"]
        assert resolved == found[1]
        assert editor.apply({"edit": resolved["edit"]}) == {"applied": True}
        assert editor.document.text.startswith(ONE.replace("sorry", "𝔸ℓ"))
        assert titles(await editor.actions(1)) == [TRY_THIS["title"]]


async def test_suggestions_for_another_text_are_no_code_actions(tmp_path: Path) -> None:
    async with opened(tmp_path) as (editor, _):
        await editor.choose(SUGGEST, 1)
        await editor.until("window/showMessageRequest")
        editor.edit([Edit(ONE.index("p : Prop"), ONE.index("p : Prop") + 1, "q")])
        assert titles(await editor.actions(1)) == [TRY_THIS["title"], PROVE, SUGGEST]


@asynccontextmanager
async def stuck(folder: Path, verb: str = PROVE) -> AsyncIterator[tuple[Editor, StuckLean, Served]]:
    """An editor whose action is under way, and will never be done."""
    lean = StuckLean(TREE)
    async with opened(folder, TWO, Scripted(TREE, lean)) as (editor, served):
        await editor.choose(verb, 1)
        await editor.until("$/progress", kind="begin")
        await served.until(lambda: lean.running == 1)
        yield editor, lean, served


async def test_closing_the_file_and_shutting_down_end_the_work(tmp_path: Path) -> None:
    async with stuck(tmp_path) as (editor, lean, served):
        editor.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
        await served.until(lambda: lean.stopped == 1)
    async with stuck(tmp_path) as (editor, lean, served):
        assert (await editor.request("shutdown", None))["result"] is None
        await served.until(lambda: lean.stopped == 1)


async def test_another_file_may_be_edited(tmp_path: Path) -> None:
    async with stuck(tmp_path) as (editor, lean, _):
        other = {"textDocument": {"uri": URI + "x", "version": 2}, "contentChanges": []}
        editor.notify("textDocument/didChange", other)
        await editor.request("test/echo", {})
        assert lean.running == 1


async def test_the_progress_can_be_cancelled(tmp_path: Path) -> None:
    async with stuck(tmp_path) as (editor, lean, served):
        token = (await editor.until("$/progress", kind="begin"))["token"]
        editor.notify("window/workDoneProgress/cancel", {"token": token})
        await editor.until("$/progress", kind="end", message="stopped")
        await served.until(lambda: lean.stopped == 1)
        assert b"workDoneProgress/cancel" not in editor.record.read_bytes()


async def test_a_request_with_a_token_is_answered_at_the_end(tmp_path: Path) -> None:
    async with opened(tmp_path) as (editor, _):
        action = await editor.action(PROVE, 1)
        params = {**action["command"], "workDoneToken": "mine"}
        answer = await editor.request("workspace/executeCommand", params)
        assert answer["result"] is None
        assert editor.document.text == ONE.replace("sorry", "𝔸ℓ")
        assert (await editor.until("$/progress", kind="end"))["token"] == "mine"
        assert not any("create" in message["method"] for message in editor.said)


@pytest.mark.parametrize(("by", "code"), [("request", -32800), ("edit", -32801)])
async def test_a_request_with_a_token_is_cancelled(tmp_path: Path, by: str, code: int) -> None:
    lean = StuckLean(TREE)
    async with opened(tmp_path, ONE, Scripted(TREE, lean)) as (editor, served):
        action = await editor.action(PROVE, 1)
        params = {**action["command"], "workDoneToken": 7}
        id, answer = editor.ask("workspace/executeCommand", params)
        await served.until(lambda: lean.running == 1)
        if by == "request":
            editor.notify("$/cancelRequest", {"id": id})
        else:
            editor.edit([Edit(ONE.index("sorry"), len(ONE), "rfl")])
        assert (await asyncio.wait_for(answer, 20))["error"]["code"] == code
        await served.until(lambda: lean.stopped == 1)
        assert b"cancelRequest" not in editor.record.read_bytes()


async def test_an_action_for_an_older_version_is_not_begun(tmp_path: Path) -> None:
    async with opened(tmp_path) as (editor, _):
        action = await editor.action(PROVE, 1)
        editor.edit([Edit(0, 0, "\n")])
        await editor.request("workspace/executeCommand", action["command"])
        said = await editor.until("window/showMessage")
        assert "the file has changed" in said["message"]


async def test_an_edit_that_the_editor_refuses_is_told(tmp_path: Path) -> None:
    async with opened(tmp_path) as (editor, _):
        editor.answers["workspace/applyEdit"] = lambda _: {
            "applied": False,
            "failureReason": "because",
        }
        await editor.choose(PROVE, 1)
        said = await editor.until("window/showMessage")
        message = "prover: Line 2: the edit was not made: because. The script was:\n𝔸ℓ\n"
        assert said["message"] == message


async def test_an_editor_without_progress_gets_none(tmp_path: Path) -> None:
    async with opened(tmp_path, window={}) as (editor, _):
        await editor.choose(PROVE, 1)
        await editor.until("workspace/applyEdit")
        assert not any("rogress" in message["method"] for message in editor.said[3:])


async def test_a_service_that_goes_away_is_told(tmp_path: Path) -> None:
    async with stuck(tmp_path) as (editor, _, served):
        served.stop.cancel()
        said = await editor.until("window/showMessage")
        assert "Line 2: " in said["message"] or "went away" in said["message"]
        await editor.until("$/progress", kind="end")
        assert (await editor.request("test/echo", {}))["result"] == {}


async def test_a_service_that_can_not_be_started_is_told(tmp_path: Path) -> None:
    async with editing(tmp_path, nowhere(tmp_path)) as (editor, _):
        await editor.initialize()
        editor.open(ONE)
        await editor.choose(PROVE, 1)
        said = await editor.until("window/showMessage")
        assert "The service could not be started" in said["message"]
        assert "`--socket`. Start it by hand" in said["message"]
        assert "prover serve" in said["message"]
        assert (await editor.request("test/echo", {}))["result"] == {}
