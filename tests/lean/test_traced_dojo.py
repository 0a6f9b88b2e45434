"""LeanDojo as it is in a traced repository: entering a theorem, and its accessible premises."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from prover.errors import InputError
from prover.lean.interface import Closed, Progress, Rejected, TacticLimit, Timeout
from prover.lean.leandojo.dojo_lean import open_dojo
from prover.theorem import Theorem
from tests.lean.traced import write_traced

pytestmark = pytest.mark.skipif(find_spec("lean_dojo") is None, reason="no lean-dojo here")

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LIMIT = TacticLimit(seconds=20)
FIRST = """theorem far : 5 = 5 := rfl
theorem near : wanted x = 3 := rfl
"""
SECOND = """import My.First

theorem before : wanted x = x := rfl
theorem aim : wanted x = x := by simp
theorem behind : wanted x = x := rfl
"""


@pytest.fixture
def traced(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project, as LeanDojo keeps it traced in its cache."""
    monkeypatch.setenv("STAND_IN_VERSION", "4.10.0")
    root = project.parent / "leandojo" / f"gitpython-project-{COMMIT}" / "project"
    write_traced(root, "My/First.lean", FIRST)
    write_traced(root, "My/Second.lean", SECOND)
    (root / "Lean4Repl.lean").touch()
    (root / "lean-toolchain").write_text("leanprover/lean4:v4.10.0\n")
    (project / "lean-toolchain").write_text("leanprover/lean4:v4.10.0\n")
    return project


async def test_enters_a_traced_theorem(traced: Path) -> None:
    async with open_dojo(traced, "My/Second.lean", commit=COMMIT) as dojo:
        assert dojo.way.as_it_is
        async with dojo.session() as session:
            root = await session.open(dojo.theorem("aim"))
            assert len(root.pretty) == 2000
            outcomes = await session.run(root, ["reply 3000", "length " + "x" * 10_000], LIMIT)
            assert isinstance(outcomes[0], Progress)
            assert len(outcomes[0].states[0].pretty) == 3000
            assert isinstance(outcomes[1], Progress)
            assert outcomes[1].states[0].goals[0].target.endswith(" = 10007")
            itself = Rejected("the proof uses what it is to prove")
            assert await session.run(root, ["exact aim", "done _root_.aim"], LIMIT) == [itself] * 2
            [late] = await session.run(root, ["sleep"], TacticLimit(seconds=0.2))
            assert isinstance(late, Timeout)
            assert await session.run(root, ["done"], LIMIT) == [Closed()]


async def test_premises_stand_before_the_theorem_or_are_imported(traced: Path) -> None:
    async with open_dojo(traced, "My/Second.lean", commit=COMMIT) as dojo, dojo.session() as own:
        root = await own.open(dojo.theorem("aim"))
        wanted = await own.run(root, ["state wanted x = x"], LIMIT)
        assert isinstance(wanted[0], Progress)
        premises = await own.premises(wanted[0].states[0], 5)
    assert [premise.name for premise in premises] == ["before", "near", "far"]
    assert premises[0].type == ": wanted x = x"
    assert premises[0].score > premises[1].score > premises[2].score


@pytest.mark.slow
async def test_a_name_that_is_not_in_the_trace(traced: Path) -> None:
    root = traced.parent / "leandojo" / f"gitpython-project-{COMMIT}" / "project"
    (root / "My" / "Third.lean").write_text("theorem untraced : True := trivial\n")
    async with open_dojo(traced, "My/Third.lean", commit=COMMIT) as dojo, dojo.session() as own:
        with pytest.raises(InputError, match=r"Cannot find the \*\.ast\.json file"):
            await own.open(dojo.theorem("untraced"))


async def test_a_hole_that_is_a_part_of_a_proof(traced: Path) -> None:
    theorem = Theorem("aim", "", "theorem aim : p := by\n  have : q := by\n    ")
    async with open_dojo(traced, "My/Second.lean", commit=COMMIT) as dojo, dojo.session() as own:
        with pytest.raises(InputError, match="part of its proof"):
            await own.open(theorem)


@pytest.mark.parametrize(
    ("tactic", "named"),
    [
        ("exact foo a b", True),
        ("simp [My.foo]", True),
        ("exact (_root_.My.foo _).symm", True),
        ("rw [← foo]", True),
        ("exact Other.foo a", False),
        ("exact foo' a", False),
        ("exact foo.symm", True),
        ("exact h.foo", False),
        ("exact My a", False),
        ("omega", False),
        ("constructor <;> simp ...", False),
    ],
)
def test_whether_a_tactic_names_the_theorem(tactic: str, named: bool) -> None:
    from prover.lean.leandojo.dojo import names

    assert names(tactic, "My.foo") is named
