"""Problem sets against a real Lean: what the textual reader finds, and theorems of the library."""

from __future__ import annotations

from pathlib import Path

import pytest
import pytest_asyncio

from prover.bench.library import header
from prover.bench.problem import Problem, ProblemSet
from prover.bench.problems import load
from prover.check import check
from prover.errors import InputProblem
from prover.file import LeanFile
from prover.lean.base import Closed, Outcome, TacticError, TacticLimit
from prover.lean.pool import LeanPool

pytestmark = [pytest.mark.lean, pytest.mark.slow]

EXAMPLES = Path(__file__).parents[2] / "examples"
MODULE = "Init.Data.Nat.Dvd"


async def test_lean_finds_the_same_theorems(pool: LeanPool) -> None:
    """Those whose whole proof is `sorry`, each where the text was cut."""
    file = LeanFile.read(EXAMPLES / "demo.lean")
    problems = (await load(str(file.path))).problems
    report = await check(pool, file)
    whole = {
        hole.name: file.part(hole.declaration)
        for hole in report.holes
        if file.part(hole.declaration).removesuffix("sorry").rstrip().endswith((":= by", ":="))
    }
    assert [problem.name for problem in problems] == list(whole)
    for problem in problems:
        text = whole[problem.name].removesuffix("sorry").rstrip()
        assert problem.statement == (text if text.endswith("by") else text + " by")


async def test_every_statement_opens_after_its_header(pool: LeanPool) -> None:
    for problem in (await load(str(EXAMPLES / "demo.lean"))).problems:
        async with pool.session() as session:
            assert len((await session.open(problem.theorem)).goals) == 1


Told = list[str]


@pytest_asyncio.fixture(scope="module")
async def library(pool: LeanPool) -> tuple[ProblemSet, Told]:
    """The theorems of a module, and what was told."""
    told: Told = []
    return await load(f"library:{MODULE}", lean=pool, tell=told.append), told


async def outcome(pool: LeanPool, problem: Problem, tactic: str) -> Outcome:
    async with pool.session() as session:
        state = await session.open(problem.theorem)
        [result] = await session.run(state, [tactic], TacticLimit(seconds=20))
        return result


async def test_the_theorems_of_a_module(library: tuple[ProblemSet, Told]) -> None:
    found, told = library
    by_name = {problem.name: problem for problem in found.problems}
    assert list(by_name) == sorted(by_name)
    trans = by_name["Nat.dvd_trans"]
    assert trans.statement == (
        "theorem Nat.dvd_trans {a b c : Nat} (h₁ : a ∣ b) (h₂ : b ∣ c) : a ∣ c := by"
    )
    assert trans.header.startswith("prelude\nimport Init.")
    assert trans.source == f"library:{MODULE}:Nat.dvd_trans"
    assert (trans.topic, trans.difficulty) == (MODULE, "")
    assert told == [f"{MODULE}: {len(found.problems)} theorems"]


async def test_no_theorem_of_the_module_is_there(
    library: tuple[ProblemSet, Told], pool: LeanPool
) -> None:
    by_name = {problem.name: problem for problem in library[0].problems}
    for name in ("Nat.dvd_trans", "Nat.dvd_add_iff_right"):
        result = await outcome(pool, by_name["Nat.dvd_trans"], f"exact (@{name} : _)")
        assert isinstance(result, TacticError)
        assert name in result.message


async def test_a_theorem_can_be_proved_afresh(
    library: tuple[ProblemSet, Told], pool: LeanPool
) -> None:
    trans = next(each for each in library[0].problems if each.name == "Nat.dvd_trans")
    script = "exact let ⟨d, e⟩ := h₁; let ⟨f, g⟩ := h₂; ⟨d * f, by rw [g, e, Nat.mul_assoc]⟩"
    assert isinstance(await outcome(pool, trans, script), Closed)


async def test_what_can_not_be_stated_is_counted_and_named(pool: LeanPool) -> None:
    told: Told = []
    found = await load("library:Init.Data.Nat.Gcd", lean=pool, tell=told.append)
    [sentence] = told
    assert sentence.startswith(f"Init.Data.Nat.Gcd: {len(found.problems)} theorems, ")
    assert " left out: Nat." in sentence
    assert "(it speaks of what its own module defines)" in sentence
    # `Nat.gcd` is defined in that module, so no statement can have it.
    assert not any("Nat.gcd " in problem.statement for problem in found.problems)


@pytest.mark.parametrize(
    ("module", "hint"), [("Init.Data.Nat.Dvf", "Init.Data.Nat.Dvd"), ("Mathlib", "Init, Std")]
)
async def test_a_module_that_is_not_there(pool: LeanPool, module: str, hint: str) -> None:
    with pytest.raises(InputProblem, match=f"no module {module}") as caught:
        await load(f"library:{module}", lean=pool)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("imports", "text"),
    [
        ([], "prelude\n"),
        (["Init.Core", "Init.Meta"], "prelude\nimport Init.Core\nimport Init.Meta\n"),
        (["Init", "Std.Data"], "import Std.Data\n"),
    ],
)
def test_headers(imports: list[str], text: str) -> None:
    assert header(imports) == text
