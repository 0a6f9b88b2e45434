"""Proofs made shorter."""

from __future__ import annotations

import pytest

from prover.search.proof import Proof, Step, format_script, minimise


def chain(*tactics: str) -> Proof:
    """A proof whose tactics follow each other."""
    steps = {
        str(place): Step(tactic, (str(place + 1),) if place + 1 < len(tactics) else (), 1, place)
        for place, tactic in enumerate(tactics)
    }
    return Proof("0", steps, len(tactics))


async def shortened(proof: Proof, *accepted: str, most: int = 40) -> tuple[str, list[str]]:
    """The script of the minimised proof, and all that were tried."""
    tried: list[str] = []

    async def works(script: str) -> bool:
        tried.append(script)
        return script in accepted

    return format_script(await minimise(proof, works, most=most)), tried


@pytest.mark.parametrize(
    ("tactics", "accepted"),
    [
        (("intro x", "skip", "simp"), "intro x\nsimp"),
        (("skip", "simp"), "simp"),
        (("intro x", "intro ⟨y, z⟩\n  w", "simp"), "intro x ⟨y, z⟩\n  w\nsimp"),
        (("intro x", "intro y", "intro z", "simp"), "intro x y\nintro z\nsimp"),
        (("grind [a, b, c]",), "grind [b, c]"),
        (("grind [f (a := x - y),\n  g]",), "grind"),
        (("have := a\nhave := b\ngrind",), "have := b\ngrind"),
        (("induction n <;> simp_all [f, g]",), "induction n <;> simp_all [g]"),
        (("induction n <;> grind [f]",), "grind [f]"),
    ],
)
async def test_what_is_not_needed_goes(tactics: tuple[str, ...], accepted: str) -> None:
    script, _ = await shortened(chain(*tactics), accepted)
    assert script == accepted


async def test_several_things_go_one_after_the_other() -> None:
    proof = chain("skip", "grind [a, b]")
    script, _ = await shortened(proof, "grind [a, b]", "grind [b]")
    assert script == "grind [b]"


async def test_what_is_needed_stays() -> None:
    proof = chain("intro x", "have := f x\ngrind [a, b]")
    script, tried = await shortened(proof)
    assert script == format_script(proof)
    assert len(tried) == len(set(tried)) == 5


async def test_the_number_of_tries_is_bounded() -> None:
    hints = ", ".join(f"h{i}" for i in range(100))
    _, tried = await shortened(chain(f"grind [{hints}]"), most=7)
    assert len(tried) == 7


async def test_nothing_is_tried_when_the_time_is_up() -> None:
    tried: list[str] = []

    async def works(script: str) -> bool:
        tried.append(script)
        return True

    proof = chain("skip", "skip", "simp")
    left = iter([True, False])
    assert format_script(await minimise(proof, works, in_time=lambda: next(left))) == "skip\nsimp"
    assert len(tried) == 1


async def test_branches_keep_their_blocks() -> None:
    steps = {
        "r": Step("constructor", ("a", "b"), 1, 0),
        "a": Step("skip", ("c",), 1, 1),
        "c": Step("rfl", (), 1, 2),
        "b": Step("omega", (), 1, 3),
    }
    script, _ = await shortened(Proof("r", steps, 4), "constructor\n· rfl\n· omega")
    assert script == "constructor\n· rfl\n· omega"


async def test_a_state_that_two_steps_share_is_dropped_for_both() -> None:
    steps = {
        "r": Step("constructor", ("a", "a"), 1, 0),
        "a": Step("skip", ("c",), 1, 1),
        "c": Step("rfl", (), 1, 2),
    }
    script, _ = await shortened(Proof("r", steps, 5), "constructor\n· rfl\n· rfl")
    assert script == "constructor\n· rfl\n· rfl"
