"""Which problems of a set are tried, and as what."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.perf.kill import write
from prover.bench.config import Config, ProblemFilter
from prover.bench.inputs import chosen_problems, problems_of
from prover.errors import InputError
from tests.bench.attempts import problems

SET = problems("ab", "ac", "b", "c")


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (ProblemFilter(), ["ab", "ac", "b", "c"]),
        (ProblemFilter(names=("c", "ab")), ["ab", "c"]),
        (ProblemFilter(names=("a*", "c")), ["ab", "ac", "c"]),
        (ProblemFilter(every=2), ["ab", "b"]),
        (ProblemFilter(names=("?",), every=2), ["b"]),
        (ProblemFilter(first=3), ["ab", "ac", "b"]),
        (ProblemFilter(every=2, first=1), ["ab"]),
    ],
)
def test_filters(wanted: ProblemFilter, names: list[str]) -> None:
    assert [problem.name for problem in chosen_problems(SET, wanted).problems] == names


def test_a_name_that_none_has() -> None:
    with pytest.raises(InputError, match="few has no `abb`") as problem:
        chosen_problems(SET, ProblemFilter(names=("abb",)))
    assert "`ab`" in problem.value.hint


async def test_a_dialect_takes_the_place_of_the_headers(tmp_path: Path) -> None:
    write(tmp_path / "few.jsonl", SET.problems)
    wanted = ProblemFilter(str(tmp_path / "few.jsonl"), names=("b",))
    [problem] = (await problems_of(Config(wanted, "minif2f-embedded"))).problems
    assert "variable {ℝ : Type}" in problem.header
    assert problem.statement == SET.problems[2].statement
    with pytest.raises(InputError, match="no dialect is called `minif2f`"):
        await problems_of(Config(wanted, "minif2f"))
    with pytest.raises(InputError, match="no problem has the split"):
        await problems_of(Config(ProblemFilter(wanted.source, split="x")))
