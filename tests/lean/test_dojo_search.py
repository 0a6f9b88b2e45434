"""A search through LeanDojo: its word that a proof is finished counts for nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from prover.lean.leandojo.dojo_session import DojoSession
from prover.lean.pool import LeanPool
from prover.lean.process import Command
from prover.policy.policy import Candidate, Question
from prover.search.budget import Limit
from prover.search.configuration import CONFIGURATIONS, named
from prover.search.engine import search
from prover.search.result import Result, Status
from prover.theorem import Theorem
from prover.verifier import Verifier

pytestmark = [
    pytest.mark.lean,
    pytest.mark.skipif(find_spec("lean_dojo") is None, reason="no lean-dojo here"),
]

SCRIPTED = Path(__file__).with_name("scripted_dojo.py")


class Decided:
    """Proposes a step and then, whatever the state, `trivial`."""

    name = "decided"
    premises_wanted = 1

    async def propose(self, questions: Sequence[Question], count: int) -> list[list[Candidate]]:
        steps = [Candidate("trivial", -0.5), Candidate("step a", -1.0)]
        return [steps[:count] if len(question.path) < 2 else [] for question in questions]


@pytest.mark.parametrize(
    "configuration", ["default", pytest.param("baseline-reprover", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize(
    ("statement", "status"),
    [("theorem t : True := by", Status.PROVED), ("theorem t : 1 = 2 := by", Status.REFUSED)],
)
async def test_the_gate_has_the_last_word(
    warm: LeanPool, tmp_path: Path, statement: str, status: Status, configuration: str
) -> None:
    assert configuration in CONFIGURATIONS
    argv = (sys.executable, str(SCRIPTED), str(tmp_path / "log"))
    environment = {**os.environ, "CACHE_DIR": str(tmp_path / "leandojo")}
    session = DojoSession(lambda _: Command(argv, environment, tmp_path))
    theorem = Theorem.from_statement("t", statement)
    found = search(
        theorem,
        session,
        Decided(),
        Verifier(warm),
        limit=Limit(seconds=60),
        configuration=named(configuration),
    )
    try:
        events = [event async for event in found]
    finally:
        await session.close()
    result = events[-1]
    assert isinstance(result, Result)
    assert result.status is status, result.message
    assert result.script == ("trivial" if status is Status.PROVED else None)
