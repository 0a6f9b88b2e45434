"""Which problems of a set are tried."""

from __future__ import annotations

import pytest

from prover.bench.config import Selection
from prover.bench.problem import Problem, ProblemSet
from prover.bench.chosen import chosen
from prover.errors import InputProblem

SET = ProblemSet(
    "mine",
    tuple(
        Problem(name, f"theorem {name} : 1 = 1 := by", split=split, topic=topic, difficulty=level)
        for name, split, topic, level in (
            ("a", "test", "nat", "easy"),
            ("b", "test", "int", "hard"),
            ("c", "valid", "nat", "hard"),
            ("d", "valid", "nat", "easy"),
        )
    ),
)


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Selection(), "abcd"),
        (Selection(names=("d", "b")), "bd"),
        (Selection(split="valid"), "cd"),
        (Selection(topic="nat", difficulty="easy"), "ad"),
        (Selection(every=2), "ac"),
        (Selection(topic="nat", every=2), "ad"),
        (Selection(first=3), "abc"),
        (Selection(every=2, first=1), "a"),
    ],
)
def test_filters(wanted: Selection, names: str) -> None:
    assert "".join(problem.name for problem in chosen(SET, wanted).problems) == names


@pytest.mark.parametrize(
    ("wanted", "message", "hint"),
    [
        (Selection(names=("e",)), "mine has no `e`", "Known: a, b, c, d"),
        (Selection(split="vaild"), "mine has no split `vaild`", "`valid`"),
        (Selection(topic="nta"), "mine has no topic `nta`", "`nat`"),
        (Selection(topic="int", difficulty="easy"), "nothing of mine is left", "less"),
    ],
)
def test_nothing_left(wanted: Selection, message: str, hint: str) -> None:
    with pytest.raises(InputProblem) as problem:
        chosen(SET, wanted)
    assert message in problem.value.message
    assert hint in problem.value.hint
