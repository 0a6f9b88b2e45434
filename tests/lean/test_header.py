"""What a worker knows of a text that begins as another one did, with a real Lean."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import pytest_asyncio

from prover.lean.pool import LeanPool
from prover.lean.worker import Refused, Worker

pytestmark = pytest.mark.lean

SECONDS = 60.0
GIVEN = "def twice (n : Nat) : Nat := n + n\n\n"
FALSE = "theorem wrong (n : Nat) : n = n + 1 := by\n  omega\n\n"
PROVED = "theorem twice_eq (n : Nat) : twice n = 2 * n := by\n  unfold twice\n  omega\n\n"
GOAL = "theorem t (n : Nat) : twice n = 2 * n := by\n  sorry"


@pytest_asyncio.fixture
async def worker(warm: LeanPool) -> AsyncIterator[Worker]:
    async with warm.fresh() as worker:
        yield worker


async def opened(worker: Worker, header: str, declaration: str = GOAL, **more: bool) -> str:
    """The target at the hole of a declaration."""
    offset = len(declaration[: declaration.index("sorry")].encode())
    fields = {"header": header, "declaration": declaration, "offset": offset, **more}
    result = await asked(worker, "open", **fields)
    return str(result["state"]["goals"][0]["target"])


async def verified(worker: Worker, header: str, script: str, declaration: str = GOAL) -> Any:
    offset = len(declaration[: declaration.index("sorry")].encode())
    filled = declaration.replace("sorry", script)
    fields = {"header": header, "declaration": declaration, "offset": offset, "filled": filled}
    return await asked(worker, "verify", script=script, heartbeats=200_000, **fields)


async def asked(worker: Worker, op: str, **fields: Any) -> dict[str, Any]:
    limit = {"milliseconds": round(SECONDS * 1000)}
    return await worker.request(op, {**fields, **limit}, seconds=SECONDS)


async def test_the_same_header_again_and_a_longer_one(worker: Worker) -> None:
    assert await opened(worker, GIVEN) == "twice n = 2 * n"
    assert await opened(worker, GIVEN) == "twice n = 2 * n"
    assert await opened(worker, GIVEN + PROVED) == "twice n = 2 * n"
    assert (await verified(worker, GIVEN + PROVED, "exact twice_eq n"))["accepted"]
    # In a shorter one what was read of the longer one is not known.
    assert not (await verified(worker, GIVEN, "exact twice_eq n"))["accepted"]
    other = GIVEN.replace("n + n", "n + n + n")
    assert not (await verified(worker, other, "unfold twice; omega"))["accepted"]


@pytest.mark.parametrize(
    ("known", "longer"),
    [
        ("def five : Nat := id\n", "def five : Nat := id\n  5\n"),
        ("def five : Nat := 2\n", "def five : Nat := 2 + 3\n"),
        ("def five : Nat → Nat := id\n", "def five : Nat → Nat := id ∘ fun _ => 5\n"),
        ("theorem a : 1 = 1 := rfl\n/-- Doc. -/\n", "theorem a : 1 = 1 := rfl\ndef five := 5\n"),
        ("def five : Nat := 5 -- and", "def five : Nat := 5 -- and more\ndef six := 6\n"),
    ],
)
async def test_a_command_that_goes_on_is_read_anew(worker: Worker, known: str, longer: str) -> None:
    declaration = "theorem t : (fun x => x) five = five := by\n  sorry"
    with suppress(Refused):
        await opened(worker, known, declaration)
    assert "five" in await opened(worker, longer, declaration)


async def test_what_the_file_has_at_its_holes_is_known_from_its_check(worker: Worker) -> None:
    text = GIVEN + PROVED + GOAL + "\n\ntheorem after : twice 1 = 2 := by decide\n"
    report = await asked(worker, "check", text=text, audits=False)
    assert report["names"] == ["twice", "twice_eq", "t", "after"]
    assert report["declarations"] == []
    assert [hole["name"] for hole in report["holes"]] == ["t"]
    assert await opened(worker, GIVEN + PROVED, skims=True) == "twice n = 2 * n"
    assert (await verified(worker, GIVEN + PROVED, "exact twice_eq n"))["accepted"]
    # The theorem behind the hole is not known at it.
    declaration = "theorem t : twice 1 = 2 := by\n  sorry"
    verdict = await verified(worker, GIVEN + PROVED, "exact after", declaration)
    assert not verdict["accepted"]


async def test_a_line_is_looked_at_without_what_is_behind_it(worker: Worker) -> None:
    wrong = "\n\ntheorem wrong : 1 = 2 := by decide\n"
    text = GIVEN + PROVED + GOAL + wrong + GOAL.replace("t (n", "u (n") + "\n"
    place = len((GIVEN + PROVED + GOAL).encode()) - 1

    async def looked(text: str, place: int) -> dict[str, Any]:
        return await asked(worker, "check", text=text, start=place, stop=place)

    report = await looked(text, place)
    assert [hole["name"] for hole in report["holes"]] == ["t"]
    assert [m["severity"] for m in report["messages"]] == ["warning"]
    assert report["unread"] is None
    # It goes on from what it knows, and says what is new.
    report = await looked(text, len(text.encode()) - 2)
    assert [hole["name"] for hole in report["holes"]] == ["u"]
    assert [m["severity"] for m in report["messages"]] == ["error", "warning"]
    # Back again, and in another text that begins so.
    assert [hole["name"] for hole in (await looked(text, place))["holes"]] == ["t"]
    other = text.replace("sorry", "omega", 1)
    report = await looked(other, len(other.encode()) - 2)
    assert [hole["obstacle"] for hole in report["holes"]] == [""]
    named = other.replace("u (n : Nat) :", "u (n : Nat) (h : wrong = wrong) :")
    [hole] = (await looked(named, len(named.encode()) - 2))["holes"]
    assert "wrong" in hole["obstacle"]


async def test_declarations_are_looked_into_where_there_is_no_hole(worker: Worker) -> None:
    report = await asked(worker, "check", text=GIVEN + PROVED, audits=False)
    assert [found["name"] for found in report["declarations"]] == ["twice", "twice_eq"]
    report = await asked(worker, "check", text=GIVEN + GOAL, audits=True)
    assert [found["accepted"] for found in report["declarations"]] == [True, False]


async def test_what_a_search_skims_the_gate_does_not(worker: Worker) -> None:
    declaration = "theorem t : False := by\n  sorry"
    script = "exact absurd (wrong 0) (by decide)"
    assert await opened(worker, GIVEN + FALSE, declaration, skims=True) == "False"
    verdict = await verified(worker, GIVEN + FALSE, script, declaration)
    assert not verdict["accepted"]
    # Nor does whoever opens without that.
    with pytest.raises(Refused, match="wrong"):
        await opened(worker, GIVEN + FALSE, "theorem t : wrong = wrong := by\n  sorry")


async def test_what_is_no_proof_by_tactics_is_not_skimmed(worker: Worker) -> None:
    header = (
        "def one : Nat := 1\n@[simp] theorem one_eq : one = 1 := rfl\n"
        "theorem helped : 1 = 1 := by omega\n  where helper : 1 = 1 := rfl\n"
        "open Nat in\n/-- Doc. -/\n@[simp] theorem later (n : Nat) : n * 0 = 0 := by omega\n"
    )
    declaration = "theorem t : helped.helper = helped.helper ∧ one = 1 := by\n  sorry"
    found = await asked(worker, "open", header=header, skims=True, **_hole(declaration))
    # `dsimp` takes only what is proved by `rfl`.
    outcomes = await ran(worker, found["state"]["id"], ["exact ⟨rfl, by dsimp only [one_eq]⟩"])
    assert outcomes == ["closed"]


def _hole(declaration: str) -> dict[str, Any]:
    offset = len(declaration[: declaration.index("sorry")].encode())
    return {"declaration": declaration, "offset": offset}


async def ran(worker: Worker, state: int, tactics: list[str]) -> list[str]:
    """What came of each tactic."""
    fields = {"state": state, "tactics": tactics, "heartbeats": 100_000, "milliseconds": 20_000}
    await worker.send("run", fields)
    outcomes = []
    while "result" not in (reply := await worker.reply(SECONDS)):
        outcomes.append(str(reply["outcome"]))
    return outcomes


async def test_a_text_is_read_up_to_the_command_with_a_byte(worker: Worker) -> None:
    text = GIVEN + PROVED + GOAL + "\n\ntheorem after : twice 1 = 2 := by decide\n"
    bound = len((GIVEN + PROVED + GOAL[: GOAL.index("sorry")]).encode())
    read = await asked(worker, "header", header=text, bound=bound)
    assert read == {"stop": len((GIVEN + PROVED).encode())}
    assert (await verified(worker, GIVEN + PROVED, "exact twice_eq n"))["accepted"]
    read = await asked(worker, "header", header=GIVEN)
    assert read == {"stop": len(GIVEN.encode())}
