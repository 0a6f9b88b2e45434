"""Attacks on the verifier: what is no proof must not pass, and what is one must.

All go to one worker that is warm, but a few through `Verifier` with processes of their own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio

from prover.file_check import FileReport, check_file
from prover.lean.codec import claim
from prover.lean.interface import Verification
from prover.lean.pool import LeanPool
from prover.lean.worker import Refused, Worker
from prover.lean_file import LeanFile
from prover.theorem import Theorem
from prover.verifier import Verifier, invisible_characters, unclosed_comment
from tests.verifier.cases import EQUAL, FALSE, FORBIDDEN, NO_PROOFS, OPTION, PROOFS, TRUE, UNCHECKED

pytestmark = pytest.mark.lean

SECONDS = 30.0


def theorem(text: str, header: str = "", *, is_term: bool = False) -> Theorem:
    """A theorem from its text; its first `sorry` is the hole."""
    before, hole, after = text.partition("sorry")
    return Theorem("t", header, before, hole, after, is_term=is_term)


@pytest_asyncio.fixture
async def worker(warm: LeanPool) -> AsyncIterator[Worker]:
    async with warm.fresh() as worker:
        yield worker


async def verdict(worker: Worker, asked: Theorem, script: str) -> str:
    """Why the worker refuses the script; empty when it accepts."""
    limits = {"heartbeats": 200_000, "milliseconds": round(SECONDS * 1000)}
    try:
        answer = await worker.request("verify", {**claim(asked, script), **limits}, seconds=SECONDS)
    except Refused as refusal:
        return f"{refusal.kind}: {refusal.message}"
    if answer["accepted"]:
        assert set(answer["axioms"]) <= {"propext", "Quot.sound", "Classical.choice"}
        return ""
    assert answer["reason"]
    return str(answer["reason"])


@pytest.mark.parametrize(("script", "reason"), FORBIDDEN)
async def test_what_a_script_may_not_say(worker: Worker, script: str, reason: str) -> None:
    found = await verdict(worker, theorem(TRUE), script)
    assert found
    assert reason in found


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
async def test_no_line_begins_where_lean_sees_none(worker: Worker, separator: str) -> None:
    """Else a comment could hide from one reading what another one runs."""
    script = f"omega --{separator}set_option maxRecDepth 100 in skip"
    asked = theorem(EQUAL)
    assert asked.filled(script).hole == script
    other = {**claim(asked, script), "filled": asked.before + script.replace(separator, "\n  ")}
    limits = {"heartbeats": 200_000, "milliseconds": 10_000}
    answer = await worker.request("verify", {**other, **limits}, seconds=SECONDS)
    assert OPTION in answer["reason"]


async def test_a_comment_swallows_nothing(worker: Worker) -> None:
    asked = theorem("theorem t : True := by\n  have h : 1 = 1 := by sorry; skip\n  trivial")
    assert await verdict(worker, asked, "rfl --") == ""
    swallowed = asked.before + "rfl --" + asked.after
    limits = {"heartbeats": 200_000, "milliseconds": 10_000}
    fields = {**claim(asked, "rfl --"), "filled": swallowed, **limits}
    answer = await worker.request("verify", fields, seconds=SECONDS)
    assert "rest" in answer["reason"]


@pytest.mark.parametrize(("header", "text", "script", "reason"), NO_PROOFS)
async def test_what_is_no_proof(
    worker: Worker, header: str, text: str, script: str, reason: str
) -> None:
    found = await verdict(worker, theorem(text, header), script)
    assert found
    assert reason in found


@pytest.mark.parametrize(("header", "text", "script"), PROOFS)
async def test_what_is_a_proof(worker: Worker, header: str, text: str, script: str) -> None:
    assert await verdict(worker, theorem(text, header), script) == ""


HEADED = [case for case in NO_PROOFS if case[0]] + [(*case, "") for case in PROOFS if case[0]]


async def test_a_header_that_was_read_ahead_changes_no_verdict(worker: Worker) -> None:
    verdicts = set()
    for header, text, script, reason in HEADED:
        with suppress(Refused):
            await worker.request("header", {"header": header, "milliseconds": 0}, seconds=SECONDS)
        found = await verdict(worker, theorem(text, header), script)
        assert reason in found
        assert bool(found) is ((header, text, script) not in PROOFS), header
        verdicts.add(bool(found))
    assert verdicts == {True, False}


@pytest.mark.parametrize("script", ["trivial", "trivial -- and so", "first\n| fail\n| trivial"])
async def test_a_term_in_brackets(worker: Worker, script: str) -> None:
    asked = theorem("theorem t : True ∧ 1 = 1 := ⟨sorry, rfl⟩", is_term=True)
    assert await verdict(worker, asked, script) == ""


def program(act: str) -> str:
    """A header with a tactic `mine` that fails with what the program `act` gives."""
    return f"""import Lean
