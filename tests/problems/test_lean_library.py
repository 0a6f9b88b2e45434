"""Problem sets against a real Lean: what the textual reader finds, and theorems of the library."""

from __future__ import annotations

from pathlib import Path

import pytest
import pytest_asyncio

from prover.bench.attempt import Job
from prover.bench.executor import LocalExecutor
from prover.errors import InputError
from prover.file_check import check_file
from prover.lean.interface import Closed, Outcome, TacticError, TacticLimit
from prover.lean.pool import LeanPool
from prover.lean_file import LeanFile
from prover.policy.builtin.builtin_policy import BuiltinPolicy
from prover.problems import files
from prover.problems.lean_library import header
from prover.problems.problem import Problem, ProblemSet
from prover.problems.registry import load_problems
from prover.search.budget import Limit
from prover.search.configuration import Configuration

pytestmark = [pytest.mark.lean, pytest.mark.slow]

EXAMPLES = Path(__file__).parents[2] / "examples"
CASES = Path(__file__).parents[1] / "cases"
MODULE = "Init.Data.Nat.Dvd"


async def test_lean_finds_the_same_theorems(pool: LeanPool) -> None:
    """Those whose whole proof is `sorry`, each where the text was cut."""
    file = LeanFile.read(EXAMPLES / "demo.lean")
    problems = (await load_problems(str(file.path))).problems
    report = await check_file(pool, file)
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
    for problem in (await load_problems(str(EXAMPLES / "demo.lean"))).problems:
        async with pool.session() as session:
            assert len((await session.open(problem.theorem)).goals) == 1


def case(name: str) -> dict[str, Problem]:
    """The problems of a file of cases, by name."""
    return {problem.name: problem for problem in files.read_problems(CASES / name)}


async def refusal(pool: LeanPool, problem: Problem) -> str:
    """Why Lean does not open a problem; empty where it does."""
    async with pool.session() as session:
        try:
            await session.open(problem.theorem)
        except InputError as refused:
            return refused.message
    return ""


async def test_files_as_people_write_them(pool: LeanPool) -> None:
    problems = case("bench_reading.lean")
    refusals = {name: await refusal(pool, problem) for name, problem in problems.items()}
    assert {name: reason for name, reason in refusals.items() if reason} == {
        "twenty": "its statement has a `sorry` in it",
        "twentyone": "its statement rests on the `sorry` of `answer`",
    }
    numbers = "one three four six seven eight eleven twelve thirteen fourteen fifteen sixteen "
    numbers += "eighteen twentytwo twentythree twentyfour twentyfive"
    names = {"Foo.two", "nine", "A.B.ten", "example_29", "Nat.nineteen", *numbers.split()}
    assert problems.keys() - {"twenty", "twentyone"} == names


@pytest.mark.parametrize("name", ["bom.jsonl", "code_header.jsonl", "whole_file_statement.jsonl"])
async def test_lines_as_people_write_them(pool: LeanPool, name: str) -> None:
    for problem in case(name).values():
        assert await refusal(pool, problem) == ""


async def test_what_rests_on_an_open_theorem_is_refused_and_says_on_which(pool: LeanPool) -> None:
    problems = case("bench_uses_lemma.lean")
    assert [await refusal(pool, problem) for problem in problems.values()] == [""] * 5
    limit = Limit(seconds=120, tactics=120)
    attempting = LocalExecutor.with_lean(pool, BuiltinPolicy(), limit, Configuration())
    for name, status in (("last", "proved"), ("third_passes", "refused")):
        attempt = (await attempting(Job(problems[name], 0, 0, name))).attempt
        assert attempt.result["status"] == status
    assert attempt.result["refusal"]["reason"] == "it rests on the `sorry` of `all_pass`"
    assert "it rests on the `sorry` of `all_pass`." in attempt.result["message"]


Told = list[str]


@pytest_asyncio.fixture(scope="module")
async def library(pool: LeanPool) -> tuple[ProblemSet, Told]:
    """The theorems of a module, and what was told."""
    told: Told = []
    return await load_problems(f"library:{MODULE}", lean=pool, tell=told.append), told


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
    found = await load_problems("library:Init.Data.Nat.Gcd", lean=pool, tell=told.append)
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
    with pytest.raises(InputError, match=f"no module {module}") as caught:
        await load_problems(f"library:{module}", lean=pool)
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
