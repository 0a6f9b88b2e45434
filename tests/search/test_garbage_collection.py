"""Python's cycle collector during searches, with a scripted Lean."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from prover.search import garbage_collection
from prover.search.expansion import CandidateQueue
from prover.search.garbage_collection import GarbageCollection
from prover.search.graph import ProofGraph
from prover.search.result import Status
from tests.search.scripted import Tree, result_of

WIDE: Tree = {
    "root": {f"t{number}": f"s{number}" for number in range(40)},
    **{f"s{number}": {"back": "root", "bad": "error", "loop": "s0 s1"} for number in range(40)},
}


class Ring:
    """Something that only the cycle collector can free."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def nothing_set_aside() -> Iterator[None]:
    """What the tests before have left is not looked at."""
    gc.unfreeze()
    gc.collect()
    yield
    assert gc.get_freeze_count() == 0


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every full collection takes long."""
    monkeypatch.setattr(garbage_collection, "LONG_SECONDS", -1.0)


def test_a_brief_collection_sets_nothing_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage_collection, "LONG_SECONDS", 1e9)
    with GarbageCollection().brief():
        gc.collect()
        assert gc.get_freeze_count() == 0


@pytest.mark.usefixtures("slow")
def test_what_a_long_collection_has_left_is_set_aside_until_the_last_search_ends() -> None:
    process = GarbageCollection()
    known = list(gc.callbacks)
    with process.brief():
        with process.brief():
            gc.collect(1)
            assert gc.get_freeze_count() == 0
            gc.collect()
            assert gc.get_freeze_count() > 0
        assert gc.get_freeze_count() > 0
    assert gc.get_freeze_count() == 0
    assert gc.callbacks == known


@pytest.mark.usefixtures("slow")
def test_a_cycle_that_was_set_aside_is_freed_after_the_last_search() -> None:
    ring = Ring()
    seen = weakref.ref(ring)
    with GarbageCollection().brief():
        gc.collect()
        del ring
        gc.collect()
        assert seen() is not None
    gc.collect()
    assert seen() is None


def left_over() -> list[object]:
    """What there is of searches in this process."""
    return [
        kept for kept in gc.get_objects() if issubclass(type(kept), (ProofGraph, CandidateQueue))
    ]


@pytest.mark.parametrize("tree", [WIDE, {"root": {"a": "mid"}, "mid": {"b": "closed"}}])
async def test_a_search_that_has_ended_leaves_nothing_for_the_collector(tree: Tree) -> None:
    gc.disable()
    try:
        result = await result_of(tree)
        await asyncio.sleep(0)
        assert result.status in (Status.PROVED, Status.EXHAUSTED)
        assert left_over() == []
    finally:
        gc.enable()
