"""A real LeanDojo with a real Lean, where there is one.

`TEST_DOJO` names what to try it on, as JSON: `{"repository": …, "file": …, "theorem": …}`, and
`"commit"` for an address. The repository must be built, and traced if its Lean is 4.11 or older.
"""

from __future__ import annotations

import json
import os

import pytest

from prover.lean.interface import Progress, TacticError, TacticLimit
from prover.lean.leandojo.dojo_lean import open_dojo

ASKED = json.loads(os.environ.get("TEST_DOJO", "{}"))

pytestmark = [
    pytest.mark.lean,
    pytest.mark.slow,
    pytest.mark.skipif(not ASKED, reason="no LeanDojo: set TEST_DOJO"),
]


async def test_enters_and_runs() -> None:
    where = open_dojo(ASKED["repository"], ASKED["file"], commit=ASKED.get("commit"))
    async with where as dojo, dojo.session() as session:
        root = await session.open(dojo.theorem(ASKED["theorem"]))
        assert root.goals
        outcomes = await session.run(root, ["skip", "exact no_such_name"], TacticLimit(seconds=30))
        assert isinstance(outcomes[0], Progress)
        assert outcomes[0].states[0].key == root.key
        assert isinstance(outcomes[1], TacticError)
        own = (
            f"first | exact {ASKED['theorem']} | (intros; apply {ASKED['theorem']} <;> assumption)"
        )
        if not dojo.way.as_it_is:
            [itself] = await session.run(root, [own], TacticLimit(seconds=30))
            assert isinstance(itself, TacticError)
        if dojo.repository.traced:
            assert await session.premises(root, 5)
