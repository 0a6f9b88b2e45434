"""The folder of a run: what is kept when the run is killed, and what is refused."""

from __future__ import annotations

import gzip
import json
import resource
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from prover.bench.attempt import Finished
from prover.bench.config import Config
from prover.bench.environment import environment
from prover.bench.results import attempts, trace_path
from prover.bench.store import Store, read
from prover.errors import InputError, SetupError
from prover.problems.problem import ProblemSet
from prover.search.budget import Limit
from prover.search.result import Status
from tests.bench.attempts import attempt, problems, todo

FEW = problems("a", "b", "c")


def opened(folder: Path, config: Config | None = None, few: ProblemSet = FEW, lean: str = "4"):  # type: ignore[no-untyped-def]
    config = config or Config()
    return Store.opened(folder, config, few, environment(config, few, lean=lean, gpus=[]))


def finished(place: int, status: Status = Status.LIMIT) -> Finished:
    return Finished(attempt(todo("abc")[place], status), gzip.compress(b'{"event": "result"}\n'))


def test_what_was_added_is_read_again(tmp_path: Path) -> None:
    with opened(tmp_path / "runs" / "a") as store:
        store.add(finished(0))
        store.add(finished(1, Status.PROVED))
    folder = tmp_path / "runs" / "a"
    assert read(folder) == [finished(0).attempt, finished(1, Status.PROVED).attempt]
    trace = trace_path(folder, finished(0).attempt.key)
    assert gzip.decompress(trace.read_bytes()) == b'{"event": "result"}\n'
    text = (folder / "problems.jsonl").read_text()
    names = [json.loads(line)["name"] for line in text.splitlines()]
    assert names == ["a", "b", "c"]
    made_with = json.loads((folder / "environment.json").read_text())
    assert made_with["problems_sha256"] == FEW.sha256
    with opened(folder) as store:
        assert list(store.found) == read(folder)


def test_a_trace_is_there_before_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path) as store:
        trace = trace_path(tmp_path, finished(0).attempt.key)
        there: list[bool] = []
        monkeypatch.setattr("prover.bench.store.os.fsync", lambda _: there.append(trace.exists()))
        store.add(finished(0))
    assert there == [False, True]


def test_of_two_lines_with_one_key_the_later_counts(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.add(finished(0, Status.ERROR))
        store.add(finished(1))
        store.add(finished(0, Status.PROVED))
    statuses = {one.name: one.result["status"] for one in read(tmp_path)}
    assert statuses == {"a": "proved", "b": "limit"}


@pytest.mark.parametrize("torn", [1, 10, 300, -1])
def test_a_torn_last_line_is_made_again(tmp_path: Path, torn: int) -> None:
    with opened(tmp_path) as store:
        store.add(finished(0))
        store.add(finished(1))
    path = tmp_path / "results.jsonl"
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + second[:torn])
    with opened(tmp_path) as store:
        assert [one.name for one in store.found] == ["a"]
        assert path.read_bytes() == first
        store.add(finished(1))
    assert path.read_bytes() == first + second


@pytest.mark.parametrize(
    ("line", "message"), [(b'{"key": \n', "this line is broken"), (b'{"key": 1}\n', "no attempt")]
)
def test_a_broken_line_is_told(tmp_path: Path, line: bytes, message: str) -> None:
    with opened(tmp_path) as store:
        store.add(finished(0))
        store.add(finished(1))
    path = tmp_path / "results.jsonl"
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + line + second)
    with pytest.raises(InputError, match=message) as problem, opened(tmp_path):
        pass
    assert f"{path}:2:" in problem.value.message
    assert path.read_bytes() == first + line + second


@pytest.mark.parametrize(
    ("config", "few", "lean", "what"),
    [
        (Config(seed=1), FEW, "4", "`seed` 0, this is 1"),
        (Config(limit=Limit(tactics=7)), FEW, "4", "`limit.tactics` 50000, this is 7"),
        (Config(), problems("a"), "4", "`problems_sha256`"),
        (Config(), FEW, "5", "`lean` '4', this is '5'"),
    ],
)
def test_a_folder_of_something_else_is_refused(
    tmp_path: Path, config: Config, few: ProblemSet, lean: str, what: str
) -> None:
    with opened(tmp_path) as store:
        store.add(finished(0))
    with pytest.raises(InputError) as problem, opened(tmp_path, config, few, lean):
        pass
    assert what in problem.value.message
    with opened(tmp_path, replace(Config(), workers=7, run="elsewhere")) as store:
        assert len(store.found) == 1


def test_results_without_their_settings_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "results.jsonl").write_text("mine\n")
    with pytest.raises(InputError, match="not how they were made"), opened(tmp_path):
        pass
    assert (tmp_path / "results.jsonl").read_text() == "mine\n"


def test_two_runs_in_one_folder_are_refused(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.bench.test_store import opened\n"
        "with opened(Path(sys.argv[1])): print('in', flush=True); sys.stdin.read()"
    )
    argv = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"in\n"
        with pytest.raises(InputError, match="another run is writing"), opened(tmp_path):
            pass
        # A killed one leaves nothing behind that keeps others out.
        other.kill()
        other.wait()
    with opened(tmp_path):
        pass


def test_a_full_disk_is_told_and_what_was_kept_stays(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.add(finished(0))
    size = (tmp_path / "results.jsonl").stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    # Room for the trace, and for a part of the line only.
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10, before[1]))
    try:
        with opened(tmp_path) as store, pytest.raises(SetupError, match="can't be written"):
            store.add(finished(1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert [one.name for one in read(tmp_path)] == ["a"]
    with opened(tmp_path) as store:
        store.add(finished(1))
    assert [one.name for one in attempts(tmp_path / "results.jsonl")] == ["a", "b"]
