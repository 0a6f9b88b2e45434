"""The generator that asks a server."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import pytest

from prover.errors import InputError, SetupError
from prover.policy.model_options import ModelOptions
from prover.policy.policy import Completion, Prompt
from prover.policy.remote.client_config import BaseUrl
from prover.policy.remote.openai_generator import WINDOW, open_endpoint, together
from tests.policy.fake_server import (
    Answer,
    FakeServer,
    Request,
    answered,
    choice,
    choices,
    models,
    said,
)

PROMPT = Prompt("Examples. ", "⊢ 1 + 1 = 2", ("---",))


async def completed(
    server: FakeServer, count: int = 4, model: str = "", **options: Any
) -> list[Completion]:
    """What a server completes the prompt with."""
    async with open_endpoint(BaseUrl(server.url), model, ModelOptions(**options)) as generator:
        [found] = await generator.complete([PROMPT], count)
    return found


async def problem(server: FakeServer, model: str = "", **options: Any) -> SetupError:
    """The problem that a server is."""
    with pytest.raises(SetupError) as raised:
        await completed(server, 4, model, **options)
    assert server.url in raised.value.message
    return raised.value


async def test_what_is_asked(server: FakeServer) -> None:
    await completed(server, 4, top_p=0.9, seed=7, max_tokens=99, temperature=0.5)
    assert server.sent("completions") == [
        {
            "model": "tiny",
            "prompt": "Examples. ⊢ 1 + 1 = 2",
            "n": 4,
            "logprobs": 1,
            "stop": ["---"],
            "max_tokens": 99,
            "temperature": 0.5,
            "top_p": 0.9,
            "seed": 7,
        }
    ]


async def test_likeliest_first_and_unknown_last(server: FakeServer) -> None:
    found = choices(choice("a", -2.0), choice("b"), choice("c", -1.0), choice("d", math.nan))
    server.script("completions", found)
    assert [one.text for one in await completed(server)] == ["c", "a", "b", "d"]


async def test_a_server_that_gives_one_at_a_time_is_asked_for_the_rest(server: FakeServer) -> None:
    def by_seed(request: Request) -> Answer:
        return choices(choice(f"simp {request.body.get('seed')}", -1.0))

    server.script("completions", by_seed)
    async with open_endpoint(BaseUrl(server.url), options=ModelOptions(seed=5)) as generator:
        [found] = await generator.complete([PROMPT], 4)
        assert {one.text for one in found} == {"simp 5", "simp 6", "simp 7", "simp 8"}
        assert [body["n"] for body in server.sent("completions")] == [4, 1, 1, 1]
        await generator.complete([PROMPT], 3)
        assert [body["n"] for body in server.sent("completions")[4:]] == [1, 1, 1]


async def test_a_server_that_never_gives_any_is_not_asked_for_ever(server: FakeServer) -> None:
    server.script("completions", choices())
    assert await completed(server) == []
    assert len(server.sent("completions")) == 1


async def test_one_that_gives_fewer_and_fewer_is_not_asked_for_ever(server: FakeServer) -> None:
    def fewer(request: Request) -> Answer:
        return choices(*[choice("simp", -1.0)] * (request.body.get("n", 1) // 2))

    server.script("completions", fewer)
    found = await completed(server, 32)
    assert 16 <= len(found) <= 32
    assert len(server.sent("completions")) <= 10


async def test_a_server_that_gives_more_than_it_was_asked_for(server: FakeServer) -> None:
    server.script("completions", choices(*[choice("simp", -1.0)] * 500))
    assert len(await completed(server, 4)) == 4


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (500, "Only one completion choice is allowed"),
        (400, "n_cmpl cannot be greater than the number of slots, please increase -np"),
    ],
)
async def test_a_server_that_refuses_to_give_several(
    server: FakeServer, status: int, words: str
) -> None:
    def one_only(request: Request) -> Answer:
        if request.body.get("n", 1) > 1:
            return answered({"error": {"message": words}}, status=status)
        return choices(choice("simp", -1.0))

    server.script("completions", one_only)
    assert len(await completed(server, 3)) == 3
    assert [body["n"] for body in server.sent("completions")] == [3, 1, 1, 1]


async def test_at_temperature_0_there_is_one_completion(server: FakeServer) -> None:
    assert len(await completed(server, 4, temperature=0.0)) == 1
    assert [body["n"] for body in server.sent("completions")] == [1]


async def test_no_more_samples_than_asked_for(server: FakeServer) -> None:
    assert len(await completed(server, 160, samples=3)) == 3
    assert await completed(server, 0) == []


async def test_several_prompts_keep_their_places(server: FakeServer) -> None:
    def echo(request: Request) -> Answer:
        return choices(choice(request.body["prompt"], -1.0))

    server.script("completions", echo)
    async with open_endpoint(BaseUrl(server.url)) as generator:
        prompts = [Prompt("", f"state {number}") for number in range(20)]
        found = await generator.complete(prompts, 1)
    assert [one.text for [one] in found] == [prompt.text for prompt in prompts]


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_chat_where_completions_are_not_offered(server: FakeServer, status: int) -> None:
    server.script("completions", Answer("no", status))
    server.script("chat/completions", said('["simp", "omega", "rfl"]'))
    found = await completed(server, 2)
    assert [one.text for one in found] == ["simp", "omega"]
    [body] = server.sent("chat/completions")
    [message] = body["messages"]
    assert message["content"].startswith(PROMPT.text)
    assert "up to 2" in message["content"]
    assert body["max_tokens"] == 500


async def test_a_chat_where_asked(server: FakeServer) -> None:
    server.script("chat/completions", said('["simp"]'))
    assert [one.text for one in await completed(server, chat=True)] == ["simp"]
    assert not server.sent("completions")


async def test_a_model_that_is_not_there(server: FakeServer) -> None:
    server.script("models", models(tiny=100, large=None))
    for path in ("completions", "chat/completions"):
        server.script(path, answered({"error": {"message": "no such model"}}, status=404))
    found = await problem(server, "tinny")
    assert "no model `tinny`" in found.message
    assert found.hint == "Did you mean `tiny`? It has `tiny`, `large`."
    assert "offers neither" in (await problem(server, "tiny")).message


async def test_a_server_that_is_something_else(server: FakeServer) -> None:
    html = Answer("<html>It works!</html>", headers={"Content-Type": "text/html"})
    server.script("models", html)
    assert "It works!" in (await problem(server)).message
    server.script("models", models(tiny=1000))
    server.script("completions", choices(choice("")), answered({"object": "error"}))
    assert "without `choices`" in (await problem(server)).message


async def test_which_model_is_meant(server: FakeServer) -> None:
    async with open_endpoint(BaseUrl(server.url)) as generator:
        assert generator.name == f"endpoint: {server.url}#tiny"
    server.script("models", models(a=1, b=None))
    with pytest.raises(InputError, match="several models") as raised:
        await completed(server)
    assert f"endpoint:{server.url}#MODEL" in raised.value.hint
    assert "`a`, `b`" in raised.value.hint
    for silent in (Answer("no", 404), answered({"data": []}), answered({"data": None})):
        server.script("models", silent)
        with pytest.raises(InputError, match="does not tell which models"):
            await completed(server)
        assert await completed(server, 1, "mine") == [Completion("simp", -0.5, 1)]


@pytest.mark.parametrize(
    "entries", [[{"id": 3}], [{"id": "a", "max_model_len": "x"}], "models", [None], {"id": "a"}]
)
async def test_strange_lists_of_models(server: FakeServer, entries: Any) -> None:
    server.script("models", answered({"data": entries}))
    async with open_endpoint(BaseUrl(server.url), "a") as generator:
        assert generator.window == WINDOW


async def test_the_window(server: FakeServer) -> None:
    async def window(**options: Any) -> int:
        made = ModelOptions(**options)
        async with open_endpoint(BaseUrl(server.url), "tiny", made) as generator:
            return generator.window

    assert await window() == 1000
    assert await window(window=2000) == 1000
    assert await window(window=500) == 500
    server.script("models", models(tiny=None))
    assert await window() == WINDOW
    assert await window(window=8000) == 8000
    server.script("models", models(tiny=200))
    with pytest.raises(InputError, match="no room"):
        await window()


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("simp", 2), ("omega", 3), ("x = 12", 4), ("⊢", 3), ("\ud83d", 1)]
)
async def test_tokens_are_estimated(server: FakeServer, text: str, tokens: int) -> None:
    async with open_endpoint(BaseUrl(server.url)) as generator:
        assert generator.count_tokens(text) == tokens


async def test_cancelling_reaches_every_request(server: FakeServer) -> None:
    slow = answered({"choices": []}, delay=5.0)
    async with open_endpoint(BaseUrl(server.url), options=ModelOptions(requests=3)) as generator:
        server.script("completions", slow)
        task = asyncio.create_task(generator.complete([PROMPT] * 9, 2))
        while server.busy < 3:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(2.0):
            while server.abandoned < 3:
                await asyncio.sleep(0.01)


async def test_one_that_fails_ends_the_others(server: FakeServer) -> None:
    def bad(request: Request) -> Answer:
        if request.body["prompt"] == "bad":
            return answered({"error": "bad prompt"}, status=400)
        return answered({"choices": []}, delay=5.0)

    async with open_endpoint(BaseUrl(server.url)) as generator:
        server.script("completions", bad)
        prompts = [Prompt("", "good"), Prompt("", "bad")]
        with pytest.raises(SetupError, match="bad prompt"):
            await generator.complete(prompts, 1)


async def test_together_raises_what_failed_itself() -> None:
    async def fail() -> int:
        raise InputError("wrong")

    async def wait() -> int:
        await asyncio.sleep(60)
        return 1

    with pytest.raises(InputError, match="wrong"):
        await together([wait(), together_of_one(fail)])
    assert await together([]) == []


async def together_of_one(make: Any) -> int:
    """A call within a call."""
    [result] = await together([make()])
    return int(result)
