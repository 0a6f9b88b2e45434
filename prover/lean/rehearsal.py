"""Has the worker do once what workers do, and keeps the machine code that Node made of it.

Node compiles a function of `lean.wasm` when it is first called, and again, better, when it is
called much. A worker that finds the code of the rehearsal starts with the better one: a check in a
fresh Lean takes a quarter to a third less processor time. The code is Node's own, for its version,
its flags and the processor; where any of them differs it is not used, and all goes on without it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from prover.errors import ProverError
from prover.lean import codec
from prover.lean.command import Command
from prover.lean.install import Report, run_command
from prover.theorem import Theorem

LIMIT = {"heartbeats": 20_000, "milliseconds": 20_000}
ROUNDS = 3
"""How often each check is made: Node takes note of what is called much."""


@dataclass(frozen=True)
class Scene:
    """A theorem, tactics to run on it that don't close it, and one that does."""

    statement: str
    tactics: tuple[str, ...]
    proof: str
    header: str = ""

    @property
    def theorem(self) -> Theorem:
        """With `sorry` for its proof."""
        return Theorem.from_statement("scene", f"{self.statement} := by", header=self.header)


USUAL = ("rfl", "assumption", "simp", "simp_all", "omega", "decide", "constructor", "grind")
FIELD = """variable {K : Type} [Lean.Grind.Field K] [LE K] [LT K] [Std.LawfulOrderLT K]
  [Std.IsLinearOrder K] [Lean.Grind.OrderedRing K]
"""
TREE = """inductive Tree where
  | leaf
  | node (left : Tree) (value : Nat) (right : Tree)
def Tree.mirror : Tree → Tree
  | leaf => leaf
  | node left value right => node right.mirror value left.mirror
"""
SCENES = (
    Scene(
        "theorem linear (a b c : Nat) (h : 2 * a + b = c) (g : b < 2) : 2 * a ≤ c ∧ c < 2 * a + 2",
        ("rfl", "assumption", "simp", "decide", "constructor", "cases h", "refine ⟨?_, ?_⟩"),
        "omega",
    ),
    Scene(
        "theorem square (x y : Int) (h : x + y = 7) : x ^ 2 - y ^ 2 = 7 * (x - y)",
        (*USUAL[:-1], "subst h", "rw [← h]", "simp [Int.sub_mul]"),
        "grind",
    ),
    Scene(
        "theorem middle (a b : K) (h : a < b) : a < (a + b) / 2 ∧ (a + b) / 2 < b",
        USUAL[:-1],
        "grind",
        FIELD,
    ),
    Scene(
        "theorem mirrored (t : Tree) : t.mirror.mirror = t",
        (*USUAL, "intro", "cases t", "induction t", "unfold Tree.mirror"),
        "induction t <;> simp_all [Tree.mirror]",
        TREE,
    ),
    Scene(
        "theorem either (p q r : Prop) : p ∧ (q ∨ r) ↔ (p ∧ q) ∨ (p ∧ r)",
        ("rfl", "assumption", "constructor", "intro h", "by_cases p"),
        "simp [and_or_left]",
    ),
    Scene(
        "theorem appended (xs ys : List Nat) : (xs ++ ys).reverse = ys.reverse ++ xs.reverse",
        ("rfl", "assumption", "omega", "decide", "cases xs", "induction xs"),
        "simp",
    ),
    Scene(
        "theorem even_or_odd (n : Nat) : ∃ k, n = 2 * k ∨ n = 2 * k + 1",
        (*USUAL, "induction n", "exists n", "refine ⟨n / 2, ?_⟩"),
        "exact ⟨n / 2, by omega⟩",
    ),
)


def requests() -> Iterator[dict[str, Any]]:
    """What the worker is asked, in order."""
    yield {"op": "hello", "nonce": "rehearsal", "options": ""}
    for scene in SCENES:
        yield {"op": "open", "milliseconds": 60_000, **codec.hole(scene.theorem)}
    for number, scene in enumerate(SCENES):
        yield {"op": "run", "state": number, "tactics": [*scene.tactics, scene.proof], **LIMIT}
        yield {"op": "premises", "state": number, "count": 8}
    for _ in range(ROUNDS):
        for scene in SCENES:
            claim = codec.claim(scene.theorem, scene.proof)
            yield {"op": "verify", **claim, "heartbeats": 200_000, "milliseconds": 60_000}


def rehearse(worker: Command, report: Report) -> list[dict[str, Any]]:
    """Runs the worker, which keeps its machine code when it ends. Its answers.

    Raises `ProverError` when it does not end well.
    """
    report("rehearsing", 0, None)
    numbered = ({"id": number, **request} for number, request in enumerate(requests()))
    ran = run_command(worker, "".join(f"{json.dumps(request)}\n" for request in numbered))
    if ran.returncode:
        raise ProverError(
            f"Lean's worker ended with {ran.returncode}: {ran.stderr.strip()[-2000:]}",
            "This is a fault of the prover itself, or of too little memory.",
        )
    mark = "rehearsal "
    replies = (line for line in ran.stdout.splitlines() if line.startswith(mark))
    return [json.loads(line.removeprefix(mark)) for line in replies]