open Lean Elab Tactic
def act : IO String := do
  {act}
elab "mine" : tactic => fun _ _ _ _ _ _ _ _ => do
  match ← (act.toBaseIO : BaseIO _) with
  | .ok text => throw (.error .missing (.ofFormat ("done: " ++ text)))
  | .error error => throw (.error .missing (.ofFormat error.toString))
"""


OPEN = 'let handle ← IO.FS.Handle.mk "{}" .{}\n  '
SAY = """{}.putStr "{{\\"id\\": 1, \\"result\\": {{\\"accepted\\": true}}}}\\n"
  {}.flush
  return "said\""""
NOBODY = "no such file"


@pytest.mark.parametrize(
    ("act", "answer"),
    [
        ("let out ← IO.getStdout\n  " + SAY.format("out", "out"), "done: said"),
        (OPEN.format("/dev/stdout", "write") + SAY.format("handle", "handle"), "done: said"),
        ("let input ← IO.getStdin\n  input.getLine", "done: "),
        (OPEN.format("/etc/passwd", "read") + "handle.getLine", NOBODY),
        (OPEN.format("/proc/self/environ", "read") + "handle.getLine", NOBODY),
        (OPEN.format("/work/new", "write") + 'return "wrote"', "permission denied"),
        ('return toString (← IO.getEnv "HOME")', "done: none"),
    ],
)
async def test_what_a_program_of_the_header_can_do(worker: Worker, act: str, answer: str) -> None:
    """It may say what it likes: nobody takes it for a reply, and it reaches no file of the host."""
    assert answer in await verdict(worker, theorem(FALSE, program(act)), "mine")
    assert await verdict(worker, theorem(TRUE), "trivial") == ""


@pytest.mark.parametrize(
    "character", ["\u202e", "\u2066", "\u200b", "\ufeff", "\0", "\r", "\u2028"]
)
def test_what_nobody_sees_is_refused(character: str) -> None:
    assert f"U+{ord(character):04X}" in invisible_characters(f"trivial -- {character}")
    assert not invisible_characters("exact ⟨hα₁, by simp [«x y», ← h']⟩ -- ∀ ε > 0, ∃ δ\nomega")


@pytest.mark.parametrize(
    ("header", "is_open"),
    [
        ("def two := 2\n/- A note.\n", True),
        ("/- One in /- another -/\n", True),
        ("/-- Its documentation.\n", True),
        ("/- A note. -/ /- Another. -/\n-- /- none\n", False),
        ('def s := "/-"\ndef c := \'"\'\ndef «/-» := r#"/-"#\n', False),
    ],
)
def test_a_theorem_in_a_comment_is_none(header: str, is_open: bool) -> None:
    assert bool(unclosed_comment(header)) == is_open


@pytest.mark.parametrize(
    ("ahead", "header", "text", "script", "accepted"),
    [
        (False, "", EQUAL, "omega", True),
        (False, "/- A comment without an end.\n", EQUAL, "omega", False),
        (True, "def n : Nat := 1\n", "theorem t : n = 1 := by\n  sorry", "rfl", True),
        (True, UNCHECKED, "theorem t : (1 : Nat) = 2 := by\n  sorry", "exact unchecked", False),
        (False, program("IO.Process.exit 0"), FALSE, "mine", False),
        (False, "", TRUE, "trivial -- \u202e", False),
    ],
)
async def test_the_gate_itself(
    pool: LeanPool, ahead: bool, header: str, text: str, script: str, accepted: bool
) -> None:
    pool.expected = header if ahead else ""
    try:
        found: Verification = await Verifier(pool, seconds=SECONDS)(theorem(text, header), script)
    finally:
        pool.expected = ""
    assert found.accepted is accepted, found
    assert bool(found.reason) is not accepted


