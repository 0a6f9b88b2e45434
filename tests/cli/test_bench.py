"""`prover bench` as users run it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from prover.bench.store import read
from prover.lean.process import Command
from tests.cli.conftest import PROGRAM, Prover
from tests.lean.stand_in import StandIn, project

EASY = (
    '{"name": "a", "statement": "theorem a : 1 + 1 = 2 := by"}\n'
    '{"name": "b", "statement": "theorem b (p q : Prop) (h : p ∧ q) : q ∧ p := by"}\n'
)
UNREADABLE = '{"name": "u", "statement": "theorem u (x : Some.Real) : x = x := by"}\n'
HARD = (
    '{"name": "h", "statement": '
    '"theorem h (x y z : Nat) (h : 0 < x) : x ^ 5 + y ^ 5 ≠ z ^ 5 + 1 := by"}\n'
)
LOCAL = ["--cluster", "local"]
needs_lean = pytest.mark.usefixtures("lean_command")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["bench"], "Missing argument"),
        (["bench", "a.yaml"], "there is no file a.yaml"),
        (["bench", "smok"], "Did you mean `smoke`?"),
        (["bench", "minif2f-lema"], "Did you mean `minif2f-llemma`?"),
        (["bench", "putnam"], "Did you mean `putnambench`?"),
        (["bench", "few.jsonl", "--cluster", "ray://node"], "--cluster: `cluster` is 'ray://node'"),
        (["bench", "few.jsonl", "--seconds", "0"], "--seconds: the limit `seconds` is 0"),
        (["bench", "few.jsonl", "--attempts", "0"], "--attempts: `attempts` is 0"),
        (["bench", "few.jsonl", "--policy", "bultin"], "--policy: no policy is called `bultin`"),
        (["bench", "few.jsonl", "--search", "defalt"], "--search: no configuration is called"),
        (["bench", "few.jsonl", "--set", "limit.tactic.beats=3"], "Did you mean `heartbeats`?"),
        (["bench", "few.jsonl", "--name", "c"], "few.jsonl has no `c`"),
        (["bench", "few.jsonl", "--every", "0"], "--every: `every` is 0"),
        (["bench", "seed.yaml"], "seed.yaml names no problems"),
    ],
)
def test_wrong_use(here: Prover, tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "few.jsonl").write_text(EASY)
    (tmp_path / "seed.yaml").write_text("seed: 3\n")
    ran = here(*arguments)
    assert ran.code == 2
    assert message in ran.err
    assert not (tmp_path / "runs").exists()


@pytest.mark.lean
@needs_lean
def test_a_run_and_going_on_with_it(prover: Prover, here: Prover, tmp_path: Path) -> None:
    (tmp_path / "few.jsonl").write_text(EASY + UNREADABLE)
    arguments = ["bench", "few.jsonl", "--workers", "1", "--tactics", "20"]
    ran = prover(*arguments)
    assert ran.code == 0, ran.err
    assert "2 of 2" in ran.out
    assert "prover report runs/few" in ran.out
    assert "not applicable: u: " in ran.out
    [unreadable] = [one for one in read(tmp_path / "runs" / "few") if not one.applicable]
    assert unreadable.name == "u"
    assert "Some.Real" in unreadable.result["message"]
    lines = (tmp_path / "runs" / "few" / "results.jsonl").read_bytes()
    ran = here(*arguments, "--json")
    assert ran.code == 0
    assert "3 of 3 done, 2 proved" in ran.err
    [told] = ran.events
    assert (told["proved"], told["not_applicable"], told["problems"]) == (2, 1, 3)
    assert "Some.Real" in told["unreadable"]["u"]
    report = json.loads(here("report", "runs/few", "--format", "json").out)
    assert told["worker_use"] == report["figures"]["worker_use"]
    assert (tmp_path / "runs" / "few" / "results.jsonl").read_bytes() == lines
    ran = here(*arguments, "--seed", "3")
    assert ran.code == 2
    assert "runs/few was made with `seed` 0, this is 3" in ran.err
    [trace] = (tmp_path / "runs" / "few" / "traces").glob(f"{read_key(tmp_path)}*")
    assert here("graph", str(trace), "a.dot").code == 0


def read_key(folder: Path) -> str:
    """Of the first problem's try."""
    return next(one.key for one in read(folder / "runs" / "few") if one.name == "a")


@pytest.mark.lean
@needs_lean
@pytest.mark.parametrize("times", [1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize("where", [[], pytest.param(LOCAL, marks=pytest.mark.cluster)])
def test_ctrl_c(tmp_path: Path, times: int, where: list[str]) -> None:
    """The first lets the hard one reach its limit, the second stops it."""
    if where:
        pytest.importorskip("ray")
    first, last = EASY.splitlines(keepends=True)
    (tmp_path / "few.jsonl").write_text(first + HARD + last)
    arguments = ["bench", "few.jsonl", *where, "--workers", "1", "--json", "--seconds"]
    arguments.append("8" if times == 1 else "600")
    with subprocess.Popen(
        [*PROGRAM, *arguments],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Where the tests themselves run in the background, a shell has had it ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as ran:
        results = tmp_path / "runs" / "few" / "results.jsonl"
        while not (results.exists() and results.read_bytes()):
            assert ran.poll() is None
            time.sleep(0.1)
        time.sleep(1)
        assert ran.stderr is not None
        # As from a terminal, to all that has not left the group.
        os.killpg(ran.pid, signal.SIGINT)
        while "finishing 1 attempt under way" not in ran.stderr.readline():
            assert ran.poll() is None
        if times == 2:
            os.killpg(ran.pid, signal.SIGINT)
        out, _ = ran.communicate(timeout=120)
    assert ran.returncode == 130
    told = json.loads(out)
    assert told["interrupted"]
    assert told["proved"] == 1
    names = [one.name for one in read(tmp_path / "runs" / "few")]
    assert names == (["a", "h"] if times == 1 else ["a"])
    assert told["untried"] == (1 if times == 1 else 2)


@pytest.mark.lean
@pytest.mark.slow
def test_native_and_embedded_prove_the_same(
    prover: Prover, tmp_path: Path, lean_command: Command
) -> None:
    """The native Lean is a stand-in with the embedded one behind it, which it finds on its own."""
    StandIn.make(tmp_path / "elan", lean_command)
    root = project(tmp_path / "mine")
    elsewhere = {"ELAN_HOME": str(tmp_path / "elan"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    ours = {key: value for key, value in os.environ.items() if key != "ELAN_TOOLCHAIN"}
    few = ["bench", "smoke", "--every", "2", "--workers", "1", "--tactics", "60", "--lean"]
    ran = prover(*few, "native", "--project", str(root), "--run", "n", environment=ours | elsewhere)
    assert ran.code in (0, 1), ran.err
    assert f"Lean: native 4.28.0, the Lake project {root}" in ran.err
    ran = prover(*few, "embedded", "--run", "e")
    assert ran.code in (0, 1), ran.err
    native, embedded = ({one.name: one.proved for one in read(tmp_path / run)} for run in "ne")
    assert native == embedded
    assert len(native) == 4
    assert any(native.values())
