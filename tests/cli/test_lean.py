"""`prove`, `check` and `doctor` with a real Lean: each once as users run it, all else within one
process, with Leans that run already."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.cli.conftest import PROGRAM, Prover, WarmProver

pytestmark = [pytest.mark.lean, pytest.mark.usefixtures("lean_command")]

DEMO = Path(__file__).parents[2] / "examples" / "demo.lean"
LAYOUTS = Path(__file__).with_name("layouts.lean")
SOURCE = """theorem swap (p q : Prop) (h : p ∧ q) : q ∧ p :=
  ⟨sorry, sorry⟩

theorem double (n : Nat) : n + n = 2 * n := by
  have h : n = n := by sorry
  sorry

theorem wrong : 1 = 2 := by
  sorry
"""


async def test_proofs_go_into_the_file(warm: WarmProver, tmp_path: Path) -> None:
    path = tmp_path / "A.lean"
    path.write_bytes(SOURCE.replace("\n", "\r\n").encode())
    ran = await warm("prove", "A.lean", "--write", "--json")
    assert ran.code == 1, ran.err
    results = {(item["theorem"], item["line"], item["column"]): item for item in ran.of("result")}
    assert len(results) == 5
    assert all(item["status"] == "proved" for key, item in results.items() if key[0] != "wrong")
    wrong = results["wrong", 9, 2]
    assert wrong["status"] in ("exhausted", "limit")
    assert wrong["script"] is None
    assert ran.of("written") == [{"event": "written", "file": "A.lean", "proofs": 4}]
    written = path.read_bytes()
    assert written.count(b"\r\n") == written.count(b"\n")
    assert written.count(b"sorry") == 1
    assert written.endswith(b"theorem wrong : 1 = 2 := by\r\n  sorry\r\n")
    checked = await warm("check", "A.lean", "--json")
    assert checked.code == 1
    accepted = {item["declaration"]: item["accepted"] for item in checked.of("declaration")}
    assert accepted == {"swap": True, "double": True, "wrong": False}


async def test_a_byte_order_mark_is_kept(warm: WarmProver, tmp_path: Path) -> None:
    path = tmp_path / "A.lean"
    path.write_bytes(b"\xef\xbb\xbftheorem a : 1 = 1 := by sorry\n")
    ran = await warm("prove", "A.lean", "--write", "--json")
    assert ran.code == 0, ran.err
    assert [(item["line"], item["column"]) for item in ran.of("result")] == [(1, 24)]
    assert path.read_bytes().startswith(b"\xef\xbb\xbftheorem a : 1 = 1 := by ")
    assert b"sorry" not in path.read_bytes()
    assert (await warm("check", "A.lean")).code == 0


@pytest.mark.slow
async def test_everything_in_the_demo_is_proved(
    prover: Prover, warm: WarmProver, tmp_path: Path
) -> None:
    shutil.copy(DEMO, tmp_path)
    # The default limit of tactics bounds each search, however busy the machine is.
    ran = prover("prove", "demo.lean", "--write", "--seconds", "3600", "--workers", "1")
    assert ran.code == 0, ran.out + ran.err
    assert "12 of 12 proved" in ran.out
    assert "sorry" not in (tmp_path / "demo.lean").read_text()
    assert (await warm("check", "demo.lean")).code == 0


@pytest.mark.slow
async def test_proofs_fit_where_their_holes_stand(warm: WarmProver, tmp_path: Path) -> None:
    shutil.copy(LAYOUTS, tmp_path)
    ran = await warm("prove", "layouts.lean", "--write")
    assert ran.code == 0, ran.out + ran.err
    written = (tmp_path / "layouts.lean").read_text()
    assert "sorry" not in written
    assert len(written.splitlines()) >= len(LAYOUTS.read_text().splitlines())
    assert (await warm("check", "layouts.lean")).code == 0


async def test_one_line_of_a_file(warm: WarmProver, tmp_path: Path) -> None:
    (tmp_path / "A.lean").write_text(SOURCE)
    ran = await warm("prove", "A.lean:5")
    assert ran.code == 0, ran.err
    assert "1 of 1 proved" in ran.out
    assert "its goal verified; 1 `sorry` left in the declaration" in ran.out
    assert "have h : n = n := by " in ran.out
    assert (tmp_path / "A.lean").read_text() == SOURCE


async def test_a_refused_proof_is_told_with_line_reason_and_script(
    warm: WarmProver, tmp_path: Path
) -> None:
    """The file's own axiom closes the goal as far as `simp` can tell; the verifier knows better."""
    text = "axiom C : Type\naxiom a : C\naxiom b : C\n@[simp] axiom same : a = b\n"
    (tmp_path / "A.lean").write_text(f"{text}theorem t : a = b := by\n  sorry\n")
    ran = await warm("prove", "A.lean", "--write")
    assert ran.code == 1
    assert "A.lean:6: t: A proof was found and refused: it rests on the axiom same." in ran.err
    assert "This script was refused:\n    simp" in ran.err
    assert "refused" in ran.out
    assert "0 of 1 proved" in ran.out
    assert "sorry" in (tmp_path / "A.lean").read_text()
    [result] = (await warm("prove", "A.lean", "--json")).of("result")
    assert (result["status"], result["script"]) == ("refused", None)
    assert result["refusal"]["script"] in ("simp", "simp_all")
    assert result["refusal"]["reason"] == "it rests on the axiom same"


