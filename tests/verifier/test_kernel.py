"""The audit's rules: no known hole of a kernel leads past them, and nothing usual is refused."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from prover.lean.embedded import worker_image
from prover.lean.embedded.embedded_lean import EmbeddedLean
from prover.lean.pool import LeanPool
from prover.lean.worker import Worker
from tests.verifier.planted import ACCEPTED, PLANT, REFUSED, copying, planting, use
from tests.verifier.test_verifier import theorem, verdict

pytestmark = pytest.mark.lean

IMAX = (Path(__file__).parent / "kernel_sort_of_imax.lean").read_text()
TRUE = "theorem t : True := by\n  sorry"
FIVE = "theorem t : (5 : Nat) = 6 := by\n  sorry"
ABSURD = "exact absurd two_is_three (by decide)"


@pytest_asyncio.fixture
async def worker(warm: LeanPool) -> AsyncIterator[Worker]:
    async with warm.fresh() as worker:
        yield worker


async def checked(worker: Worker, text: str) -> dict[str, str]:
    """Why each declaration of a file is refused, empty where it is not; the file has no error."""
    found: dict[str, Any] = await worker.request(
        "check", {"text": text, "milliseconds": 100_000}, seconds=120
    )
    assert [message for message in found["messages"] if message["severity"] == "error"] == []
    return {each["name"]: each["reason"] for each in found["declarations"]}


@pytest.mark.parametrize("kind", REFUSED)
async def test_what_no_elaborator_makes_is_refused(worker: Worker, kind: str) -> None:
    declarations, reason = REFUSED[kind]
    found = await verdict(worker, theorem(TRUE, planting(declarations)), use(declarations))
    assert found
    assert reason in found


async def test_data_is_not_projected_out_of_a_proof(worker: Worker) -> None:
    """Two is three where `Sort (imax 1 0)` is not seen to be `Prop`."""
    found = await checked(worker, IMAX)
    refused = {name for name, reason in found.items() if reason}
    assert refused == {"Sealed", "sealed_alike", "two_is_three"}
    assert "data might be projected out of a proof" in found["two_is_three"]
    assert "out of a proof" in await verdict(worker, theorem(FIVE, IMAX), ABSURD)


async def test_what_lean_makes_is_accepted(worker: Worker) -> None:
    found = await checked(worker, ACCEPTED)
    assert len(found) > 40
    assert {reason for reason in found.values() if reason} == set()


@pytest.mark.slow
async def test_what_the_library_declares_is_accepted(worker: Worker) -> None:
    modules = ("Init.Prelude", "Init.Data.List.Basic", "Init.Data.BitVec.Basic")
    found = await checked(worker, copying(*modules))
    assert {reason for reason in found.values() if reason} == set()


async def test_a_constant_that_was_put_in_anothers_place(worker: Worker) -> None:
    text = f"""{PLANT.replace("DECLARATIONS", "definition `n natural (.lit (.natVal 2))")}
def n : Nat := 1
theorem n_is_one : n = 1 := rfl
#plant
theorem n_is_two : n = 2 := by decide +kernel
"""
    found = await checked(worker, text)
    assert not found["n_is_one"]
    assert found["n_is_two"] == "the rule `constant`: n is another one than was checked"


TYPES, THEOREMS = IMAX.partition("syntax")[0], IMAX.rpartition("#ship\n")[2]
MINE = f"""import Lean
public meta section
{TYPES.removeprefix("import Lean")}end
public section
def shipped : Nat := by_elab fun _ _ _ _ _ core => do
  let state ← ST.Prim.Ref.get core
  match state.env.addDeclCore 0 (.inductDecl [] 0 [plainType, parcelType] false) none with
  | .ok first =>
    match first.addDeclCore 0 opening none with
    | .ok second => ST.Prim.Ref.set core {{ state with env := second }}
    | .error _ => pure ()
  | .error _ => pure ()
  return .lit (.natVal 0)
{THEOREMS}
theorem fine (n : Nat) : n + 0 = n := rfl
inductive Tree where
  | leaf
  | node (left right : Tree)
structure Pair where
  first : Nat
  second : List Tree
def Pair.trees (p : Pair) : List Tree := p.second
set_option debug.skipKernelTC true
theorem unchecked : (1 : Nat) = 2 := by decide +kernel
"""
USES = """import Mine
theorem uses_fine (n : Nat) : n + 0 = n := fine n
theorem uses_types (p : Pair) : p.trees = p.2 := rfl
theorem uses_imax : (5 : Nat) = 6 := absurd two_is_three (by decide)
theorem uses_unchecked : (5 : Nat) = 6 := absurd unchecked (by decide)
"""


async def test_the_modules_of_a_project_are_audited_like_a_file(tmp_path: Path) -> None:
    """What a project has compiled is no library: the rules and the kernel see it once more."""
    lean = EmbeddedLean.find()
    folder = tmp_path / "site"
    shutil.copytree(lean.worker(), folder)
    (folder / "src").mkdir()
    (folder / "src" / "Mine.lean").write_text(MINE)
    worker_image.compile_one(lean.command, "Mine", folder, keeps=False)
    worker = await Worker.start(lean.worker_in(folder))
    try:
        found = await checked(worker, USES)
    finally:
        await worker.close()
    assert found["uses_fine"] == found["uses_types"] == ""
    assert "out of a proof" in found["uses_imax"]
    assert "unchecked" in found["uses_unchecked"]
    assert "the kernel" in found["uses_unchecked"]
