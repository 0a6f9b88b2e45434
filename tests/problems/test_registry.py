"""Loading problem sets: from lines of JSON, Lean files, folders; what is chosen of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from prover.errors import InputError, SetupError
from prover.problems import registry as loading
from prover.problems.problem import Problem, ProblemSet, Selection
from prover.problems.registry import load_problems
from prover.theorem import Theorem

ONE = {"name": "one", "statement": "theorem one : 1 = 1 := by"}
Written = Callable[[str, str | bytes], str]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes a file below a folder of its own, and gives its path."""

    def write(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


async def refused(source: str, selection: Selection = Selection()) -> InputError:  # noqa: B008
    """Why a source can't be loaded."""
    with pytest.raises(InputError) as caught:
        await load_problems(source, selection)
    return caught.value


async def names(source: str, selection: Selection) -> list[str]:
    return [problem.name for problem in (await load_problems(source, selection)).problems]


async def test_the_core_problems_by_name() -> None:
    core = await load_problems("core")
    assert len(core.problems) >= 200
    assert {problem.split for problem in core.problems} == {"core"}
    first = core.problems[0]
    assert first.theorem == Theorem.from_statement(first.name, first.statement, source="prover")


async def test_core_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "CORE", Path("/nowhere/core.jsonl"))
    with pytest.raises(SetupError, match="not installed") as caught:
        await load_problems("core")
    assert "core.jsonl" in caught.value.hint


async def test_a_line_is_a_problem(written: Written) -> None:
    full = Problem("two", "lemma two : 2 = 2 :=\n  by", "open Nat\n", "test", "nat", "easy", "here")
    lines = [json.dumps({**ONE, "informal": "extra", "topic": None}), "", json.dumps(asdict(full))]
    path = written("a.jsonl", "\r\n".join(lines))
    assert (await load_problems(path)).problems == (Problem(**ONE, source="a.jsonl:1"), full)


async def test_lines_as_collections_have_them(written: Written) -> None:
    lines = [
        {"problem_id": 7, "formal_statement": "import Mathlib\n\ntheorem p : 1 = 1 := by sorry\n"},
        {"name": None, "formal_statement": "theorem p : 2 = 2", "header": "import Mathlib\n"},
        {"statement": "(n : Nat) : n = n", "split": "test"},
    ]
    path = written("a.jsonl", "\ufeff" + "\r\n".join(map(json.dumps, lines)))
    header = "import Mathlib\n"
    assert (await load_problems(path)).problems == (
        Problem("p", "theorem p : 1 = 1 := by", f"{header}\n", source="a.jsonl:1"),
        Problem("p_2", "theorem p : 2 = 2 := by", header, source="a.jsonl:2"),
        Problem("example_3", "example (n : Nat) : n = n := by", "", "test", source="a.jsonl:3"),
    )


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("{broken", "this is not JSON", "one JSON object"),
        ("[1]", "no JSON object", "{"),
        ('{"nam": "one", "statement": "x"}', "there is no `name`", "Did you mean `nam`"),
        ('{"name": "a", "statment": "b"}', "no `statement`", "mean `statment`? It must be"),
        ('{"name": "a", "statement": ""}', "no `statement`", "The line has: name. Put the"),
        ('{"id": 1, "goal": "P"}', "no `statement`", "The line has: id, goal. Put the theorem"),
        ('{"name": 1, "statement": "theorem a := by"}', "`name` is not a string", "quotes"),
        ('{"name": "a", "formal_statement": 1}', "`formal_statement` is not a string", "quotes"),
        ('{"name": "a", "statement": "theorem a : P := by simp"}', "has a proof", "Leave out"),
        ('{"name": "a", "statement": "theorem a /- : P := by"}', "comment on line 1", ""),
        ('{"name": "a", "statement": "def a := 1"}', "declares no theorem", "Write `theorem"),
        ('{"name": "a", "statement": "-- a"}', "there is no statement", "Write `theorem"),
        ('{"header": "open A", "statement": "import B\\ntheorem a : P"}', "has imports", "Put"),
        (json.dumps(ONE), "`one` is the name of line 1 too", "a name of its own"),
    ],
)
async def test_a_bad_line(written: Written, line: str, message: str, hint: str) -> None:
    path = written("a.jsonl", f"{json.dumps(ONE)}\n{line}\n")
    problem = await refused(path)
    assert problem.message.startswith(f"{path}:2: ")
    assert message in problem.message
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", "", "is empty"),
        ("a.json", "[\n  {}\n]", "a.json:1: this is not JSON"),
        ("a.lean", " \n", "is empty"),
        ("a.jsonl", b"{}\n\xff", "a.jsonl:2: byte 3 is not UTF-8"),
        ("a.lean", "theorem one : 1 = 1 := rfl", "no theorem whose proof is `sorry`"),
        ("a.lean", "-- fine\n/- open", "a.lean: the comment on line 2 has no end"),
        ("a.txt", "theorem", "neither a .jsonl nor a .lean file"),
        ("a.lean", "theorem a : P := sorry\ntheorem b : P := sorry\ntheorem a : Q := sorry",
         "a.lean:3: `a` is the name of line 1 too"),
    ],
)  # fmt: skip
async def test_a_bad_file(written: Written, name: str, content: str | bytes, message: str) -> None:
    assert message in (await refused(written(name, content))).message