async def test_what_does_not_need_an_error_is_tried(warm: WarmProver, tmp_path: Path) -> None:
    text = "def b : Nat := x\ntheorem c : 1 = 1 := sorry\ntheorem d : b = b := sorry\n"
    (tmp_path / "A.lean").write_text(text)
    ran = await warm("prove", "A.lean", "--write")
    assert ran.code == 1
    assert "A.lean:1:" in ran.err
    assert "A.lean:3: Not tried: It needs `b`, which has an error on line 1." in ran.err
    written = (tmp_path / "A.lean").read_text()
    assert "theorem c : 1 = 1 := by" in written
    assert written.count("sorry") == 1
    (tmp_path / "A.lean").write_text(text)
    ran = await warm("prove", "A.lean", "--strict")
    assert ran.code == 1
    assert "A.lean:2: Not tried: A.lean:1:15 has an error. (also line 3)" in ran.err
    # Who asks for one line is told of the error, and has what was asked for.
    ran = await warm("prove", "A.lean:2")
    assert ran.code == 0
    assert "A.lean:1:" in ran.err


@pytest.mark.parametrize(
    ("text", "arguments", "code", "message"),
    [
        ("import Mathlib.Tactic\n", [], 2, "imports Mathlib.Tactic, which the embedded Lean"),
        (SOURCE, ["--theorem", "doubl"], 2, "Did you mean double?"),
        ("-- nothing\n", [], 0, "nothing to prove"),
        ("theorem a : :=\n  by sorry\n", [], 1, "A.lean:1:11: error: unexpected token ':='"),
        ("lemma a : 1 = 1 := rfl\n", [], 1, "here write `theorem`"),
        ("theorem a : 1 = 1 := rfl\n", ["--theorem", "a"], 2, "`a` has no `sorry`"),
        ("theorem a : 1 = 1 := by admit\n", [], 1, "`admit` leaves its goal unproved"),
        ("axiom a : 1 = 2\n", [], 1, "it is not in order"),
        ("-- " + "x" * 2**20 + "\ntheorem a : 1 = 1 := rfl\n", [], 0, "nothing to prove"),
    ],
)
async def test_files_that_are_not_proved(
    warm: WarmProver, tmp_path: Path, text: str, arguments: list[str], code: int, message: str
) -> None:
    (tmp_path / "A.lean").write_text(text)
    ran = await warm("prove", "A.lean", *arguments)
    assert ran.code == code, ran.err
    assert message in ran.err + ran.out


async def test_check_tells_what_declarations_rest_on(
    prover: Prover, warm: WarmProver, tmp_path: Path
) -> None:
    text = "axiom lie : False\ntheorem a : 1 = 2 := lie.elim\ntheorem b : 1 = 1 := rfl\n"
    (tmp_path / "A.lean").write_text(text)
    ran = prover("check", "A.lean")
    assert ran.code == 1
    assert "the axiom lie (not accepted)" in ran.out
    assert "no axioms" in ran.out
    (tmp_path / "A.lean").write_text("theorem b : 1 = 1 := rfl\n")
    ran = await warm("check", "A.lean")
    assert ran.code == 0
    assert "no errors, 1 declaration verified" in ran.out


