"""Answers of the tools, made from events; no Lean."""

from __future__ import annotations

import pytest

from prover.lean.interface import Verification
from prover.mcp import tool_schemas
from prover.search.events import Verified
from prover.search.result import Refusal, Result, Status


def test_a_refused_proof_is_no_proof_and_has_its_reason() -> None:
    refusal = Refusal("simp", "it rests on a `sorry`\nmore")
    result = Result("t", Status.REFUSED, refusal.sentence, refusal=refusal)
    verified = Verified("simp", Verification(False, refusal.reason))
    answer = tool_schemas.proof(result.to_json(), [verified.to_json()])
    assert (answer.status, answer.script, answer.axioms) == ("refused", None, [])
    assert answer.refusal == tool_schemas.Refusal(script="simp", reason=refusal.reason)
    assert answer.message == "A proof was found and refused: it rests on a `sorry`."


def test_an_accepted_proof_tells_what_it_takes_on_trust() -> None:
    verification = Verification(True, axioms=("propext",), trusted=3)
    result = Result("t", Status.PROVED, script="simp", verification=verification)
    answer = tool_schemas.proof(result.to_json(), [Verified("simp", verification).to_json()])
    assert (answer.status, answer.axioms, answer.trusted) == ("proved", ["propext"], 3)
    assert answer.refusal is None


@pytest.mark.parametrize(
    ("status", "limit", "said"),
    [
        (Status.LIMIT, "seconds", "Reached. Give it more `seconds`."),
        (Status.LIMIT, "tactics", "Reached."),
        (Status.REFUSED, "seconds", "Reached."),
    ],
)
def test_only_what_the_tool_takes_is_recommended(status: Status, limit: str, said: str) -> None:
    assert tool_schemas.said(Result("t", status, "Reached.", limit=limit).to_json()) == said
