"""One try at a problem, with a Lean, a policy and a verifier that do as they are told."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from prover.bench.attempt import Finished
from prover.bench.executor import LocalExecutor
from prover.errors import InputError, LeanDiedError, SetupError
from prover.lean.interface import State
from prover.policy.policy import Candidate, Question
from prover.search.budget import Limit
from prover.search.configuration import Configuration
from prover.search.trace import build_graph, parse_events
from prover.theorem import Theorem
from tests.bench.attempts import todo
from tests.search.scripted import Lean, Policy, ScriptedVerifier, Tree

TREE: Tree = {
    "root": {"no": "error", "split": "a b"},
    "a": {"one": "closed"},
    "b": {"two": "closed"},
}


class Failing(Lean):
    """A Lean that does not open theorems."""

    error: BaseException

    async def open(self, theorem: Theorem) -> State:  # noqa: ARG002
        raise self.error


async def made(lean: Lean, policy: Policy | None = None) -> Finished:
    """One try at a problem."""

    @asynccontextmanager
    async def session() -> AsyncIterator[Lean]:
        yield lean

    policy = policy or Policy(TREE)
    attempting = LocalExecutor(session, policy, ScriptedVerifier(), Limit(), Configuration())
    return await attempting(todo("a", attempts=2)[1])


async def failed(error: BaseException) -> Finished:
    lean = Failing(TREE)
    lean.error = error
    return await made(lean)


async def test_a_proof_and_its_trace() -> None:
    finished = await made(Lean(TREE))
    attempt = finished.attempt
    assert attempt.proved
    assert (attempt.name, attempt.attempt, attempt.seed) == ("a", 1, 1)
    assert json.loads(json.dumps(attempt.to_json())) == attempt.to_json()
    lines = gzip.decompress(finished.trace).decode().splitlines()
    assert [json.loads(line)["event"] for line in (lines[0], lines[-1])] == ["accepted", "result"]
    assert json.loads(lines[-1])["script"] == attempt.result["script"]
    graph = build_graph(parse_events(lines, "trace"))
    assert graph is not None
    assert graph.proved


async def test_what_lean_can_not_read_is_not_applicable() -> None:
    attempt = (await failed(InputError("unknown constant `Real`", "Check it."))).attempt
    assert not attempt.applicable
    assert not attempt.proved
    assert "unknown constant `Real`" in attempt.result["message"]


@pytest.mark.parametrize("error", [LeanDiedError("it ended"), RuntimeError("it ended")])
async def test_what_goes_wrong_costs_the_attempt(error: Exception) -> None:
    finished = await failed(error)
    assert finished.attempt.applicable
    assert finished.attempt.result["status"] == "error"
    assert "it ended" in finished.attempt.result["message"]
    assert b'"status": "error"' in gzip.decompress(finished.trace).splitlines()[-1]


async def test_a_machine_without_lean_is_told() -> None:
    with pytest.raises(SetupError, match="no Lean"):
        await failed(SetupError("no Lean"))


async def test_the_policy_is_asked_with_the_seed_of_the_try() -> None:
    seeds: list[int] = []

    class Noting(Policy):
        async def propose(self, questions: Sequence[Question], count: int) -> list[list[Candidate]]:
            seeds.extend(question.seed for question in questions)
            return await super().propose(questions, count)

    await made(Lean(TREE), Noting(TREE))
    assert set(seeds) == {1}
