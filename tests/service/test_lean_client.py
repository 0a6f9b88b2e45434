"""The Lean client and a real service: Lean asks, `curl` carries it as Lean would have it do.

The embedded Lean can start no process, so a file stands between it and `curl`.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import threading
import time
from itertools import chain
from pathlib import Path

import pytest

from prover.lean.process import run_tied
from tests.lean.client import TOP, command, joined
from tests.service.scripted_service import Served

pytestmark = [
    pytest.mark.lean,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here"),
]

USER_FILE = """import Prover.Client
def ℓ𝔸 : Nat := 2

theorem before : ℓ𝔸 = 2 := by suggest? "r"

theorem t (p : Prop) (h : p) : p ∧ ℓ𝔸 * 1 = 2 := by
  refine ⟨h, ?_⟩
  prove? 30
"""
TRANSPORT = """
open Lean Prover.Client

partial def arrived (file : System.FilePath) : IO Unit := do
  if ← file.pathExists then return
  IO.sleep 20
  arrived file

/-- Writes down how it would run `curl`, and takes each line that comes from a file. -/
def byFiles (name : String) : Transport := fun request => do
  match ← socketIn "." with
  | .error failure => return .error failure
  | .ok socket =>
    let call := Json.mkObj [("arguments", strings (arguments socket request.path) 0 #[]),
      ("body", .str request.body.compress)]
    IO.FS.writeFile (name ++ ".new") call.compress
    IO.FS.rename (name ++ ".new") (name ++ ".asked")
    let count ← (ST.Prim.mkRef 0 : BaseIO (IO.Ref Nat))
    return .ok { line := next count, close := fun ended => do
      IO.FS.writeFile (name ++ ".closed") (toString ended)
      return none }
where
  next (count : IO.Ref Nat) : IO String := do
    let number : Nat ← ST.Prim.Ref.get count
    ST.Prim.Ref.set count (number + 1)
    arrived s!"{name}.{number}"
    IO.FS.readFile s!"{name}.{number}"
  strings (items : Array String) (start : Nat) (all : Array Json) : Json :=
    if h : start < items.size then strings items (start + 1) (all.push (.str items[start]))
    else .arr all
  termination_by items.size - start

def userFile : String := USER_FILE

syntax (name := proveTest) "prove_test?" : tactic
syntax (name := suggestTest) "suggest_test?" : tactic
syntax (name := leaveTest) "leave_test?" : tactic

def userHole : Hole := holeAt userFile ⟨START⟩ ⟨STOP⟩

@[tactic proveTest] def proveTested : Elab.Tactic.Tactic := fun tactic =>
  suggest tactic (fun _ => proofOf userHole (some 30)) (byFiles "prove")

@[tactic suggestTest] def suggestTested : Elab.Tactic.Tactic := fun tactic =>
  suggest tactic (fun _ => tacticsFor userHole "s") (byFiles "suggest")

@[tactic leaveTest] def left : Elab.Tactic.Tactic := fun tactic => do
  match ← (ask (byFiles "leave") (proofOf userHole none) (return true)).toBaseIO with
  | .ok none => throw (.error tactic (.ofFormat "it was left"))
  | _ => throw (.error tactic (.ofFormat "it was not left"))

theorem one : 1 = 1 := by
  prove_test?
theorem two : 1 = 1 := by
  suggest_test?
theorem three : 1 = 1 := by
  leave_test?
"""
NAMES = ("prove", "suggest", "leave")


def lean_text() -> str:
    """The client with a transport through files, and theorems that use it."""
    start = len(USER_FILE[: USER_FILE.index("prove? 30")].encode())
    literal = json.dumps(USER_FILE, ensure_ascii=False)
    text = TRANSPORT.replace("USER_FILE", literal).replace("START", str(start))
    return joined(TOP, text.replace("STOP", str(start + len("prove? 30"))))


def carry(work: Path, name: str, over: threading.Event) -> None:
    """Runs `curl` as Lean asks, once it does; each line is handed on as it comes."""
    asked = work / f"{name}.asked"
    while not asked.exists():
        if over.is_set():
            return
        time.sleep(0.05)
    call = json.loads(asked.read_text())
    with subprocess.Popen(
        ["curl", *call["arguments"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as curl:
        assert curl.stdin
        assert curl.stdout
        curl.stdin.write(call["body"].encode())
        curl.stdin.close()
        for number, line in enumerate(chain(curl.stdout, [b""])):
            (work / f"{name}.new").write_bytes(line)
            (work / f"{name}.new").rename(work / f"{name}.{number}")


async def test_lean_shows_what_the_service_finds(served_lean: Served, tmp_path: Path) -> None:
    shutil.copy(Path(served_lean.address.socket).with_suffix(".json"), tmp_path)
    lean, over = command(tmp_path, lean_text()), threading.Event()

    def ran() -> str:
        environment = dict(lean.environment)
        try:
            return run_tied(
                lean.argv, cwd=lean.cwd, environment=environment, stack=lean.stack
            ).stdout
        finally:
            over.set()

    running = asyncio.create_task(asyncio.to_thread(ran))
    await asyncio.gather(*(asyncio.to_thread(carry, tmp_path, name, over) for name in NAMES))
    said = await running
    assert "error: it was left" in said, said
    assert [(tmp_path / f"{name}.closed").read_text() for name in NAMES] == ["false"] * 3
    proofs = re.findall(r"Try this:\s*(?:\[apply\] )?(.*)", said)
    assert len(proofs) >= 2, said
    assert all(tactic.startswith("s") for tactic in proofs[1:])
    assert said.count("declaration uses `sorry`") == 2, said
    written = USER_FILE.replace("import Prover.Client\n", "").replace('suggest? "r"', "rfl")
    body = {"file": {"text": written.replace("prove? 30", proofs[0])}}
    assert (await served_lean.events("/v1/check", body))[-1]["status"] == "accepted"
