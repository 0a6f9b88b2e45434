"""The service with the embedded Lean behind it."""

from __future__ import annotations

import asyncio

import pytest

from tests.service.scripted_service import Served

pytestmark = pytest.mark.lean

FILE = """theorem easy (p : Prop) (h : p) : p := by
  sorry

theorem ℓ𝔸 (n : Nat) : n = n ∧ n + 0 = n := by
  constructor
  · sorry
  · sorry
"""
HARD = "theorem hard (f : Nat → Nat) (h : ∀ n, f (n + 1) > f (f n)) : ∀ n, f n = n := by"


async def test_a_hole_of_a_file_is_proved_and_its_edit_passes_the_check(
    served_lean: Served,
) -> None:
    body = {"file": {"text": FILE, "line": 7, "column": 4}, "omit": ["expanded", "opened"]}
    result = (await served_lean.events("/v1/prove", body))[-1]
    assert (result["status"], result["theorem"]) == ("proved", "ℓ𝔸")
    start, end, text = (result["edit"][name] for name in ("start", "end", "text"))
    lines = FILE.split("\n")
    assert (start["line"], end["line"]) == (7, 7)
    line = lines[6]
    lines[6] = line[: start["column"]] + text + line[end["column"] :]
    lines[1], lines[5] = "  exact h", "  · rfl"
    checked = await served_lean.events("/v1/check", {"file": {"text": "\n".join(lines)}})
    assert checked[-1]["status"] == "accepted"


async def test_a_false_statement_is_not_proved(served_lean: Served) -> None:
    body = {"theorem": {"statement": "theorem no : 1 = 2 := by"}, "limit": {"tactics": 5}}
    assert (await served_lean.events("/v1/prove", body))[-1]["status"] in ("exhausted", "limit")
    check = {**body, "script": "sorry"}
    assert (await served_lean.events("/v1/check", check))[-1]["status"] == "refused"


async def test_suggestions_of_a_printed_goal_work(served_lean: Served) -> None:
    body = {"goal": "p q : Prop\nhp : p\nhq : q\n⊢ p ∧ q", "top": 3}
    suggestions = (await served_lean.events("/v1/suggest", body))[-1]["suggestions"]
    assert suggestions[0]["closes"]
    script = suggestions[0]["tactic"]
    statement = "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q := by"
    check = {"theorem": {"statement": statement}, "script": script}
    assert (await served_lean.events("/v1/check", check))[-1]["status"] == "accepted"


async def test_a_statement_that_does_not_elaborate_is_explained(served_lean: Served) -> None:
    body = {"theorem": {"statement": "theorem t : nonsense := by"}}
    result = (await served_lean.events("/v1/prove", body))[-1]
    assert result["status"] == "error"
    assert "nonsense" in result["message"]


async def test_a_search_that_is_left_frees_lean(served_lean: Served) -> None:
    body = {"theorem": {"statement": HARD}}
    for _ in range(2):
        async with served_lean.unix.stream("POST", "/v1/prove", json=body) as answer:
            async for line in answer.aiter_lines():
                if '"progress"' in line:
                    break
        took = await served_lean.until(lambda: not served_lean.service.runs.alive, seconds=2)
        # Two tenths by design; the rest is for a busy machine.
        assert took < 1
    easy = {"theorem": {"statement": "theorem t : 1 + 1 = 2 := by"}}
    events = await asyncio.wait_for(served_lean.events("/v1/prove", easy), 60)
    assert events[-1]["status"] == "proved"
