"""Requests of concurrent calls meet in one queue."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio

from prover.errors import SetupError
from prover.policy.local.batching import DynamicBatcher
from prover.policy.policy import Completion, Prompt


class Model:
    """Answers with the prompt; notes what it was asked together, and can be held up."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.threads: set[int] = set()
        self.started = threading.Event()
        self.free = threading.Event()
        self.free.set()
        self.error: Exception | None = None

    def complete(self, prompts: Sequence[Prompt], count: int) -> list[list[Completion]]:
        self.batches.append([prompt.own for prompt in prompts])
        self.threads.add(threading.get_ident())
        self.started.set()
        assert self.free.wait(10)
        if self.error is not None:
            raise self.error
        return [[Completion(f"{prompt.own}!", -1.0, count)] for prompt in prompts]

    async def busy(self) -> None:
        """Returns when it is at work, until `free` is set."""
        await asyncio.to_thread(self.started.wait, 10)
        self.started.clear()

    def hold(self) -> None:
        self.free.clear()
        self.started.clear()


@pytest.fixture
def model() -> Model:
    return Model()


@pytest_asyncio.fixture
async def batches(model: Model) -> AsyncIterator[DynamicBatcher]:
    made = DynamicBatcher(model.complete, most=4, patience=0.05)
    yield made
    model.free.set()
    await made.close()


def prompts(*texts: str, shared: str = "") -> list[Prompt]:
    return [Prompt(shared, text) for text in texts]


async def texts(batches: DynamicBatcher, *own: str, shared: str = "", count: int = 1) -> list[str]:
    answers = await batches.complete(prompts(*own, shared=shared), count)
    return [completion.text for [completion] in answers]


async def test_concurrent_calls_are_decoded_together(model: Model, batches: DynamicBatcher) -> None:
    answers = await asyncio.gather(texts(batches, "a"), texts(batches, "b", "c"))
    assert list(answers) == [["a!"], ["b!", "c!"]]
    assert model.batches == [["a", "b", "c"]]
    assert threading.get_ident() not in model.threads
    assert len(model.threads) == 1


async def test_a_full_batch_does_not_wait() -> None:
    model = Model()
    batches = DynamicBatcher(model.complete, most=2, patience=30.0)
    assert await asyncio.wait_for(texts(batches, "a", "b"), 5) == ["a!", "b!"]
    await batches.close()


async def test_one_alone_waits_no_longer_than_it_should(batches: DynamicBatcher) -> None:
    began = time.monotonic()
    assert await texts(batches, "a") == ["a!"]
    assert time.monotonic() - began < 5


async def test_batches_are_bounded(model: Model, batches: DynamicBatcher) -> None:
    assert len(await texts(batches, *"abcdefghij")) == 10
    assert [len(batch) for batch in model.batches] == [4, 4, 2]


async def test_only_what_goes_together(model: Model, batches: DynamicBatcher) -> None:
    await asyncio.gather(
        texts(batches, "a", shared="x"),
        texts(batches, "b", shared="y"),
        texts(batches, "c", shared="x"),
        texts(batches, "d", shared="x", count=2),
    )
    assert model.batches == [["a", "c"], ["b"], ["d"]]


async def test_a_small_call_does_not_wait_for_a_large_one(
    model: Model, batches: DynamicBatcher
) -> None:
    model.hold()
    large = asyncio.create_task(texts(batches, *(f"large {number}" for number in range(40))))
    await model.busy()
    small = [asyncio.create_task(texts(batches, f"small {number}")) for number in range(3)]
    await asyncio.sleep(0)
    model.free.set()
    await asyncio.gather(*small)
    after = [own for batch in model.batches[1:3] for own in batch]
    assert {f"small {number}" for number in range(3)} <= set(after)
    assert len(await large) == 40


async def test_a_large_call_is_not_put_off_for_ever(batches: DynamicBatcher) -> None:
    """Small calls come in without an end; the large one gets its turns."""
    large = asyncio.create_task(texts(batches, *(f"large {number}" for number in range(12))))

    async def small() -> None:
        while not large.done():
            await texts(batches, "small")

    others = [asyncio.create_task(small()) for _ in range(4)]
    assert len(await asyncio.wait_for(large, 30)) == 12
    await asyncio.gather(*others)


async def test_the_loop_is_not_blocked(model: Model, batches: DynamicBatcher) -> None:
    model.hold()
    waiting = asyncio.create_task(texts(batches, "a"))
    await model.busy()
    for _ in range(100):
        await asyncio.sleep(0)
    assert not waiting.done()
    model.free.set()
    assert await waiting == ["a!"]


async def test_what_is_cancelled_is_not_run(model: Model, batches: DynamicBatcher) -> None:
    model.hold()
    first = asyncio.create_task(texts(batches, "a"))
    await model.busy()
    cancelled = asyncio.create_task(texts(batches, "b", "c"))
    kept = asyncio.create_task(texts(batches, "d"))
    await asyncio.sleep(0)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    model.free.set()
    assert [await first, await kept] == [["a!"], ["d!"]]
    assert model.batches == [["a"], ["d"]]


async def test_the_queue_outlives_a_cancelled_call(model: Model, batches: DynamicBatcher) -> None:
    """All that waits is cancelled: the thread goes on waiting."""
    model.hold()
    first = asyncio.create_task(texts(batches, "a"))
    await model.busy()
    waiting = asyncio.create_task(texts(batches, "b"))
    await asyncio.sleep(0)
    waiting.cancel()
    first.cancel()
    model.free.set()
    await asyncio.wait([first, waiting])
    assert await texts(batches, "c") == ["c!"]


async def test_an_error_reaches_everyone_who_waits(model: Model, batches: DynamicBatcher) -> None:
    model.error = SetupError("no memory", "buy some")
    found = await asyncio.gather(
        texts(batches, "a"), texts(batches, "b", "c"), return_exceptions=True
    )
    assert list(found) == [model.error, model.error]
    model.error = None
    assert await texts(batches, "d") == ["d!"]


async def test_nothing_to_complete(model: Model, batches: DynamicBatcher) -> None:
    assert await batches.complete([], 3) == []
    assert model.batches == []


async def test_after_an_error_the_rest_of_a_call_is_not_run(
    model: Model, batches: DynamicBatcher
) -> None:
    model.hold()
    model.error = ValueError("broken")
    call = asyncio.create_task(texts(batches, *"abcdefgh"))
    await model.busy()
    first = list(model.batches)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    model.error = None
    model.free.set()
    assert await texts(batches, "i") == ["i!"]
    assert model.batches == [*first, ["i"]]


async def test_close(model: Model, batches: DynamicBatcher) -> None:
    model.hold()
    running = asyncio.create_task(texts(batches, "a"))
    await model.busy()
    waiting = asyncio.create_task(texts(batches, "b"))
    await asyncio.sleep(0)
    closing = asyncio.create_task(batches.close())
    with pytest.raises(SetupError):
        await waiting
    assert not closing.done()
    model.free.set()
    await closing
    assert await running == ["a!"]
    with pytest.raises(SetupError):
        await texts(batches, "c")
    assert model.batches == [["a"]]
    assert not [thread for thread in threading.enumerate() if thread.ident in model.threads]


async def test_close_without_a_call(model: Model) -> None:
    await DynamicBatcher(model.complete).close()
