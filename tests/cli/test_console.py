"""What is told on standard error while something takes long."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from prover.cli import console, setup
from prover.cli.console import status
from prover.cli.prove_progress import Progress
from prover.progress import ReportProgress
from prover.search.budget import Limit
from prover.search.configuration import Configuration
from prover.search.events import Accepted
from prover.search.result import Result, Status
from tests.test_lean_file import TWO, holes_of

Said = Callable[[], str]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Said:
    """Waits until something is said where there is no terminal; that."""
    monkeypatch.setattr(console, "QUIET_SECONDS", 0.02)

    def wait() -> str:
        deadline = time.monotonic() + 20
        while not (found := capfd.readouterr().err):
            assert time.monotonic() < deadline, "nothing was said"
            time.sleep(0.01)
        return found

    return wait


def test_each_step_is_told_again_and_again(said: Said) -> None:
    with status("looking for Lean") as update:
        assert said().startswith("looking for Lean, 0 s so far\n")
        assert said().startswith("looking for Lean, 0 s so far\n")
        update("compiling")
        while "compiling, 0 s so far\n" not in said():
            pass


def test_what_is_over_soon_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with status("looking for Lean"):
        pass
    assert capfd.readouterr().err == ""


def test_setup_says_how_far_it_is(said: Said, capfd: pytest.CaptureFixture[str]) -> None:
    def work(report: ReportProgress) -> str:
        assert said().startswith("starting, ")
        report("compiling the worker", 1, 4)
        while "compiling the worker 25%, 0 s so far\n" not in said():
            pass
        capfd.readouterr()
        return "ready"

    setup.with_bar(work)
    assert capfd.readouterr().out == "ready\n"


def test_a_search_says_how_far_it_is(said: Said) -> None:
    first, second, *_ = holes = holes_of(TWO.encode())
    progress = Progress(holes)
    accepted = Accepted("a", "p", Configuration(), Limit())
    progress.note(first, accepted)
    progress.note(first, Result("a", Status.PROVED))
    progress.note(second, accepted)
    with progress.live():
        assert said().startswith("1 proved, 0 not, 2 waiting; under way: a (line 2), 0 s so far\n")