async def test_a_folder_of_files(written: Written, tmp_path: Path) -> None:
    written("b/two.lean", "import B\r\n\r\ntheorem two : 2 = 2 := by\r\n  sorry\r\n")
    written("a.lean", "theorem one : 1 = 1 := sorry")
    written("c.lean", "def c := 1")
    written("empty.lean", "")
    written(".lake/packages/d/d.lean", "theorem d : 1 = 1 := sorry")
    two = "b/two.lean:3"
    assert (await load_problems(str(tmp_path))).problems == (
        Problem("one", "theorem one : 1 = 1 := by", source="a.lean:1"),
        Problem("two", "theorem two : 2 = 2 := by", "import B\n\n", source=two),
    )


async def test_a_set_is_the_same_wherever_it_lies(written: Written, tmp_path: Path) -> None:
    for place in ("here", "there"):
        written(f"{place}/a.lean", "theorem one : 1 = 1 := sorry")
        written(f"{place}/b.jsonl", json.dumps(ONE))
    for name in ("", "a.lean", "b.jsonl"):
        here = await load_problems(str(tmp_path / "here" / name))
        assert here.sha256 == (await load_problems(str(tmp_path / "there" / name))).sha256


async def test_names_that_two_files_have(written: Written, tmp_path: Path) -> None:
    for name in ("Artin", "sub/Axler"):
        written(f"{name}.lean", "theorem ex_1 : 1 = 1 := sorry\ntheorem ex_2 : 1 = 1 := sorry")
    found = await names(str(tmp_path), Selection())
    assert found == ["Artin/ex_1", "Artin/ex_2", "sub/Axler/ex_1", "sub/Axler/ex_2"]


async def test_what_is_left_out_is_told(written: Written) -> None:
    told: list[str] = []
    path = written("a.lean", "theorem a : P := by\n  simp; sorry\ntheorem b : P := sorry")
    assert len((await load_problems(path, tell=told.append)).problems) == 1
    assert told == [f"{path}:1: left out a, which has a `sorry` only inside its proof"]


@pytest.mark.parametrize("files", [{}, {"a.lean": "def a := 1"}, {"a.txt": "theorem"}])
async def test_a_folder_without_problems(
    written: Written, tmp_path: Path, files: dict[str, str]
) -> None:
    for name, content in files.items():
        written(name, content)
    assert str(tmp_path) in (await refused(str(tmp_path))).message


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("minif2", "Did you mean `minif2f`?"),
        ("putnam", "Did you mean `putnambench`?"),
        ("no/such.lean", "Check the path."),
        ("https://host/a", "git:https://host/a"),
    ],
)
async def test_an_unknown_source(source: str, hint: str) -> None:
    problem = await refused(source)
    assert source in problem.message
    assert hint in problem.hint


@pytest.fixture
def eight(written: Written) -> str:
    """Eight problems in two splits, topics and difficulties."""
    lines = [
        {
            "name": f"p{number}", "statement": f"theorem p{number} : P := by",
            "split": ("valid", "test")[number % 2], "topic": ("nat", "int")[number // 4],
            "difficulty": ("easy", "hard")[number // 2 % 2],
        }
        for number in range(8)
    ]  # fmt: skip
    return written("eight.jsonl", "\n".join(map(json.dumps, lines)))


@pytest.mark.parametrize(
    ("selection", "numbers"),
    [
        (Selection(split="test"), "1357"),
        (Selection(topic="int"), "4567"),
        (Selection(difficulty="hard"), "2367"),
        (Selection(split="valid", topic="nat", difficulty="hard"), "2"),
        (Selection(name="p[0-2]"), "012"),
        (Selection(name="p*", limit=3), "012"),
        (Selection(every=3), "036"),
        (Selection(split="test", every=2, limit=1), "1"),
        (Selection(limit=100), "01234567"),
    ],
)
async def test_a_selection(eight: str, selection: Selection, numbers: str) -> None:
    assert await names(eight, selection) == [f"p{number}" for number in numbers]


@pytest.mark.parametrize(
    ("selection", "message", "hint"),
    [
        (Selection(split="tset"), "no problem has the split `tset`", "Did you mean `test`?"),
        (Selection(topic="sets"), "the topic `sets`", "Known: int, nat."),
        (Selection(topic="int", difficulty="hrd"), "`hrd`", "Did you mean `hard`?"),
        (Selection(name="x*"), "no problem is called `x*`", "p0"),
        (Selection(name="P3"), "no problem is called `P3`", "p"),
    ],
)
async def test_nothing_is_left(eight: str, selection: Selection, message: str, hint: str) -> None:
    problem = await refused(eight, selection)
    assert message in problem.message
    assert hint in problem.hint


async def test_a_filter_by_what_no_problem_has(written: Written) -> None:
    problem = await refused(written("a.jsonl", json.dumps(ONE)), Selection(split="test"))
    assert problem.hint == "None of these problems has a split."


async def test_many_names_are_not_all_shown() -> None:
    hint = (await refused("core", Selection(name="☃"))).hint
    assert hint.startswith("There are nat_add_rearranged, ")
    assert hint.endswith(" more.")


@pytest.mark.parametrize("fields", [{"every": 0}, {"limit": 0}])
def test_a_selection_counts_from_one(fields: dict[str, int]) -> None:
    with pytest.raises(InputError):
        Selection(**fields)  # type: ignore[arg-type]


def test_a_set_is_told_by_its_hash() -> None:
    one, two = Problem("a", "theorem a : P := by"), Problem("b", "theorem b : P := by")
    hashes = {
        ProblemSet("s", problems).sha256
        for problems in [
            (one,),
            (two,),
            (one, two),
            (two, one),
            (one, Problem(**{**asdict(two), "header": "x"})),
        ]
    }
    assert len(hashes) == 5
    assert ProblemSet("s", (one, two)).sha256 == ProblemSet("other", (one, two)).sha256
