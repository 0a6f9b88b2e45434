"""`prover report` and `prover compare`, as users run them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench.runs import attempt, write
from tests.bench.test_metrics import ALL_WAYS, EASY, HARD, PROBLEMS
from tests.cli.conftest import Prover


@pytest.fixture
def runs(tmp_path: Path) -> None:
    write(tmp_path / "first", PROBLEMS, ALL_WAYS)
    write(tmp_path / "second", PROBLEMS, [attempt(EASY), attempt(HARD)])
    write(tmp_path / "other", [EASY], [attempt(EASY)], environment={"dialect": "numbers"})


@pytest.mark.usefixtures("runs")
def test_a_page_goes_into_the_runs_folder_and_all_else_to_the_output(
    prover: Prover, here: Prover, tmp_path: Path
) -> None:
    ran = prover("report", "first")
    assert (ran.code, ran.out) == (0, "Wrote first/report.html\n")
    assert (tmp_path / "first/report.html").read_text().startswith("<!doctype html>")
    assert "1 of 4 proved" in here("report", "first", "--format", "md").out
    ran = here("report", "first", "--format", "csv", "--out", "all.csv")
    assert ran.out == "Wrote all.csv\n"
    assert (tmp_path / "all.csv").read_text().startswith("name,attempt")


@pytest.mark.usefixtures("runs")
def test_two_runs_are_compared(prover: Prover, here: Prover) -> None:
    ran = prover("compare", "first", "second")
    assert ran.code == 0
    assert "second won 1 and lost 0, which may well be chance" in ran.out
    assert "won   hard" in ran.out
    assert json.loads(here("compare", "first", "second", "--format", "json").out)["won"] == ["hard"]


@pytest.mark.usefixtures("runs")
def test_different_runs_are_compared_when_told_to(here: Prover) -> None:
    ran = here("compare", "first", "other")
    assert ran.code == 2
    assert "their dialects are none and `numbers`" in ran.err
    ran = here("compare", "first", "other", "--anyway")
    assert ran.code == 0
    assert "warning: their problem sets differ" in ran.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["report", "nowhere"], "there is no folder nowhere"),
        (["report", "."], "is no run: it has no config.yaml"),
        (["report", ".", "--format", "htm"], "Did you mean `html`?"),
        (["compare", ".", ".", "--format", "jsn"], "Did you mean `json`?"),
    ],
)
def test_what_is_no_run_or_no_format(here: Prover, arguments: list[str], message: str) -> None:
    ran = here(*arguments)
    assert ran.code == 2
    assert message in ran.err
