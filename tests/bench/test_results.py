"""Folders of runs, whole, torn and broken."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from prover.bench.results import read_run
from prover.errors import InputError
from prover.search.events import Opened
from tests.bench.runs import attempt, problem, write
from tests.search.scripted import events_of
from tests.search.test_trace import TREE

ONE, TWO = problem("one", header="open Nat"), problem("twoᵣ", topic="nat")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "run", [ONE, TWO], [attempt(ONE), attempt(TWO, "limit")])


def append(folder: Path, text: str | bytes) -> None:
    with (folder / "results.jsonl").open("ab") as file:
        file.write(text if isinstance(text, bytes) else text.encode())


def test_what_was_written_is_read(folder: Path) -> None:
    run = read_run(folder)
    assert run.name == "run"
    assert run.problems.problems == (ONE, TWO)
    assert run.attempts == (attempt(ONE), attempt(TWO, "limit"))
    assert run.problems.sha256 == run.environment["problems_sha256"]


def test_a_line_that_is_still_written_is_passed_over(folder: Path) -> None:
    line = json.dumps(attempt(TWO, number=1).to_json(), ensure_ascii=False).encode()
    torn = line[: line.index("ᵣ".encode()) + 1]  # within a character
    append(folder, torn)
    assert len(read_run(folder).attempts) == 2


def test_of_two_attempts_with_one_key_the_later_counts(folder: Path) -> None:
    append(folder, json.dumps(attempt(TWO).to_json()) + "\n")
    assert [one.proved for one in read_run(folder).attempts] == [True, True]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{\n", "results.jsonl:3: this line is broken"),
        ("[]\n", "results.jsonl:3: this line is not a JSON object"),
        ('{"key": "a"}\n', "results.jsonl:3: this attempt has no `name`"),
    ],
)
def test_a_broken_line_is_told_by_its_place(folder: Path, line: str, message: str) -> None:
    append(folder, line + json.dumps(attempt(ONE, number=1).to_json()) + "\n")
    with pytest.raises(InputError, match=message):
        read_run(folder)


def test_results_that_do_not_fit_are_told(folder: Path) -> None:
    whole = attempt(ONE, number=1).to_json()
    for change, message in (
        ({"result": {**whole["result"], "status": "won"}}, "no `status` that is known"),
        ({"result": {**whole["result"], "tactics": "3"}}, "has no number `tactics`"),
        ({"name": "ones"}, "no problem of this run is called `ones`"),
    ):
        before = (folder / "results.jsonl").read_bytes()
        append(folder, json.dumps({**whole, **change}) + "\n")
        with pytest.raises(InputError, match=message):
            read_run(folder)
        (folder / "results.jsonl").write_bytes(before)


def test_a_folder_that_is_no_run_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no folder"):
        read_run(tmp_path / "nowhere")
    (folder / "environment.json").unlink()
    with pytest.raises(InputError, match=r"no run: it has no environment\.json"):
        read_run(folder)


async def test_the_events_of_an_attempt(folder: Path) -> None:
    first, second = read_run(folder).attempts
    path = folder / "traces" / f"{first.key}.jsonl.gz"
    lines = [{**event.to_json(), "theorem": "one"} for event in await events_of(TREE)]
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode()))
    assert any(isinstance(event, Opened) for event in read_run(folder).trace(first))
    assert read_run(folder).trace(second) == ()
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="can't be read"):
        read_run(folder).trace(first)
