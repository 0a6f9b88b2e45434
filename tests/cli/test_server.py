"""Proving with a model behind a server that fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import WarmProver
from tests.policy.fake_server import Answer, FakeServer, Request, choice, choices

pytestmark = pytest.mark.lean

TEXT = """theorem a (p : Prop) (h : p) : p := by
  sorry
theorem b (q : Prop) (h : q) : q := by
  sorry
"""


def answer(request: Request) -> Answer:
    """It is there until it is asked for a theorem."""
    if "⊢ q" in request.body["prompt"]:
        return Answer("broken", 418)
    return choices(choice("exact h", -0.5))


@pytest.mark.parametrize(("theorem", "code"), [("a", 0), ("b", 3), (None, 1)])
async def test_a_server_that_fails_in_between_costs_what_needs_it(
    warm: WarmProver,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    theorem: str | None,
    code: int,
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    (tmp_path / "A.lean").write_text(TEXT)
    only = ["--theorem", theorem] if theorem else []
    async with FakeServer() as server:
        server.script("completions", answer)
        policy = f"mix:endpoint:{server.url}"
        ran = await warm("prove", "A.lean", "--json", *only, "--policy", policy)
    assert ran.code == code, ran.err
    results = {event["theorem"]: event for event in ran.of("result")}
    if theorem != "b":
        assert results["a"]["status"] == "proved"
    if theorem != "a":
        assert results["b"]["status"] == "error"
        assert "answers with status 418: broken" in results["b"]["message"]
