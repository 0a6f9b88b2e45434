"""What goes on in the file while work is under way: stopping it, edits, undoing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from prover.errors import InputError
from prover.lean.interface import Outcome, State
from prover.lsp.documents import Edit
from prover.theorem import Theorem
from tests.lsp.scripted_editor import URI, Editor
from tests.lsp.server import TRY_THIS
from tests.lsp.test_code_actions import ALL, PROVE, SUGGEST, opened, titles
from tests.search.scripted import Lean, Tree
from tests.service.scripted_service import Scripted, Served

TREE: Tree = {"root": {"step": "next"}, "next": {"done": "closed"}}
PROOF = "\n  step\n  done"
THREE = """theorem one : 1 = 1 := by
  sorry

theorem two : 2 = 2 := by
  sorry

-- between

theorem three : 3 = 3 := by
  sorry
"""


@dataclass
class HeldLean(Lean):
    """A Lean that does not come back from the tactics of some theorems until it is let go."""

    held_up: frozenset[str] = frozenset({"two"})
    problem: str = ""
    """What is wrong with the theorem `one`."""
    asked: list[Theorem] = field(default_factory=list)
    go: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0
    cancelled: int = 0

    async def open(self, theorem: Theorem) -> State:
        """Opens a theorem."""
        self.asked.append(theorem)
        if self.problem and theorem.name == "one":
            raise InputError(self.problem)
        return await super().open(theorem)

    async def run(self, *asked: Any) -> list[Outcome]:
        """Runs tactics, once it may."""
        if self.asked[-1].name in self.held_up:
            self.waiting += 1
            try:
                await self.go.wait()
            except asyncio.CancelledError:
                self.cancelled += 1
                raise
            finally:
                self.waiting -= 1
        return await super().run(*asked)


@dataclass
class Scene:
    """An editor whose action is under way, and held up at the theorem `two`."""

    editor: Editor
    lean: HeldLean
    served: Served

    def edit(self, old: str, new: str) -> None:
        """The user writes something instead of what stands in the file once."""
        start = self.text.index(old)
        self.editor.edit([Edit(start, start + len(old), new)])

    async def stop(self, title: str, line: int) -> None:
        """Chooses the code action that stops the work, which comes first."""
        first, *_ = await self.editor.actions(line)
        assert first["title"] == title
        await self.editor.request("workspace/executeCommand", first["command"])

    async def until(self, condition: Callable[[], Any]) -> None:
        """Waits until it holds."""
        await self.served.until(condition, 10)

    @property
    def text(self) -> str:
        """What stands in the editor."""
        return self.editor.document.text


@asynccontextmanager
async def held(
    folder: Path,
    verb: str,
    line: int,
    text: str = THREE,
    lean: HeldLean | None = None,
    **settings: Any,
) -> AsyncIterator[Scene]:
    """An action chosen on a line, which waits for the proof of the theorem `two`."""
    lean = lean or HeldLean(TREE)
    scripted = Scripted(TREE, lean)
    async with opened(folder, text, scripted, settings=settings) as (editor, served):
        scene = Scene(editor, lean, served)
        await editor.choose(verb, line)
        await scene.until(lambda: lean.waiting)
        yield scene


def filled(text: str, *names: str) -> str:
    """The text with the proofs of some of its theorems."""
    for name in names:
        start = text.index("sorry", text.index(f"theorem {name}"))
        text = f"{text[:start].rstrip()}{PROOF}{text[start + 5 :]}"
    return text


@pytest.mark.parametrize(
    ("verb", "title"),
    [(PROVE, "Stop proving line 5"), (SUGGEST, "Stop suggesting tactics for line 5")],
)
async def test_work_for_a_hole_is_stopped_by_a_code_action(
    tmp_path: Path, verb: str, title: str
) -> None:
    async with held(tmp_path, verb, 4) as scene:
        rest = [one for one in (PROVE, SUGGEST, ALL) if one != verb]
        assert titles(await scene.editor.actions(4)) == [title, *rest]
        elsewhere = [TRY_THIS["title"], PROVE, SUGGEST, ALL, title]
        assert titles(await scene.editor.actions(1)) == elsewhere
        assert titles(await scene.editor.actions(7)) == [title]
        scene.edit("-- between", "\n\n-- between")
        await scene.stop(title, 4)
        await scene.editor.until("$/progress", kind="end", message="stopped")
        await scene.until(lambda: scene.lean.cancelled)
        assert titles(await scene.editor.actions(4)) == [PROVE, SUGGEST, ALL]
        assert b"executeCommand" not in scene.editor.record.read_bytes()


@pytest.mark.parametrize("line", [0, 4, 6, 9])
async def test_proving_all_is_stopped_anywhere_and_what_is_proved_stays(
    tmp_path: Path, line: int
) -> None:
    async with held(tmp_path, ALL, 1) as scene:
        await scene.stop("Stop proving all sorries", line)
        await scene.editor.until("$/progress", kind="end", message="stopped; proved 1")
        await scene.until(lambda: scene.lean.cancelled)
        assert scene.text == filled(THREE, "one")


async def test_what_has_ended_is_stopped_without_a_word(tmp_path: Path) -> None:
    async with held(tmp_path, PROVE, 4) as scene:
        [stop] = await scene.editor.actions(7)
        scene.lean.go.set()
        await scene.editor.until("$/progress", message="proved 1 of 1")
        answer = await scene.editor.request("workspace/executeCommand", stop["command"])
        assert answer["result"] is None
        assert not any(one["method"] == "window/showMessage" for one in scene.editor.said)


async def test_a_proof_is_in_the_file_before_the_next_is_looked_for(tmp_path: Path) -> None:
    async with held(tmp_path, ALL, 1) as scene:
        assert scene.text == filled(THREE, "one")
        scene.lean.go.set()
        await scene.editor.until("$/progress", message="proved 3 of 3")
        assert scene.text == filled(THREE, "one", "two", "three")
        assert [theorem.name for theorem in scene.lean.asked] == ["one", "two", "three"]
        assert "sorry" not in scene.lean.asked[2].header
        assert scene.lean.asked[2].source == "Demo.lean:12"


async def test_one_hole_that_stays_open_keeps_nothing_back(tmp_path: Path) -> None:
    text = THREE.replace("2 = 2", "2 = 3")
    async with held(tmp_path, ALL, 1, text) as scene:
        scene.lean.tree = {"root": {"bad": "error"}}
        scene.lean.go.set()
        said = await scene.editor.until("window/showMessage")
        assert said["message"].startswith("prover: Proved 1 of 3; lines 6 and 11 are left.")
        assert scene.text == filled(text, "one")


@pytest.mark.parametrize("verb", [PROVE, ALL])
async def test_an_edit_behind_the_declaration_changes_nothing(tmp_path: Path, verb: str) -> None:
    async with held(tmp_path, verb, 4) as scene:
        scene.edit("-- between", "-- More\n\ndef between := 1")
        scene.edit("theorem three", "theorem third")
        await scene.editor.request("test/echo", {})
        scene.lean.go.set()
        await scene.editor.until("$/progress", kind="end")
        names = ["two"] if verb == PROVE else ["one", "two", "third"]
        assert [theorem.name for theorem in scene.lean.asked] == names
        changed = THREE.replace("-- between", "-- More\n\ndef between := 1")
        assert scene.text == filled(changed.replace("theorem three", "theorem third"), *names)


@pytest.mark.parametrize(
    ("verb", "old", "new"),
    [
        (PROVE, "theorem one", "def before := 1\n\ntheorem one"),
        (SUGGEST, "theorem one", "def before := 1\n\ntheorem one"),
        (ALL, "theorem one", "def before := 1\n\ntheorem one"),
        (PROVE, "2 = 2", "2 = 1 + 1"),
        (PROVE, "\n\n-- between", "\n  done\n\n-- between"),
    ],
)
async def test_after_an_edit_before_the_hole_it_is_begun_again(
    tmp_path: Path, verb: str, old: str, new: str
) -> None:
    async with held(tmp_path, verb, 4) as scene:
        scene.editor.answers["window/showMessageRequest"] = lambda asked: asked["actions"][0]
        begun = len(scene.lean.asked)
        scene.edit(old, new)
        changed = scene.text
        await scene.until(lambda: scene.lean.cancelled == 1)
        await scene.until(lambda: scene.lean.waiting)
        assert scene.lean.asked[begun:] == [scene.lean.asked[-1]]
        asked = scene.lean.asked[-1]
        assert changed.startswith(f"{asked.header}{asked.before}sorry{asked.after}")
        scene.lean.go.set()
        step = "\n  step\n  sorry" if verb == SUGGEST else PROOF
        await scene.until(lambda: step in scene.text.partition("theorem two")[2])
        assert changed.partition("theorem two")[0] == scene.text.partition("theorem two")[0]


@pytest.mark.parametrize(
    ("verb", "new", "end"),
    [
        (PROVE, "rfl", "the file has changed"),
        (SUGGEST, "rfl", "the file has changed"),
        (ALL, "rfl", "proved 2 of 2"),
        (ALL, "sorry'", "proved 2 of 2"),
        (ALL, "/- sorry -/", "proved 2 of 2"),
    ],
)
async def test_a_hole_that_is_edited_away_is_given_up(
    tmp_path: Path, verb: str, new: str, end: str
) -> None:
    async with held(tmp_path, verb, 4) as scene:
        start = scene.text.index("sorry", scene.text.index("two"))
        scene.editor.edit([Edit(start, start + 5, new)])
        await scene.editor.until("$/progress", kind="end", message=end)
        await scene.until(lambda: scene.lean.cancelled == 1)
        names = ["one", "three"] if verb == ALL else []
        expected = THREE.replace("2 := by\n  sorry", f"2 := by\n  {new}")
        assert scene.text == filled(expected, *names)


async def test_what_an_error_was_in_the_way_of_is_asked_for_again(tmp_path: Path) -> None:
    lean = HeldLean(TREE, problem="The error on line 1 may change what this says.")
    async with held(tmp_path, ALL, 1, lean=lean) as scene:
        assert scene.text == THREE
        lean.problem = ""
        scene.edit("1 = 1", "0 = 0")
        lean.go.set()
        await scene.editor.until("$/progress", kind="end", message="proved 3 of 3")
        assert [theorem.name for theorem in lean.asked] == ["one", "two", "two", "three", "one"]
        assert scene.text == filled(THREE.replace("1 = 1", "0 = 0"), "one", "two", "three")


async def test_undoing_one_proof_leaves_the_others(tmp_path: Path) -> None:
    async with held(tmp_path, ALL, 1) as scene:
        scene.edit(
            filled(THREE, "one").partition("theorem two")[0], THREE.partition("theorem two")[0]
        )
        await scene.until(lambda: scene.lean.cancelled == 1)
        scene.lean.go.set()
        await scene.editor.until("$/progress", kind="end", message="proved 3 of 3")
        assert scene.text == filled(THREE, "two", "three")
        assert "sorry" in scene.lean.asked[-2].header


async def test_our_own_edits_before_a_hole_touch_no_other_work(tmp_path: Path) -> None:
    async with held(tmp_path, PROVE, 4, workers=2) as scene:
        await scene.editor.choose(PROVE, 1)
        await scene.until(lambda: scene.text == filled(THREE, "one"))
        await scene.editor.request("test/echo", {})
        assert scene.lean.cancelled == 0
        scene.lean.go.set()
        await scene.until(lambda: scene.text == filled(THREE, "one", "two"))


@pytest.mark.parametrize("said", [False, True], ids=["refused", "as-neovim"])
async def test_an_edit_that_comes_too_late_is_made_in_the_next_version(
    tmp_path: Path, said: bool
) -> None:
    async with held(tmp_path, PROVE, 4) as scene:
        answers = iter(range(3))

        def typing(params: Any) -> Any:
            if next(answers, None) is None:
                return scene.editor.apply(params)
            # The editor has taken a key before it looks at the edit, and says so afterwards.
            asyncio.get_running_loop().call_later(0.05, scene.edit, "-- between", "-- between.")
            return {"applied": said}

        scene.editor.answers["workspace/applyEdit"] = typing
        scene.lean.go.set()
        await scene.editor.until("$/progress", kind="end", message="proved 1 of 1")
        assert scene.text == filled(THREE, "two").replace("-- between", "-- between...")
        assert len(scene.lean.asked) == 1


async def test_an_editor_may_tell_of_an_edit_after_it_has_answered(tmp_path: Path) -> None:
    async with held(tmp_path, ALL, 1) as scene:

        def late(params: Any) -> Any:
            asyncio.get_running_loop().call_later(0.1, scene.editor.apply, params)
            return {"applied": True}

        scene.editor.answers["workspace/applyEdit"] = late
        scene.lean.go.set()
        await scene.editor.until("$/progress", kind="end", message="proved 3 of 3")
        assert scene.text == filled(THREE, "one", "two", "three")
        assert [theorem.name for theorem in scene.lean.asked] == ["one", "two", "three"]


async def test_closing_the_file_ends_the_work(tmp_path: Path) -> None:
    async with held(tmp_path, ALL, 1) as scene:
        scene.editor.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
        await scene.until(lambda: scene.lean.cancelled == 1)
        assert await scene.editor.actions(4) == []
