"""The embedded Lean itself: it answers, it is locked in, and its recursion ends well."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from prover.cache import default_cache
from prover.errors import SetupError
from prover.lean import lean_sources
from prover.lean.embedded import worker_image
from prover.lean.embedded.embedded_lean import EmbeddedLean
from prover.lean.interface import Closed, TacticError, TacticLimit
from prover.lean.lean_sources import WORKER
from prover.lean.process import run_command
from prover.lean.session import Session
from prover.theorem import Theorem
from tests.lean.test_session import pid

GREETING = {"id": 0, "op": "hello", "nonce": "n"}


def test_without_an_installation_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="not installed") as problem:
        EmbeddedLean.find(tmp_path)
    assert problem.value.hint == "Run `prover setup`."


def test_the_cache_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/some/where")
    assert default_cache() == Path("/some/where/prover")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert default_cache() == Path.home() / ".cache" / "prover"


def test_the_worker_is_rebuilt_when_its_sources_change() -> None:
    modules = lean_sources.sources(WORKER)
    assert WORKER in modules
    changed = {**modules, WORKER: modules[WORKER] + "\n"}
    assert worker_image.fingerprint(changed) != worker_image.fingerprint(modules)
    assert worker_image.fingerprint(lean_sources.sources(WORKER)) == worker_image.fingerprint(
        modules
    )


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def talk(lean: EmbeddedLean, *requests: dict[str, object]) -> Iterator[dict[str, object]]:
    """The worker's answers to the requests, which are sent all at once."""
    command = lean.worker_command()
    ran = subprocess.run(
        command.argv,
        cwd=command.cwd,
        env=dict(command.environment),
        input="".join(json.dumps(request) + "\n" for request in requests),
        capture_output=True,
        text=True,
        check=True,
    )
    for line in ran.stdout.splitlines():
        if line.startswith("n "):
            yield json.loads(line[2:])


LENGTHS = (1023, 1024, 65_535, 65_536, 65_537, 1_000_000)


@pytest.mark.lean
def test_the_worker_answers_requests_of_any_length(lean: EmbeddedLean) -> None:
    asked: dict[str, object] = {"id": 1, "op": "ping", "padding": ""}
    short = len(json.dumps(asked)) + 1
    pings = [{**asked, "id": i, "padding": "é" * (n - short)} for i, n in enumerate(LENGTHS, 1)]
    hello, *answers = talk(lean, GREETING, *pings)
    assert "4.28.0" in str(hello["result"])
    assert answers == [{"id": ping["id"], "result": {}} for ping in pings]


@pytest.mark.lean
async def test_endless_recursion_is_an_error_that_lean_survives(session: Session) -> None:
    statement = "theorem t (a b : Nat) (h : a = b) : b = a := by"
    root = await session.open(Theorem.from_statement("t", statement))
    worker = await pid(session)
    tactics = ["repeat skip", "iterate 1000000 skip", "exact h.symm"]
    outcomes = await session.run(root, tactics, TacticLimit(seconds=20))
    assert [type(outcome) for outcome in outcomes] == [TacticError, TacticError, Closed]
    assert await pid(session) == worker


# What the interpreter can run is limited: the library's compiled code is not in the package.
READ = """
def read (path : String) : IO String := do
  let handle ← IO.FS.Handle.mk path .read
  handle.getLine
"""

TRIES = (
    """module
public section"""
    + READ
    + """
def write (path : String) : IO String := do
  let handle ← IO.FS.Handle.mk path .write
  handle.putStr "changed"
  handle.flush
  return "done"

def spawn : IO String := do
  let _ ← IO.Process.spawn { cmd := "/bin/ls" }
  return "done"

def create (path : String) : IO String := do
  IO.FS.createDir path
  return "done"

def remove (path : String) : IO String := do
  IO.FS.removeFile path
  return "done"

def open_ (path : String) : IO String := do
  let _ ← IO.FS.Handle.mk path .read
  return "done"

def tell (what : String) (result : Except IO.Error String) : IO Unit := do
  let stdout ← IO.getStdout
  match result with
  | .ok text => stdout.putStrLn (what ++ " gave " ++ text)
  | .error error => stdout.putStrLn (what ++ " failed: " ++ error.toString)

def attempt (what : String) (action : IO String) : IO Unit := do
  tell what (← action.toBaseIO)
  tell ("thread: " ++ what) (← BaseIO.asTask action.toBaseIO).get

unsafe def main : IO Unit := do
  attempt "own" (read "/work/own")
  attempt "library" (open_ "/lean/Init.olean")
  attempt "secret" (read "SECRET")
  attempt "secret above work" (read "/work/..SECRET")
  attempt "secret above library" (read "/lean/../../../../../../../..SECRET")
  attempt "change of secret" (write "/work/..SECRET")
  attempt "change of own" (write "/work/own")
  attempt "new" (write "/work/new")
  attempt "new in library" (write "/lean/new")
  attempt "folder" (create "/work/folder")
  attempt "removal" (remove "/work/own")
  attempt "process" spawn
  IO.Process.exit 0
"""
)

TACTIC = (
    "import Lean\nopen Lean Elab Tactic\n"
    + READ
    + """
def say (text : String) : TacticM Unit := fun _ _ _ _ _ _ _ _ =>
  throw (.error .missing (.ofFormat text))

def tell (path : String) : TacticM Unit := fun a b c d e f g h => do
  match ← ((read path).toBaseIO : BaseIO _) with
  | .ok text => say text a b c d e f g h
  | .error error => say error.toString a b c d e f g h

example : True := by run_tac tell "/work/own"
example : True := by run_tac tell "SECRET"
"""
)


@pytest.fixture
def secret(work: Path, tmp_path: Path) -> Path:
    """A file of the user's, outside of what Lean may see."""
    secret = tmp_path / "secret"
    secret.write_text("the secret\n")
    (work / "own").write_text("its own\n")
    return secret


@pytest.mark.lean
def test_a_program_reaches_nothing_but_its_two_folders(
    lean: EmbeddedLean, work: Path, secret: Path
) -> None:
    (work / "Tries.lean").write_text(TRIES.replace("SECRET", str(secret)))
    before = {path.name for path in work.iterdir()}
    ran = run_command(lean.command("--run", "Tries.lean", work=work))
    lines = [line for line in ran.stdout.splitlines() if " gave " in line or " failed: " in line]
    works = [line for line in lines if " gave " in line]
    assert works == [
        "own gave its own",
        "thread: own gave its own",
        "library gave done",
        "thread: library gave done",
    ]
    assert len(lines) == 24, ran.stdout
    assert secret.read_text() == "the secret\n"
    assert (work / "own").read_text() == "its own\n"
    assert {path.name for path in work.iterdir()} == before
    assert not (lean.folder / "library" / "new").exists()


@pytest.mark.lean
def test_a_tactic_reaches_no_more_than_that(lean: EmbeddedLean, work: Path, secret: Path) -> None:
    (work / "Tries.lean").write_text(TACTIC.replace("SECRET", str(secret)))
    ran = run_command(lean.command("Tries.lean", work=work))
    errors = [line for line in ran.stdout.splitlines() if " error: " in line]
    assert errors[0].endswith(" error: its own")
    assert len(errors) == 2
    assert "the secret" not in ran.stdout + ran.stderr


@pytest.mark.lean
def test_its_own_files_can_be_checked(lean: EmbeddedLean) -> None:
    lean.check()
