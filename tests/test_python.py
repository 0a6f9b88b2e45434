"""The public API as `docs/python.md` has it: each example is run."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest

import prover
from prover.search.result import Status

PAGE = Path(__file__).parents[1] / "docs" / "python.md"
PLAIN, GATHERED, WATCHED = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.M | re.S)
DEMO = "theorem one (a : Nat) : a = a := by sorry\n\ntheorem two : 1 + 1 = 3 := by rfl\n"

pytestmark = [pytest.mark.lean, pytest.mark.usefixtures("lean_command")]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the examples find their file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Demo.lean").write_text(DEMO)
    return tmp_path


def said(code: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What an example prints. In a thread, since it has an event loop of its own."""
    exec(compile(code, str(PAGE), "exec"), {})
    return capsys.readouterr().out


@pytest.mark.slow
def test_plain_functions(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(PLAIN, capsys).splitlines()
    assert lines[0].startswith("proved ")
    assert "line=3, column=30" in lines[1]
    assert "['one']" in lines[1]
    assert lines[2] == "one proved"
    assert (folder / "Demo.lean").read_text().startswith("theorem one (a : Nat) : a = a := by")
    assert "sorry" not in (folder / "Demo.lean").read_text()


def test_one_prover_for_several_theorems(capsys: pytest.CaptureFixture[str]) -> None:
    assert "None" not in said(GATHERED, capsys)


def test_events_of_a_search(capsys: pytest.CaptureFixture[str]) -> None:
    body = indent(WATCHED, "    ")
    code = f"import asyncio, prover\nasync def work():\n{body}\nasyncio.run(work())"
    events = said(code, capsys).split()
    assert (events[0], events[-1]) == ("accepted", "result")


def test_a_refused_proof_and_a_text_without_a_theorem() -> None:
    refused = prover.verify("theorem two : 1 + 1 = 3", "rfl")
    assert not refused.accepted
    assert refused.reason
    with pytest.raises(prover.InputError):
        prover.prove("def a := 1")


async def test_inside_of_an_event_loop_the_other_form_is_named() -> None:
    with pytest.raises(RuntimeError, match="open_prover"):
        prover.check_file("Demo.lean")


@pytest.mark.slow
async def test_a_limit_is_that_of_the_prover_or_of_the_search() -> None:
    async with prover.open_prover(limit=prover.Limit(tactics=3)) as opened:
        first: Any = await opened.prove("theorem wrong (n : Nat) : n < 3")
        second: Any = await opened.prove(
            "theorem wrong (n : Nat) : n < 3", limit=prover.Limit(tactics=5)
        )
    assert [first.status, second.status] == [Status.LIMIT, Status.LIMIT]
    assert first.counters.tactics == 3
    assert second.counters.tactics == 5
