"""The verifier's way down a text, with a real Lean.

Which processes a verifier asks for is seen at a pool that counts them; one test has real ones.
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
async def verifier(warm: LeanPool) -> AsyncIterator[IncrementalVerifier]:
    """The one verifier that asks its pool for processes."""
    found = IncrementalVerifier(warm)
    yield found
    await found.close()


def process(verifier: IncrementalVerifier) -> int | None:
    """Which of those that the pool was asked for is its process; None where it has none."""
    assert isinstance(verifier._lean, WarmPool)
    return None if verifier._worker is None else verifier._lean.lent


def pid(verifier: IncrementalVerifier) -> int | None:
    """Its real process; None where it has none."""
    return None if verifier._worker is None else verifier._worker.pid


async def test_it_goes_on_from_an_accepted_proof_and_after_a_refusal_another_process_reads_it_all(
    pool: LeanPool,
) -> None:
    verifier = IncrementalVerifier(pool)
    assert (await verifier(theorem(TOP, A), "rfl")).accepted
    first = pid(verifier)
    filled = TOP + A + "rfl\n\n"
    assert verifier.reaches(filled)
    verdict = await verifier(theorem(filled, B), "simp [a] <;> omega")
    assert verdict.accepted, verdict
    assert pid(verifier) == first is not None
    further = filled + B + "simp [a] <;> omega\n\n"
    assert not (await verifier(theorem(further, C), "exact nonsense")).accepted
    assert pid(verifier) is None
    assert (await verifier(theorem(further, C), "exact a 1")).accepted
    assert pid(verifier) not in (first, None)
    await verifier.close()


async def test_another_text_is_for_another_process(verifier: IncrementalVerifier) -> None:
    assert (await verifier(theorem(TOP, A), "rfl")).accepted
    first = process(verifier)
    other = TOP + A + "sorry\n\n"
    assert not verifier.reaches(other)
    verdict = await verifier(theorem(other, B), "exact (a n).symm ▸ Nat.zero_add n")
    assert process(verifier) != first
    assert not verdict.accepted
    assert verdict.reason == "it rests on a `sorry`"


async def test_a_proof_of_one_hole_is_ground_for_its_declaration_only(
    verifier: IncrementalVerifier,
) -> None:
    before = "theorem t : 1 = 1 ∧ 2 = 2 := ⟨by "
    half = Theorem(name="t", header=TOP, before=before, after=", by sorry⟩")
    verdict = await verifier(half, "rfl")
    assert verdict.accepted
    assert not verdict.whole
    first = process(verifier)
    assert not verifier.reaches(TOP + half.declaration + "\n\n")
    rest = Theorem(name="t", header=TOP, before=before + "rfl, by ", after="⟩")
    verdict = await verifier(rest, "decide")
    assert verdict.accepted
    assert verdict.whole
    assert process(verifier) == first
    assert verifier.reaches(TOP + rest.filled("decide").declaration + "\n\n")


async def test_behind_a_declaration_that_is_half_proved_another_process_begins(
    verifier: IncrementalVerifier,
) -> None:
    half = Theorem(
        name="t", header=TOP, before="theorem t : 1 = 1 ∧ 2 = 2 := ⟨by ", after=", by sorry⟩"
    )
    assert (await verifier(half, "rfl")).accepted
    first = process(verifier)
    assert (await verifier(theorem(TOP + half.declaration + "\n\n", A), "rfl")).accepted
    assert process(verifier) != first


async def test_what_stands_before_is_read_ahead(verifier: IncrementalVerifier) -> None:
    text = TOP + A + "rfl\n\n" + B + "sorry\n\ntheorem c : two = 2 := by sorry\n"
    header = text[: text.index("theorem b")]
    verifier.ahead(text, len(text[: text.index("sorry")].encode()))
    assert verifier.reaches(header)
    verdict = await verifier(theorem(header, B), "omega")
    assert verdict.accepted, verdict
    first = process(verifier)
    later = header + B + "omega\n\n"
    verifier.ahead(later)
    assert (await verifier(theorem(later, "theorem c : two = 2 := by "), "rfl")).accepted
    assert process(verifier) == first


async def test_what_was_read_in_vain_is_read_on_from(verifier: IncrementalVerifier) -> None:
    longer = TOP + "def three : Nat := 3\n\n"
    verifier.ahead(TOP)
    assert verifier._reading is not None
    await verifier._reading
    # No proof was found there.
    verifier.ahead(longer)
    await verifier._reading
    assert verifier.reached == len(longer)
    first = process(verifier)
    assert (await verifier(theorem(longer, "theorem c : three = 3 := by "), "rfl")).accepted
    assert process(verifier) == first is not None


async def test_a_header_that_can_not_be_read_is_told_by_the_verdict(
    verifier: IncrementalVerifier,
) -> None:
    header = TOP + "theorem wrong : 1 = 2 := by decide\nnamespace\n"
    verifier.ahead(header)
    verdict = await verifier(theorem(header, A), "rfl")
    assert not verdict.accepted


async def test_one_walk_waits_for_others_in_the_same_text(warm: LeanPool) -> None:
    async with VerifierPool(partial(IncrementalVerifier, warm), most=2, kept=True) as pool:
        first = await pool.take("")
        assert (await first(theorem(TOP, A), "rfl")).accepted
        await pool.put_back(first)
        again = await pool.take(TOP + A + "rfl\n\n" + B)
        assert again is first
        await pool.put_back(again)
        other = await pool.take(TOP + B)
        assert other is not first
        assert isinstance(first, IncrementalVerifier)
        assert process(first) is not None
        # There are no more at once than there may be.
        third = await pool.take("")
        assert process(first) is None
        for verifier in (other, third):
            await pool.put_back(verifier)


async def test_walks_end_where_none_is_kept(warm: LeanPool) -> None:
    pool = VerifierPool(partial(IncrementalVerifier, warm))
    async with TextVerifiers(pool) as verifiers, verifiers.verifier() as verifier:
        assert (await verifier(theorem(TOP, A), "rfl")).accepted
    assert isinstance(verifier, IncrementalVerifier)
    assert process(verifier) is None


async def test_a_process_waits_where_a_short_text_is_to_be_read_too(
    verifier: IncrementalVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "LONG", 2_000)
    verifier.ahead(A + "sorry\n", 0)
    assert verifier._reading is None
    verifier.ahead(A + "sorry\n", 0, always=True)
    assert verifier._reading is not None
    await verifier._reading
    first = process(verifier)
    assert verifier.reached == 0
    assert (await verifier(theorem("", A), "rfl")).accepted
    assert process(verifier) == first is not None
