"""What LeanCopilot asks of an external generator: tactics for a printed goal, with scores.

It runs them in Lean itself. The names of the fields are LeanCopilot's own (`python/server.py`).
"""

from __future__ import annotations

import math
from contextlib import suppress

from prover.errors import InputProblem
from prover.lean.interface import Goal, State
from prover.policy.policy import Candidate, Question
from prover.service import printed
from prover.service.parts import Parts
from prover.service.requests import GenerateRequest
from prover.service.runs import Work

COUNT = 32


async def generate(parts: Parts, request: GenerateRequest) -> Work:
    """One `result`, whose `outputs` are what LeanCopilot expects."""
    found = [
        {"output": candidate.tactic, "score": math.exp(candidate.logprob)}
        for candidate in await _proposed(parts, request.input)
        if candidate.tactic.startswith(request.prefix or "")
    ]
    yield {"event": "result", "status": "exhausted", "message": "", "outputs": found[:COUNT]}


async def _proposed(parts: Parts, goal: str) -> list[Candidate]:
    """What the policy proposes for the goal as Lean reads it, or else for its text alone."""
    with suppress(InputProblem):
        async with parts.session() as session:
            state = await session.open(printed.theorem(goal))
            wanted = parts.policy.premises_wanted
            premises = await session.premises(state, wanted) if wanted else ()
            [proposed] = await parts.policy.propose([Question(state, premises)], 4 * COUNT)
            return proposed
    target = goal.rpartition("⊢")[2].strip()
    state = State(0, (Goal((), target, "", goal, goal),), goal)
    [proposed] = await parts.policy.propose([Question(state)], 4 * COUNT)
    return proposed
