"""What requests are about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from prover.errors import InputError
from prover.file_check import NOT_PARSED, FileReport, Message
from prover.lean_file import LeanFile
from prover.service.schemas import FilePart, ProveRequest, TheoremPart
from prover.service.theorem_resolver import HoleInFile, StandaloneTheorem, resolve, theorem_of
from tests.service.scripted_service import Scripted
from tests.test_lean_file import TWO, holes_of

PARTS = Scripted().parts


@pytest.mark.parametrize("end", ["", " :=", " := by", " := by\n  sorry", " := by sorry\n"])
def test_a_statement_may_end_as_users_write_it(end: str) -> None:
    theorem = theorem_of(TheoremPart(statement=f"theorem t (n : Nat) : n = n{end}"))
    assert theorem.declaration == "theorem t (n : Nat) : n = n := by\n  sorry"


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("theorem Nat.foo' : 1 = 1", "Nat.foo'"),
        ("@[simp] private lemma x{n : Nat} : n = n", "x"),
        ("example : 1 = 1", "example"),
        ("(n : Nat) : n + 0 = n", "example"),
        ("theorem «a b» : 1 = 1", "«a b»"),
    ],
)
def test_a_theorem_is_called_as_it_calls_itself(statement: str, name: str) -> None:
    assert theorem_of(TheoremPart(statement=statement)).name == name
    assert theorem_of(TheoremPart(statement=statement, name="other")).name == "other"


async def test_a_goal_and_a_file() -> None:
    goal = await resolve(PARTS, Path(), ProveRequest(goal="⊢ 1 = 1", header="open Nat"))
    assert isinstance(goal, StandaloneTheorem)
    assert goal.theorem.header == "open Nat\n"
    asked = ProveRequest(file=FilePart(text=TWO, line=6))
    found = await resolve(PARTS, Path(), asked)
    assert isinstance(found, HoleInFile)
    assert found.place == {"theorem": "ℓ", "line": 6, "column": 2}
    assert found.theorem.header + found.theorem.declaration + "\n" == TWO


async def test_what_is_in_the_way_of_a_hole_is_told() -> None:
    async def check(file: LeanFile, *, seconds: float, audits: bool = True) -> FileReport:  # noqa: ARG001
        holes = [replace(hole, obstacle="It can't be read.") for hole in holes_of(file.text)]
        return FileReport((), (), tuple(holes))

    async def look(file: LeanFile, line: int) -> FileReport:  # noqa: ARG001
        return await check(file, seconds=1.0)

    parts = replace(PARTS, check=check, look=look)
    with pytest.raises(InputError, match=r"It can't be read\."):
        await resolve(parts, Path(), ProveRequest(file=FilePart(text=TWO, line=6)))


ERRORS = (Message(1, 3, "error", "unexpected `x`\nmore"), Message(9, 0, "error", "far"))


@pytest.mark.parametrize(
    ("holes", "message", "hint"),
    [
        (False, "A.lean:1:3: unexpected `x`", "put a `sorry`"),
        (True, "A.lean:1:3: unexpected `x`", "parse"),
    ],
)
async def test_what_lean_can_not_parse_is_told(holes: bool, message: str, hint: str) -> None:
    async def check(file: LeanFile, *, seconds: float, audits: bool = True) -> FileReport:  # noqa: ARG001
        found = [replace(hole, obstacle=NOT_PARSED) for hole in holes_of(file.text)[:1]]
        return FileReport(ERRORS, (), tuple(found) if holes else ())

    asked = ProveRequest(file=FilePart(path="A.lean", text=TWO))
    with pytest.raises(InputError) as caught:
        await resolve(replace(PARTS, check=check), Path(), asked)
    assert caught.value.message == message
    assert hint in caught.value.hint
