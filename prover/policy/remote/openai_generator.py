"""Language models behind a server with OpenAI's protocol: vLLM, SGLang, llama.cpp, Ollama."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from prover.errors import InputError, SetupError, closest
from prover.policy.model_options import ModelOptions
from prover.policy.policy import Completion, Prompt
from prover.policy.remote.client_config import ApiKey, BaseUrl
from prover.policy.remote.http_client import NOT_OFFERED, Connection, RetryPolicy
from prover.policy.remote.response_parser import TOKENS, completions, list_prompt, parse_list

SHOWN = 20
"""How many names are told at most."""


@dataclass(frozen=True)
class ModelList:
    """The names of the models, with their windows in tokens where the server tells them."""

    windows: Mapping[str, int | None] = field(default_factory=dict)

    @classmethod
    async def of(cls, connection: Connection) -> ModelList:
        """What `/v1/models` answers; nothing where it is not offered. Raises `ProverError`."""
        reply = await connection.get("models")
        if reply.status in NOT_OFFERED:
            return cls()
        entries = reply.json(connection.key).get("data")
        known = [entry for entry in entries if isinstance(entry, dict)] if entries else []
        return cls({entry["id"]: _window(entry) for entry in known if "id" in entry})

    def chosen(self, name: str, url: str) -> str:
        """The model with this name, which need not be listed; without a name the only one.

        Raises `InputError` when there is no telling which is meant.
        """
        if name or len(self.windows) == 1:
            return name or next(iter(self.windows))
        hint = f"Name one, as in `endpoint:{url}#MODEL`."
        if not self.windows:
            raise InputError(f"{url} does not tell which models it has", hint)
        raise InputError(f"{url} has several models", f"{hint} It has {self._names}.")

    def missing(self, name: str, url: str) -> SetupError | None:
        """The problem that a server has not this model; None when it has, or does not tell."""
        if name in self.windows or not self.windows:
            return None
        near = closest(self.windows, name) if len(self.windows) <= SHOWN else ""
        hint = near if near.startswith("Did") else ""
        return SetupError(f"{url} has no model `{name}`", f"{hint} It has {self._names}.".strip())

    @property
    def _names(self) -> str:
        names = [f"`{name}`" for name in list(self.windows)[:SHOWN]]
        more = len(self.windows) - SHOWN
        return ", ".join(names) + (f" and {more} more" if more > 0 else "")


def _window(entry: Mapping[str, Any]) -> int | None:
    """`max_model_len`, as vLLM and SGLang tell it."""
    said = entry.get("max_model_len")
    return said if isinstance(said, int) and said > 0 else None


T = TypeVar("T")

WINDOW = 4096
"""Tokens, where neither the server nor the user says how many."""
ROUNDS = 3
"""How often a server that gives fewer completions than it was asked for is asked for the rest."""
APART = 10_000
"""Between the seeds of two tries at a theorem; a state takes fewer requests."""


class OpenAIGenerator:
    """A language model behind a server. Implements `Generator`.

    Completions are drawn, so several may be the same. Their log-probability is the sum over all the
    tokens that the server tells, and it tells those of the stop string or the end of the text; NaN
    where it tells none. In a chat one answer has all the tactics, and their rank decides
    (`prover.policy.remote.response_parser`).
    """

    def __init__(
        self,
        connection: Connection,
        model: str,
        options: ModelOptions,
        *,
        window: int = WINDOW,
        chat: bool = False,
    ) -> None:
        """`open_endpoint` finds out the last two."""
        self._connection = connection
        self._options = options
        self._temperature = 1.0 if options.temperature is None else options.temperature
        self._most = options.samples
        """Completions that the server gives to one request, as far as is known."""
        self.model = model
        self.window = window
        self.chat = chat

    @property
    def name(self) -> str:
        """The server and the model."""
        return f"endpoint: {self._connection.address}#{self.model}"

    @property
    def answer_tokens(self) -> int:
        """How much of the window an answer needs."""
        if not self.chat:
            return self._options.max_tokens
        return min(max(self._options.max_tokens, self._options.samples * TOKENS), self.window // 2)

    def count_tokens(self, text: str) -> int:
        """An estimate: a token for every digit and for every byte of what is not ASCII, and one for
        every two other characters. English has fewer, so have most states."""
        digits = sum(character.isdigit() for character in text if character.isascii())
        plain = sum(character.isascii() for character in text) - digits
        strange = len(text.encode(errors="replace")) - plain - digits
        return digits + strange + math.ceil(plain / 2)

    async def complete(self, prompts: Sequence[Prompt], count: int) -> list[list[Completion]]:
        """For each prompt at most `count` completions, and at most `samples`, likeliest first.

        Raises `SetupError` when the server can't be used, `InputError` when a prompt is
        too long for it.
        """
        count = min(count, self._options.samples)
        if count < 1:
            return [[] for _ in prompts]
        if self.chat:
            return await together([self._listed(prompt, count) for prompt in prompts])
        if self._temperature == 0:
            # All would be the same.
            count = 1
        return await together([self._drawn(prompt, count) for prompt in prompts])

    async def _listed(self, prompt: Prompt, count: int) -> list[Completion]:
        message = {"role": "user", "content": list_prompt(prompt.text, count)}
        body = self._body(self._seed(prompt), messages=[message])
        reply = await self._connection.post("chat/completions", body)
        answer = reply.json(self._connection.key)
        return parse_list(self._with_choices(reply.url, answer), count)

    async def _drawn(self, prompt: Prompt, count: int) -> list[Completion]:
        """Asks again for what is missing, with other seeds: many servers give one at a time."""
        found: list[Completion] = []
        requests = 0
        for _ in range(ROUNDS):
            most = self._most
            sizes = _split(count - len(found), most)
            answers = await together(
                [
                    self._some(prompt, size, self._seed(prompt) + requests + number)
                    for number, size in enumerate(sizes)
                ]
            )
            requests += len(sizes)
            found += (completion for answer in answers for completion in answer)
            if len(found) >= count or (not any(answers) and self._most == most):
                break
        # NaN has no order.
        found.sort(key=lambda one: math.inf if math.isnan(one.logprob) else -one.logprob)
        return found[:count]

    async def _some(self, prompt: Prompt, size: int, seed: int) -> list[Completion]:
        body = self._body(seed, prompt=prompt.text, n=size, logprobs=1)
        if prompt.stop:
            body["stop"] = list(prompt.stop)
        reply = await self._connection.post("completions", body)
        if size > 1 and reply.refuses_several:
            self._most = 1
            return []
        answer = self._with_choices(reply.url, reply.json(self._connection.key))
        found = completions(answer, prompt.stop)
        if 0 < len(found) < size:
            self._most = min(self._most, len(found))
        return found

    def _seed(self, prompt: Prompt) -> int:
        """Of the first request for a prompt."""
        return self._options.seed + APART * prompt.seed

    def _body(self, seed: int, **own: Any) -> dict[str, Any]:
        options = self._options
        return {
            "model": self.model,
            "max_tokens": self.answer_tokens,
            "temperature": self._temperature,
            "top_p": options.top_p,
            "seed": seed,
            **own,
        }

    def _with_choices(self, url: str, answer: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(answer.get("choices"), list):
            raise SetupError(
                f"{url} answers without `choices`", "Is it an OpenAI-compatible server?"
            )
        return answer


@asynccontextmanager
async def open_endpoint(
    address: BaseUrl, model: str = "", options: ModelOptions | None = None
) -> AsyncIterator[OpenAIGenerator]:
    """The model of a server for as long as the block lasts; without a name the only one it has.

    Has it complete a word first, so what is wrong is known before a search begins. Raises
    `SetupError` and `InputError`, see `EndpointGenerator.complete`.
    """
    options = options or ModelOptions()
    patience = RetryPolicy(seconds=options.answer_seconds)
    key = ApiKey.find(options.key_file)
    connection = Connection(address, key, requests=options.requests, patience=patience)
    try:
        catalogue = await ModelList.of(connection)
        model = catalogue.chosen(model, address.url)
        chat = options.chat or not await _offered(connection, "completions", model, prompt="Lean")
        message = {"role": "user", "content": "Lean"}
        if chat and not await _offered(connection, "chat/completions", model, messages=[message]):
            raise catalogue.missing(model, address.url) or SetupError(
                f"{address} offers neither completions nor chats of `{model}`",
                "Check the address, which often ends in /v1, and the name of the model.",
            )
        known = [size for size in (catalogue.windows.get(model), options.window) if size]
        window = min(known, default=WINDOW)
        _require_room(window, options)
        yield OpenAIGenerator(connection, model, options, window=window, chat=chat)
    finally:
        await connection.close()


async def _offered(connection: Connection, path: str, model: str, **body: Any) -> bool:
    """Whether the server answers such requests for the model. Raises `ProverError`."""
    reply = await connection.post(path, {"model": model, "max_tokens": 1, **body})
    if reply.status in NOT_OFFERED:
        return False
    reply.json(connection.key)
    return True


def _require_room(window: int, options: ModelOptions) -> None:
    if window <= options.max_tokens:
        raise InputError(
            f"the model's window of {window} tokens has no room for a prompt beside `max_tokens` "
            f"of {options.max_tokens}",
            "Lower `max_tokens`.",
        )


def _split(total: int, most: int) -> list[int]:
    """The total in parts of at most `most`."""
    return [min(most, total - begun) for begun in range(0, total, most)]


async def together(work: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """The results of all, at once. When one fails the others are cancelled and it is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in work]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]
