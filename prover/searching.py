"""The search for one theorem with the parts that are used by default: a Lean and the built-in
policy. It is what `prover.file_prover` is given, and every other client of the prover too."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing

from prover.file_prover import Search
from prover.lean.backend import Backend
from prover.lean.interface import Verify
from prover.policy.blocklist import exclude_theorems
from prover.policy.builtin import BuiltinPolicy
from prover.policy.policy import Policy
from prover.search.budget import Limit
from prover.search.configuration import Configuration
from prover.search.engine import search
from prover.search.events import Event
from prover.theorem import Theorem


def searching(
    lean: Backend,
    *,
    limit: Limit,
    policy: Policy | None = None,
    configuration: Configuration | None = None,
    avoid: Collection[str] = (),
    seed: int = 0,
) -> Search:
    """Searches with a session of its own each, in which no tactic names a theorem of `avoid`."""
    proposes = exclude_theorems(policy or BuiltinPolicy(), avoid)

    async def events(theorem: Theorem, verify: Verify) -> AsyncGenerator[Event, None]:
        async with lean.session() as session:
            found = search(
                theorem,
                session,
                proposes,
                verify,
                limit=limit,
                configuration=configuration,
                seed=seed,
            )
            async with aclosing(found):
                async for event in found:
                    yield event

    return events