async def test_check_requires_names(warm: WarmProver, tmp_path: Path) -> None:
    text = "theorem A.b (p : Prop) : ¬¬p → p := Classical.byContradiction\nexample : 1 = 1 := rfl\n"
    (tmp_path / "A.lean").write_text(text)
    ran = await warm("check", "A.lean", "--require", "A.b")
    assert ran.code == 0, ran.out
    assert "no axiom beyond the library's" in ran.out
    ran = await warm(
        "check", "A.lean", "--require", "A.b", "--require", "b", "--require", "example"
    )
    assert ran.code == 1
    assert "`b` is required and not there. Did you mean `A.b`?" in ran.out
    assert "`example` is required and not there" in ran.out
    assert "`A.b` is required" not in ran.out
    ran = await warm("check", "A.lean", "--require", "A.b", "--require", "A.c", "--json")
    assert ran.code == 1
    assert [(item["name"], item["met"]) for item in ran.of("requirement")] == [
        ("A.b", True),
        ("A.c", False),
    ]


UNFINISHED = """example : 1 = 2 := by sorry
macro "cheat" : tactic => `(tactic| sorry)
example : 1 = 2 := by cheat
macro "another" : command => `(example : 1 = 1 := rfl)
another
example : 10 ^ 3 = 1000 := by native_decide
axiom lie : False
example : 1 = 2 := lie.elim
namespace A
axiom lie : False
open Nat in
example : 1 = 2 := lie.elim
end A
example : 1 = 1 := rfl
"""


async def test_an_example_that_rests_on_more_is_not_finished(
    warm: WarmProver, tmp_path: Path
) -> None:
    (tmp_path / "A.lean").write_text(UNFINISHED)
    ran = await warm("check", "A.lean", "--json")
    assert ran.code == 1
    examples = [item for item in ran.of("declaration") if item["declaration"] == "example"]
    assert sum(not item["accepted"] for item in examples) == 6
    assert sum(item["accepted"] for item in examples) == 1


async def test_examples_are_looked_into_like_theorems(warm: WarmProver, tmp_path: Path) -> None:
    text = """namespace A
example : 1 + 1 = 2 := rfl
set_option maxRecDepth 1000 in
example (p : Prop) : p → p := by intro h; exact h
noncomputable example : Nat := Classical.choice ⟨1⟩
example : ∃ n : Nat, n = 2 := by exact ⟨2, rfl⟩
theorem b : 1 = 1 := rfl
end A
"""
    (tmp_path / "A.lean").write_text(text)
    ran = await warm("check", "A.lean", "--json")
    assert ran.code == 0, ran.out
    names = [event["declaration"] for event in ran.of("declaration")]
    assert sorted(names) == ["A.b", *["example"] * 4]


def test_a_well_machine_passes_the_doctor(prover: Prover) -> None:
    ran = prover("doctor", "--json")
    assert ran.code == 0, ran.out
    assert {item["check"] for item in ran.events} >= {"embedded Lean", "proof"}
    assert all(item["ok"] for item in ran.events)


def test_ctrl_c_keeps_what_was_proved(tmp_path: Path) -> None:
    path = tmp_path / "A.lean"
    hard = "theorem hard (x y z : Nat) (h : 0 < x) : x ^ 5 + y ^ 5 ≠ z ^ 5 + 1 := by\n  sorry\n"
    path.write_text("theorem easy : 1 + 1 = 2 := by\n  sorry\n" + hard)
    arguments = ["prove", "A.lean", "--write", "--json", "--workers", "1", "--seconds", "600"]
    with subprocess.Popen(
        [*PROGRAM, *arguments],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        # Where the tests themselves run in the background, a shell has had it ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as ran:
        assert ran.stdout is not None
        lines: list[bytes] = []
        while b'"event": "opened", "theorem": "hard"' not in b"".join(lines[-1:]):
            lines.append(ran.stdout.readline())
            assert lines[-1], "it ended by itself"
        workers = psutil.Process(ran.pid).children(recursive=True)
        assert workers
        ran.send_signal(signal.SIGINT)
        rest = ran.stdout.read()
    assert ran.returncode == 130
    assert b'"status": "cancelled"' in rest
    assert path.read_text().count("sorry") == 1
    assert path.read_text().endswith(hard)
    deadline = time.monotonic() + 5
    while any(worker.is_running() and worker.status() != "zombie" for worker in workers):
        assert time.monotonic() < deadline, "a worker has outlived its parent"
        time.sleep(0.1)
