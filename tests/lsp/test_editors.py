"""The code actions in real editors, with `prover lsp`, the service, and Lean.

Lean's language server is a stand-in. There is one editor of each kind.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import pytest

from tests.cli.conftest import PROGRAM
from tests.lsp.programs import KINDS, Kind, Program
from tests.lsp.scripted_editor import SERVER
from tests.lsp.test_code_actions import ALL, PROVE, SUGGEST
from tests.service.scripted_service import Served, short_folder

pytestmark = pytest.mark.lean
P = ParamSpec("P")

STOP = "Stop proving line 2"
EASY = "theorem 𝔸 (a b : Nat) (h : a < b) : a + 1 ≤ b := by\n  sorry\n"
PROVED = EASY.replace("sorry", "grind")
DATA = "def chosen : Nat := by\n  sorry\n"
BOTH = """theorem both (p q : Prop) (hp : p) (hq : q) : p ∧ q := by
  have h : p := by
    sorry
  exact ⟨h, sorry⟩
"""
HARD = "theorem t (f : Nat → Nat) (h : ∀ n, f (n + 1) > f (f n)) : ∀ n, f n = n := by\n  sorry\n"


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.name)
def editor(request: pytest.FixtureRequest, served_lean: Served) -> Iterator[Program]:
    """An editor with the proxy; skips where it or Lean is not installed."""
    kind: Kind = request.param
    if not kind.installed:
        pytest.skip(f"{kind.needs} is not installed")
    with short_folder() as place:
        folder = Path(place)
        server = [*PROGRAM, "lsp", "--socket", served_lean.address.socket, "--"]
        server += [sys.executable, str(SERVER), str(folder / "record")]
        with Program(kind, folder, folder / "editor.sock", server) as program:
            yield program


def beside_the_service(test: Callable[P, None]) -> Callable[P, Awaitable[None]]:
    """The test in a thread of its own; meanwhile the service answers in the main one."""

    @wraps(test)
    async def run(*arguments: P.args, **named: P.kwargs) -> None:
        await asyncio.to_thread(test, *arguments, **named)

    return run


@beside_the_service
def test_a_goal_is_proved_and_undone(editor: Program) -> None:
    editor.open(EASY)
    assert editor.actions(2, PROVE)[-2:] == [PROVE, SUGGEST]
    editor.until_text(PROVED)
    editor.do("undo")
    assert editor.text == EASY


@pytest.mark.slow
@beside_the_service
def test_a_suggestion_is_chosen(editor: Program) -> None:
    editor.open(EASY)
    editor.do("answer", "grind")
    editor.actions(2, SUGGEST)
    editor.until_text(PROVED)
    assert editor.do("asked")[0].startswith("grind (")


@pytest.mark.slow
@beside_the_service
def test_suggestions_are_code_actions(editor: Program) -> None:
    editor.open(EASY)
    editor.do("answer", None)
    editor.actions(2, SUGGEST)
    asked = editor.until(lambda: editor.do("asked"), "the question")
    assert editor.text == EASY
    found = editor.actions(2, "grind (")
    assert asked[0] in found
    editor.until_text(PROVED)


@beside_the_service
def test_work_is_stopped(editor: Program) -> None:
    editor.open(HARD)
    editor.actions(2, PROVE)
    assert editor.actions(2, STOP)[0] == STOP
    editor.until(lambda: STOP not in editor.actions(2), "the end")
    assert editor.text == HARD


@pytest.mark.slow
@beside_the_service
def test_all_goals_are_proved_but_one(editor: Program) -> None:
    text = "\n".join([DATA, BOTH])
    editor.open(text)
    editor.actions(2, ALL)
    editor.until_said("roved 2 of 3; line 2 is left. Line 2: ")
    assert editor.text.count("sorry") == 1
    assert DATA in editor.text
    # Emacs may take out two that it was sent within ten seconds at once.
    while (left := editor.text.count("sorry")) < text.count("sorry"):
        editor.do("undo")
        assert editor.text.count("sorry") > left
    assert editor.text == text


@pytest.mark.slow
@beside_the_service
def test_an_edit_elsewhere_meanwhile(editor: Program) -> None:
    editor.open("\n".join([DATA, EASY]))
    editor.actions(2, ALL)
    editor.do("insert", 1, "-- 𝔸 comment")
    editor.until_said("line 3 is left")
    assert editor.text == "\n".join(["-- 𝔸 comment", DATA, PROVED])


@pytest.mark.slow
@beside_the_service
def test_the_goal_is_edited_meanwhile(editor: Program) -> None:
    editor.open(HARD)
    editor.actions(2, PROVE)
    statement, _ = EASY.split("  sorry")
    editor.do("replace", 1, statement.rstrip())
    # Any proof of the new statement will do.
    editor.until(lambda: "sorry" not in editor.text, "a proof")
    assert editor.text.startswith(statement)


@beside_the_service
def test_the_goal_is_written_over_meanwhile(editor: Program) -> None:
    editor.open(HARD)
    editor.actions(2, PROVE)
    assert editor.actions(2)[0] == STOP
    editor.do("replace", 2, "  skip")
    editor.until(lambda: STOP not in editor.actions(2), "the end")
    assert editor.text == HARD.replace("sorry", "skip")


@pytest.mark.slow
@beside_the_service
def test_the_user_types_as_a_proof_arrives(editor: Program) -> None:
    editor.open(EASY)
    # Neovim puts in what is for the version that it opened, whichever it has by then.
    editor.do("insert", 1, "-- 𝔸 comment")
    editor.do("hurry", 4, "-- another")
    editor.actions(3, PROVE)
    editor.until_text("-- 𝔸 comment\n" + PROVED + "-- another\n")


@beside_the_service
def test_what_lean_can_not_read_is_told(editor: Program) -> None:
    text = "theorem t : nonsense := by\n  sorry\n"
    editor.open(text)
    editor.actions(2, PROVE)
    editor.until_said("type of theorem `t` is not a proposition")
    assert editor.text == text