UNSOUND = f"""{UNCHECKED}theorem uses : (1 : Nat) = 2 := unchecked
axiom wrong : 1 = 2
theorem on_axiom : 1 = 2 := wrong
theorem native : 2 + 2 = 4 := by native_decide
theorem compiled (x y : Bool) (h : x = y) : Lean.reduceBool x = Lean.reduceBool y := by cases h; rfl
#guard_msgs (drop all) in
theorem silenced : (1 : Nat) = 2 := rfl
set_option Elab.async true in
theorem late : False := nonsense
unsafe def program : Nat := 1
structure P where
  x : Nat
deriving DecidableEq, Repr
def even : Nat → Bool
  | 0 => true
  | n + 1 => !even n
theorem fine (p : P) : p = ⟨p.x⟩ := rfl
set_option Elab.async true in
example : False := elsewhere
"""


async def checked(warm: LeanPool, text: str) -> FileReport:
    return await check_file(warm, LeanFile(Path("A.lean"), text.encode()))


async def test_a_whole_file(warm: LeanPool) -> None:
    report = await checked(warm, UNSOUND)
    found = {declaration.name: declaration for declaration in report.declarations}
    refused = {name for name, declaration in found.items() if not declaration.accepted}
    unsound = {"unchecked", "uses", "wrong", "on_axiom", "native", "compiled", "silenced", "late"}
    assert refused == {*unsound, "example"}
    assert {"P", "even", "fine"} <= found.keys() - refused
    assert "program" not in found
    assert all(bool(item.reason) is not item.accepted for item in found.values())
    assert "kernel" in found["uses"].reason
    assert found["on_axiom"].axioms == ("wrong",)
    assert found["compiled"].axioms == ("Lean.trustCompiler",)
    errors = "\n".join(str(error) for error in report.errors)
    assert "nonsense" in errors
    assert "elsewhere" in errors


async def test_a_file_without_the_library_that_the_kernel_knows(warm: LeanPool) -> None:
    text = "prelude\nimport Init.Tactics\naxiom propext : False\ntheorem t : False := propext\n"
    report = await checked(warm, text)
    assert [item.accepted for item in report.declarations] == [False, False]


RESTS_ON = {
    "plain": ("theorem plain : 1 = 1 := rfl", set()),
    "extensional": (
        "theorem extensional (p q : Prop) (h : p ↔ q) : p = q := propext h",
        {"propext"},
    ),
    "chosen": (
        "theorem chosen (h : Nonempty Nat) : ∃ _ : Nat, True := ⟨Classical.choice h, trivial⟩",
        {"Classical.choice"},
    ),
    "quotient": (
        "theorem quotient (s : Setoid Nat) (a b : Nat) (h : a ≈ b) : "
        "Quot.mk s.r a = Quot.mk s.r b := Quot.sound h",
        {"Quot.sound"},
    ),
    "lying": ("axiom lie : 1 = 2\ntheorem lying : 1 = 2 := lie", {"lie"}),
    "both": (
        "theorem both (p q : Prop) (h : p ↔ q) (g : Nonempty Nat) : p = q ∧ ∃ _ : Nat, True := "
        "⟨propext h, Classical.choice g, trivial⟩",
        {"propext", "Classical.choice"},
    ),
}
"""Declarations, and the axioms below each."""


@pytest.mark.parametrize("first", RESTS_ON)
async def test_what_a_declaration_rests_on_does_not_depend_on_those_before(
    warm: LeanPool, first: str
) -> None:
    names = [first, *(name for name in RESTS_ON if name != first), *reversed(RESTS_ON)]
    parts = [f"namespace N{i}\n{RESTS_ON[name][0]}\nend N{i}\n" for i, name in enumerate(names)]
    report = await checked(warm, "".join(parts))
    assert not report.errors
    found = {declaration.name: declaration for declaration in report.declarations}
    for i, name in enumerate(names):
        axioms = {axiom.removeprefix(f"N{i}.") for axiom in found[f"N{i}.{name}"].axioms}
        assert axioms == RESTS_ON[name][1], f"{name}, number {i}"
        assert found[f"N{i}.{name}"].accepted is ("lie" not in axioms)
