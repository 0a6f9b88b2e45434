"""What a search stands on and what the verifier does, down a file; no Lean."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from prover.file_prover import ProofContext
from prover.lean.interface import Verification
from prover.lean_file import LeanFile, Span
from prover.theorem import Theorem
from tests.test_lean_file import TWO, holes_of

FILE = LeanFile(Path("A.lean"), TWO.encode())
FIRST, SECOND, THIRD, LAST = holes_of(FILE.text)
PLAIN = FILE.part(Span(0, THIRD.declaration.start))
BOTH = {FIRST: "rfl", SECOND: "decide"}


@dataclass
class Going:
    """A verifier that has read so far."""

    read: str = ""
    ahead_of: list[str] = field(default_factory=list)
    verified: list[Theorem] = field(default_factory=list)

    @property
    def reached(self) -> int:
        return len(self.read)

    def reaches(self, header: str) -> bool:
        return header.startswith(self.read)

    def ahead(self, header: str, bound: int | None = None, *, always: bool = False) -> None:
        assert bound is None
        assert not always
        self.ahead_of.append(header)
        self.read = header

    async def __call__(self, theorem: Theorem, script: str) -> Verification:
        self.verified.append(theorem)
        self.read = theorem.header + theorem.filled(script).declaration
        return Verification(True)

    async def close(self) -> None: ...


async def test_a_search_has_the_file_as_it_is_and_the_gate_what_is_proved() -> None:
    verifier = Going()
    attempt = ProofContext(verifier).attempt(FILE, THIRD, BOTH)
    assert attempt.searched.header == PLAIN
    assert attempt.searched.checked
    assert attempt.searched.declaration == attempt.theorem.declaration
    assert verifier.ahead_of == [FILE.theorem(THIRD, BOTH).header]
    await attempt.verify(attempt.searched, "rfl")
    assert [theorem.header for theorem in verifier.verified] == verifier.ahead_of


async def test_what_was_proved_too_late_for_a_walk_is_a_sorry_there() -> None:
    verifier = Going()
    way = ProofContext(verifier)
    first = way.attempt(FILE, THIRD, {})
    assert first.theorem.header == PLAIN
    late = way.attempt(FILE, LAST, {**BOTH, THIRD: "rfl"})
    assert late.scripts == {THIRD: "rfl"}
    assert late.theorem.header == PLAIN
    assert verifier.reaches(late.theorem.header)


async def test_again_it_has_all_that_is_known() -> None:
    verifier = Going()
    way = ProofContext(verifier)
    way.attempt(FILE, THIRD, {})
    again = way.attempt(FILE, THIRD, BOTH, again=True)
    assert again.scripts == BOTH
    assert again.searched == again.theorem == FILE.theorem(THIRD, BOTH)


async def test_a_goal_that_rests_on_another_is_searched_with_its_proof() -> None:
    resting = replace(THIRD, rests_on=("a",))
    attempt = ProofContext(Going()).attempt(FILE, resting, BOTH)
    assert attempt.searched == attempt.theorem


async def test_a_goal_never_rests_on_what_was_proved_too_late_for_the_walk() -> None:
    way = ProofContext(Going())
    way.attempt(FILE, THIRD, {})
    known = {**BOTH, THIRD: "rfl"}
    late = way.attempt(FILE, replace(LAST, rests_on=("a",)), known)
    assert late.scripts == known
    assert late.searched == late.theorem == FILE.theorem(LAST, known)
