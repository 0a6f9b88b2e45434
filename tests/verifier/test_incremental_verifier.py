"""The verifier's way down a text, with a real Lean.

Which processes a walk asks for is seen at a pool that counts them; one test has real ones.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio

from prover import incremental_verifier as walking
from prover.incremental_verifier import IncrementalVerifier, TextVerifiers, VerifierPool
from prover.lean.pool import LeanPool
from prover.theorem import Theorem
from tests.conftest import WarmPool

pytestmark = pytest.mark.lean

A = "theorem a (n : Nat) : n + 0 = n := by\n  "
B = "theorem b (n : Nat) : 0 + n = n := by\n  "
C = "theorem c : 1 + 0 = 1 := by\n  "
TOP = "def two : Nat := 2\n\n"


def theorem(header: str, before: str) -> Theorem:
    return Theorem(name="t", header=header, before=before)


@pytest.fixture(autouse=True)
def however_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands before is read ahead however short it is."""
    monkeypatch.setattr(walking, "LONG", 1)


@pytest_asyncio.fixture
async def walk(warm: LeanPool) -> AsyncIterator[IncrementalVerifier]:
    """The one walk that asks its pool for processes."""
    found = IncrementalVerifier(warm)
    yield found
    await found.close()


def process(walk: IncrementalVerifier) -> int | None:
    """Which of those that the pool was asked for is its process; None where it has none."""
    assert isinstance(walk._lean, WarmPool)
    return None if walk._worker is None else walk._lean.lent


def pid(walk: IncrementalVerifier) -> int | None:
    """Its real process; None where it has none."""
    return None if walk._worker is None else walk._worker.pid


async def test_it_goes_on_from_an_accepted_proof_and_after_a_refusal_another_process_reads_it_all(
    pool: LeanPool,
) -> None:
    walk = IncrementalVerifier(pool)
    assert (await walk(theorem(TOP, A), "rfl")).accepted
    first = pid(walk)
    filled = TOP + A + "rfl\n\n"
    assert walk.reaches(filled)
    verdict = await walk(theorem(filled, B), "simp [a] <;> omega")
    assert verdict.accepted, verdict
    assert pid(walk) == first is not None
    further = filled + B + "simp [a] <;> omega\n\n"
    assert not (await walk(theorem(further, C), "exact nonsense")).accepted
    assert pid(walk) is None
    assert (await walk(theorem(further, C), "exact a 1")).accepted
    assert pid(walk) not in (first, None)
    await walk.close()


async def test_another_text_is_for_another_process(walk: IncrementalVerifier) -> None:
    assert (await walk(theorem(TOP, A), "rfl")).accepted
    first = process(walk)
    other = TOP + A + "sorry\n\n"
    assert not walk.reaches(other)
    verdict = await walk(theorem(other, B), "exact (a n).symm ▸ Nat.zero_add n")
    assert process(walk) != first
    assert not verdict.accepted
    assert verdict.reason == "it rests on a `sorry`"


async def test_a_proof_of_one_hole_is_ground_for_its_declaration_only(
    walk: IncrementalVerifier,
) -> None:
    before = "theorem t : 1 = 1 ∧ 2 = 2 := ⟨by "
    half = Theorem(name="t", header=TOP, before=before, after=", by sorry⟩")
    verdict = await walk(half, "rfl")
    assert verdict.accepted
    assert not verdict.whole
    first = process(walk)
    assert not walk.reaches(TOP + half.declaration + "\n\n")
    rest = Theorem(name="t", header=TOP, before=before + "rfl, by ", after="⟩")
    verdict = await walk(rest, "decide")
    assert verdict.accepted
    assert verdict.whole
    assert process(walk) == first
    assert walk.reaches(TOP + rest.filled("decide").declaration + "\n\n")


async def test_behind_a_declaration_that_is_half_proved_another_process_begins(
    walk: IncrementalVerifier,
) -> None:
    half = Theorem(
        name="t", header=TOP, before="theorem t : 1 = 1 ∧ 2 = 2 := ⟨by ", after=", by sorry⟩"
    )
    assert (await walk(half, "rfl")).accepted
    first = process(walk)
    assert (await walk(theorem(TOP + half.declaration + "\n\n", A), "rfl")).accepted
    assert process(walk) != first


async def test_what_stands_before_is_read_ahead(walk: IncrementalVerifier) -> None:
    text = TOP + A + "rfl\n\n" + B + "sorry\n\ntheorem c : two = 2 := by sorry\n"
    header = text[: text.index("theorem b")]
    walk.ahead(text, len(text[: text.index("sorry")].encode()))
    assert walk.reaches(header)
    verdict = await walk(theorem(header, B), "omega")
    assert verdict.accepted, verdict
    first = process(walk)
    later = header + B + "omega\n\n"
    walk.ahead(later)
    assert (await walk(theorem(later, "theorem c : two = 2 := by "), "rfl")).accepted
    assert process(walk) == first


async def test_what_was_read_in_vain_is_read_on_from(walk: IncrementalVerifier) -> None:
    longer = TOP + "def three : Nat := 3\n\n"
    walk.ahead(TOP)
    assert walk._reading is not None
    await walk._reading
    # No proof was found there.
    walk.ahead(longer)
    await walk._reading
    assert walk.reached == len(longer)
    first = process(walk)
    assert (await walk(theorem(longer, "theorem c : three = 3 := by "), "rfl")).accepted
    assert process(walk) == first is not None


async def test_a_header_that_can_not_be_read_is_told_by_the_verdict(
    walk: IncrementalVerifier,
) -> None:
    header = TOP + "theorem wrong : 1 = 2 := by decide\nnamespace\n"
    walk.ahead(header)
    verdict = await walk(theorem(header, A), "rfl")
    assert not verdict.accepted


async def test_one_walk_waits_for_others_in_the_same_text(warm: LeanPool) -> None:
    async with VerifierPool(partial(IncrementalVerifier, warm), most=2, kept=True) as stock:
        first = await stock.take("")
        assert (await first(theorem(TOP, A), "rfl")).accepted
        await stock.put_back(first)
        again = await stock.take(TOP + A + "rfl\n\n" + B)
        assert again is first
        await stock.put_back(again)
        other = await stock.take(TOP + B)
        assert other is not first
        assert isinstance(first, IncrementalVerifier)
        assert process(first) is not None
        # There are no more at once than there may be.
        third = await stock.take("")
        assert process(first) is None
        for walk in (other, third):
            await stock.put_back(walk)


async def test_walks_end_where_none_is_kept(warm: LeanPool) -> None:
    stock = VerifierPool(partial(IncrementalVerifier, warm))
    async with TextVerifiers(stock) as walks, walks.walk() as walk:
        assert (await walk(theorem(TOP, A), "rfl")).accepted
    assert isinstance(walk, IncrementalVerifier)
    assert process(walk) is None


async def test_a_process_waits_where_a_short_text_is_to_be_read_too(
    walk: IncrementalVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "LONG", 2_000)
    walk.ahead(A + "sorry\n", 0)
    assert walk._reading is None
    walk.ahead(A + "sorry\n", 0, always=True)
    assert walk._reading is not None
    await walk._reading
    first = process(walk)
    assert walk.reached == 0
    assert (await walk(theorem("", A), "rfl")).accepted
    assert process(walk) == first is not None
