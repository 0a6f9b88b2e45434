"""The order of work on a file, and what counts as proved. The searches are scripted, no Lean."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from prover.errors import LeanDiedError, SetupError
from prover.file_check import Declaration, FileReport, Message
from prover.file_prover import FileProver, Search, obstacle, reason_not_to_write
from prover.lean.interface import Verification, Verify
from prover.lean_file import Hole, LeanFile, Span
from prover.search.events import Event, Progressed
from prover.search.result import Counters, Result, Status
from prover.theorem import Theorem
from tests.incremental import verifiers
from tests.test_lean_file import TWO, holes_of

FILE = LeanFile(Path("A.lean"), TWO.encode())
HOLES = holes_of(FILE.text)
REPORT = FileReport((), (), tuple(HOLES))


def result_of(theorem: Theorem, script: str | None) -> Result:
    if script is None:
        return Result(theorem.name, Status.EXHAUSTED)
    return Result(theorem.name, Status.PROVED, script=script, verification=Verification(True))


def scripted(
    scripts: Mapping[Hole, str | None], seen: list[Theorem], *, verifies: bool = False
) -> Search:
    """Searches that end at once, with these scripts."""
    by_place = {f"{FILE.path}:{hole.line}": script for hole, script in scripts.items()}

    async def search(theorem: Theorem, verify: Verify) -> AsyncGenerator[Event, None]:
        seen.append(theorem)
        script = by_place[theorem.source]
        if script is not None and verifies:
            await verify(theorem, script)
        yield result_of(theorem, script)

    return search


async def yes(_: Theorem, __: str) -> Verification:
    return Verification(True, axioms=("propext",))


async def run(proving: FileProver) -> list[tuple[Hole, Event]]:
    return [item async for item in proving.run(HOLES)]


async def test_each_theorem_builds_on_what_is_proved() -> None:
    seen: list[Theorem] = []
    verified: list[Theorem] = []

    async def verify(theorem: Theorem, _: str) -> Verification:
        verified.append(theorem)
        return await yes(theorem, _)

    search = scripted(dict.fromkeys(HOLES, "rfl"), seen, verifies=True)
    proving = FileProver(FILE, REPORT, search=search, verifier=verifiers(verify).verifier)
    events = await run(proving)
    assert [hole for hole, _ in events] == HOLES
    assert proving.scripts == dict.fromkeys(HOLES, "rfl")
    assert seen[1].before.endswith("⟨(by rfl), ")
    # Only what is stated there matters to a search.
    assert seen[2].header == FILE.part(Span(0, HOLES[2].declaration.start))
    assert "⟨(by rfl), (by rfl)⟩" in verified[3].header
    assert set(proving.verifications) == {hole.declaration for hole in HOLES}
    assert proving.verifications[HOLES[0].declaration].axioms == ("propext",)


async def test_a_half_proved_declaration_is_no_ground_for_later_ones() -> None:
    seen: list[Theorem] = []
    first = HOLES[0].declaration
    proving = FileProver(
        FILE,
        REPORT,
        search=scripted(dict.fromkeys(HOLES, "rfl"), seen),
        verifier=verifiers(yes).verifier,
    )
    async for _ in proving.run([HOLES[0], HOLES[2]]):
        pass
    assert first not in proving.verifications
    assert seen[1].header == FILE.part(Span(0, HOLES[2].declaration.start))


async def test_a_declaration_counts_only_as_a_whole() -> None:
    asked: list[tuple[Theorem, str]] = []

    async def no(theorem: Theorem, script: str) -> Verification:
        asked.append((theorem, script))
        return Verification(False, "it does not fit")

    search = scripted(dict.fromkeys(HOLES, "rfl"), [])
    proving = FileProver(FILE, REPORT, search=search, verifier=verifiers(no).verifier)
    await run(proving)
    statuses = [proving.results[hole].status.value for hole in HOLES]
    assert statuses == ["proved", "refused", "proved", "refused"]
    assert "it does not fit" in proving.results[HOLES[1]].message
    assert proving.results[HOLES[1]].script is None
    refusal = proving.results[HOLES[1]].refusal
    assert refusal is not None
    assert refusal.script == "rfl"
    assert refusal.reason.endswith("fails: it does not fit")
    assert set(proving.scripts) == {HOLES[0], HOLES[2]}
    assert [theorem.filled(script).declaration for theorem, script in asked] == [
        "theorem a : 1 = 1 ∧ 2 = 2 :=\n  ⟨(by rfl), (by rfl)⟩",
        "theorem ℓ (n : Nat) : n = n := by\n  have h : 1 = 1 := by rfl\n  rfl",
    ]


async def test_a_search_that_fails_costs_only_its_theorem() -> None:
    async def search(theorem: Theorem, _: Verify) -> AsyncGenerator[Event, None]:
        if theorem.name == "a":
            raise LeanDiedError("Lean is gone")
        yield result_of(theorem, "rfl")

    proving = FileProver(FILE, REPORT, search=search, verifier=verifiers(yes).verifier, workers=2)
    await run(proving)
    statuses = [proving.results[hole].status.value for hole in HOLES]
    assert statuses == ["error", "error", "proved", "proved"]
    assert proving.results[HOLES[0]].message == "Lean is gone"


async def test_a_missing_lean_ends_everything() -> None:
    ended: list[str] = []

    async def search(theorem: Theorem, _: Verify) -> AsyncGenerator[Event, None]:
        if theorem.name == "a":
            raise SetupError("there is no Lean")
        try:
            await asyncio.Event().wait()
            yield result_of(theorem, None)
        finally:
            ended.append(theorem.name)

    proving = FileProver(FILE, REPORT, search=search, verifier=verifiers(yes).verifier, workers=3)
    with pytest.raises(SetupError):
        async for _ in proving.run([HOLES[2], HOLES[0]]):
            pass
    assert ended == ["ℓ"]


async def test_at_most_so_many_at_once_and_all_end_when_it_is_closed() -> None:
    running: set[str] = set()
    most = 0

    async def search(theorem: Theorem, _: Verify) -> AsyncGenerator[Event, None]:
        nonlocal most
        key = f"{theorem.name}{theorem.offset}"
        running.add(key)
        most = max(most, len(running))
        try:
            if theorem.name == "ℓ":
                await asyncio.Event().wait()
            yield result_of(theorem, "rfl")
        finally:
            running.discard(key)

    proving = FileProver(FILE, REPORT, search=search, verifier=verifiers(yes).verifier, workers=2)
    async with aclosing(proving.run(HOLES)) as events:
        first = await anext(events)
        second = await anext(events)
    assert most == 2
    assert not running
    assert [hole for hole, _ in (first, second)] == HOLES[:2]
    assert [hole for hole, _ in proving.end(HOLES)] == HOLES[2:]
    assert proving.results[HOLES[3]].status is Status.CANCELLED
    assert set(proving.scripts) == set(HOLES[:2])


async def test_an_interrupted_search_tells_what_it_had() -> None:
    async def search(_: Theorem, __: Verify) -> AsyncGenerator[Event, None]:
        yield Progressed(expansions=2, tactics=9, states=4, frontier=1, depth=1, seconds=0.5)
        await asyncio.Event().wait()

    proving = FileProver(FILE, REPORT, search=search, verifier=verifiers(yes).verifier)
    async with aclosing(proving.run(HOLES)) as events:
        await anext(events)
    (_, begun), (_, waiting), *_ = proving.end(HOLES)
    assert begun.status is waiting.status is Status.CANCELLED
    assert begun.counters == Counters(expansions=2, tactics=9, states=4)
    assert begun.seconds.total > 0
    assert waiting.counters == Counters()
    assert waiting.seconds.total == 0


async def test_no_holes_is_no_work() -> None:
    proving = FileProver(FILE, REPORT, search=scripted({}, []), verifier=verifiers(yes).verifier)
    assert [item async for item in proving.run([])] == []


def test_an_error_stops_all_behind_it_where_one_is_too_much() -> None:
    def reach(line: int, column: int) -> list[Hole]:
        report = FileReport((Message(line, column, "error", ""),), (), tuple(HOLES))
        return [hole for hole in HOLES if not obstacle(FILE, report, hole, strict=True)]

    assert [hole for hole in HOLES if not obstacle(FILE, REPORT, hole, strict=True)] == HOLES
    assert reach(4, 3) == HOLES[:2]
    assert reach(2, 3) == []


async def test_a_goal_waits_for_the_holes_that_it_rests_on() -> None:
    resting = replace(HOLES[3], rests_on=(HOLES[0].name,))
    holes = [*HOLES[:3], resting]
    report = FileReport((), (), tuple(holes))
    seen: list[Theorem] = []

    async def proved(scripts: Mapping[Hole, str | None]) -> Result:
        search = scripted(scripts, seen)
        proving = FileProver(
            FILE, report, search=search, verifier=verifiers(yes).verifier, workers=3
        )
        async for _ in proving.run(holes):
            pass
        return proving.results[resting]

    assert obstacle(FILE, report, resting) == ""
    assert HOLES[0].name in obstacle(FILE, report, resting, alone=True)
    result = await proved(dict.fromkeys(HOLES, "rfl"))
    assert result.status is Status.PROVED
    assert "(by rfl), (by rfl)" in seen[-1].header
    result = await proved({**dict.fromkeys(HOLES, "rfl"), HOLES[1]: None})
    assert result.message == f"Not tried: Its statement rests on the `sorry` of `{HOLES[0].name}`."


def test_objections_to_a_filled_text() -> None:
    scripts = {HOLES[0]: "rfl", HOLES[1]: "rfl"}
    old = Message(9, 0, "error", "old")
    before = FileReport((old,), (), tuple(HOLES))
    rest = tuple(HOLES[2:])
    sound = Declaration("a", True, True, ())
    assert reason_not_to_write(before, FileReport((old,), (sound,), rest), scripts) is None
    new = Message(2, 3, "error", "new")
    assert "2:3: new" in str(
        reason_not_to_write(before, FileReport((new, old), (sound,), rest), scripts)
    )
    assert "9:0: old" in str(
        reason_not_to_write(before, FileReport((old, old), (sound,), rest), scripts)
    )
    assert "holes" in str(
        reason_not_to_write(before, FileReport((old,), (sound,), rest[1:]), scripts)
    )
    unsound = Declaration("a", True, False, ("sorryAx",))
    assert "`a` would still" in str(
        reason_not_to_write(before, FileReport((), (unsound,), rest), scripts)
    )


async def test_a_refused_proof_is_looked_for_again_once_more_is_proved() -> None:
    begun = asyncio.Event()
    seen: list[str] = []

    async def search(theorem: Theorem, _: Verify) -> AsyncGenerator[Event, None]:
        seen.append(theorem.source)
        last = theorem.source == f"{FILE.path}:{HOLES[-1].line}"
        if last and "sorry" in theorem.header:
            begun.set()
            yield Result(theorem.name, Status.REFUSED)
        else:
            await begun.wait()
            yield result_of(theorem, "rfl")

    holes = [HOLES[0], HOLES[1], HOLES[-1]]
    report = FileReport((), (), tuple(holes))
    proving = FileProver(FILE, report, search=search, verifier=verifiers(yes).verifier, workers=3)
    async for _ in proving.run(holes):
        pass
    assert proving.results[HOLES[-1]].status is Status.PROVED
    assert seen.count(f"{FILE.path}:{HOLES[-1].line}") == 2
