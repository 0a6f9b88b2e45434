"""Our Repl for LeanDojo in a real Lean: one run of the embedded Lean answers all requests.

That Lean has no terminal and takes each file for a `module`, so the modules are joined into one
file, which reads and writes files in the place of the descriptors. All else is as it is used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from prover.errors import SetupError
from prover.lean.embedded.embedded_lean import EmbeddedLean
from prover.lean.lean_sources import DOJO_REPL, sources
from prover.lean.process import run_command

pytestmark = [pytest.mark.lean, pytest.mark.slow]

THEOREM = """
end
namespace My
theorem foo (a b : Nat) (h : a = b) : b = a := by
  lean_dojo_repl
  sorry
end My
"""
ROOT = "a b : Nat\nh : a = b\n⊢ b = a"
SORRY = "not allowed: it leaves the goal unproved (`sorry`)"
Request = tuple[int, str, dict[str, int]]
REQUESTS: tuple[Request, ...] = (
    (0, "skip", {}),
    (0, "exact foo a b h", {}),
    (0, "exact My.foo a b h", {}),
    (0, "have := foo b a h.symm\nomega", {}),
    (0, "sorry", {}),
    (0, "have x : b = a := by sorry", {}),
    (0, "run_tac pure ()", {}),
    (0, "refine Eq.symm ?_", {}),
    (2, "exact h", {}),
    (9, "exact h", {}),
    (0, "omega", {"heartbeats": 1}),
    (0, "omega", {"heartbeats": 200_000}),
    (0, "cases h with\n| refl => rfl", {}),
    (0, "induction a\nall_goals skip", {}),
    (0, "exact nope", {}),
    (0, "exact (", {}),
)


INSIDE = """
end
universe u
variable {β : Type u} (unused : β)
theorem bar {α : Type u} [Inhabited α] (s : α) (n : Nat) : (∃ x, x = s) ∧ n + 0 = n := by
  let m := n + 1
  have key : m = n + 1 := rfl
  refine ⟨?_, ?_⟩
  · exact ⟨s, rfl⟩
  · lean_dojo_repl
    sorry
"""


def joined(theorem: str) -> str:
    """Our modules as one, with what they import and the theorem."""
    texts = sources(DOJO_REPL).values()
    imports = {
        name for text in texts for name in re.findall(r"^import (?!Prover)(.*)$", text, re.M)
    }
    head = "".join(f"public import {name}\npublic meta import {name}\n" for name in sorted(imports))
    body = "\n".join(
        re.sub(r"^(import .*|public (meta )?section)\n", "", text, flags=re.M) for text in texts
    )
    body = body.replace('(descriptor "0")', '"requests"').replace('(descriptor "1")', '"replies"')
    return f"module\n{head}public meta section\n{body}{theorem}"


def answers(work: Path, theorem: str, requests: Sequence[Request]) -> list[dict[str, object]]:
    """The first state, and the reply to each request."""
    (work / "T.lean").write_text(joined(theorem))
    (work / "replies").touch()
    lines = (json.dumps({"sid": n, "cmd": text, **more}) for n, text, more in requests)
    (work / "requests").write_text("".join(f"{line}\n" for line in lines))
    arguments = ("-Dweak.Elab.async=false", "T.lean")
    try:
        command = EmbeddedLean.find().command(*arguments, work=work, writes=True)
    except SetupError as problem:
        pytest.skip(f"{problem.message}. {problem.hint}")
    ran = run_command(command)
    assert ran.returncode == 0, ran.stdout
    return read(work)


@pytest.fixture(scope="module")
def replies(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    return answers(tmp_path_factory.mktemp("repl"), THEOREM, REQUESTS)


def read(work: Path) -> list[dict[str, object]]:
    lines = (work / "replies").read_text().splitlines()
    assert all(line.startswith("REPL> ") for line in lines)
    return [json.loads(line.removeprefix("REPL> ")) for line in lines]


def reply_to(replies: list[dict[str, object]], tactic: str) -> dict[str, object]:
    index = next(i for i, (_, text, _) in enumerate(REQUESTS) if text == tactic)
    return replies[1 + index]


def test_answers_each_request_once(replies: list[dict[str, object]]) -> None:
    assert len(replies) == 1 + len(REQUESTS)
    assert replies[0] == {"sid": 0, "tacticState": ROOT, "error": None}
    assert replies[1] == {"sid": 1, "tacticState": ROOT, "error": None}


@pytest.mark.parametrize(
    ("tactic", "reason"),
    [
        ("exact foo a b h", "nknown identifier `foo`"),
        ("exact My.foo a b h", "nknown identifier `My.foo`"),
        ("have := foo b a h.symm\nomega", "nknown identifier `foo`"),
        ("sorry", SORRY),
        ("have x : b = a := by sorry", SORRY),
        ("run_tac pure ()", "not allowed: "),
        ("exact nope", "nknown identifier `nope`"),
        ("exact (", "unexpected end of input"),
    ],
)
def test_what_is_refused(replies: list[dict[str, object]], tactic: str, reason: str) -> None:
    """Above all, what is to be proved is no proof of itself."""
    reply = reply_to(replies, tactic)
    assert reply["tacticState"] is None
    assert reason in str(reply["error"])


def test_a_state_that_is_not_known(replies: list[dict[str, object]]) -> None:
    index = next(i for i, (number, _, _) in enumerate(REQUESTS) if number == 9)
    assert replies[1 + index]["error"] == "there is no such state"


def test_goals_are_left_and_closed(replies: list[dict[str, object]]) -> None:
    left = reply_to(replies, "refine Eq.symm ?_")
    assert (left["sid"], left["tacticState"]) == (2, "a b : Nat\nh : a = b\n⊢ a = b")
    assert reply_to(replies, "exact h") == {"sid": 3, "tacticState": "no goals", "error": None}
    assert reply_to(replies, "cases h with\n| refl => rfl")["tacticState"] == "no goals"
    two = str(reply_to(replies, "induction a\nall_goals skip")["tacticState"])
    assert [part.splitlines()[0] for part in two.split("\n\n")] == ["case zero", "case succ"]


def test_heartbeats_end_a_tactic(replies: list[dict[str, object]]) -> None:
    few, many = (replies[1 + i] for i, (_, text, _) in enumerate(REQUESTS) if text == "omega")
    assert str(few["error"]).startswith("(deterministic) timeout")
    assert many["tacticState"] == "no goals"


def test_a_hole_inside_a_proof(tmp_path: Path) -> None:
    """With universes, instances and a `let` before it: the kernel accepts the part alone."""
    tactics = ("omega", "exact (bar s n).2", "induction n with | zero => rfl | succ k ih => rfl")
    first, *others = answers(tmp_path, INSIDE, [(0, tactic, {}) for tactic in tactics])
    assert str(first["tacticState"]).endswith("m : Nat := n + 1\nkey : m = n + 1\n⊢ n + 0 = n")
    assert [reply["tacticState"] for reply in others] == ["no goals", None, "no goals"]
    assert "nknown identifier `bar`" in str(others[1]["error"])
