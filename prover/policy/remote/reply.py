"""What a server answers to one request, and what it means when that is an error."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from prover.errors import EnvironmentProblem, InputProblem, ProverError
from prover.policy.remote.key import VARIABLE, Key

NOT_OFFERED = frozenset({404, 405, 501})
"""What is answered to a request that a server does not know."""
WORDS = 300
"""How many characters of a server's own words are repeated."""
LIMITS = (
    # vLLM and OpenAI; SGLang; llama.cpp
    re.compile(r"maximum context length (?:is|of) (\d+)"),
    re.compile(r"context length \((\d+) tokens\)"),
    re.compile(r"\"n_ctx\":\s*(\d+)"),
)
TOO_LONG = re.compile(r"context (?:length|size|window)|exceed_context|context_length", re.I)
SEVERAL = re.compile(r"only one completion|n_cmpl cannot be|\bn must be 1\b", re.I)
"""How servers refuse to give several completions at once: llama.cpp before it could, and now if
they are more than its slots; vLLM where all would be the same."""


@dataclass(frozen=True)
class Reply:
    """An answer that has come whole."""

    url: str
    status: int
    body: bytes
    location: str = ""
    """Where a redirection leads."""
    after: float | None = None
    """In how many seconds the server wants to be asked again."""

    def json(self, key: Key) -> dict[str, Any]:
        """The object that was asked for. Raises `ProverError` when there is none."""
        if self.status != 200:
            raise self.problem(key)
        data = _loaded(self.body)
        if not isinstance(data, dict):
            raise EnvironmentProblem(
                f"{self.url} answers with something that is no JSON object: `{self.words(key)}`",
                "Is it an OpenAI-compatible server? Its address often ends in /v1.",
            )
        return data

    @property
    def refuses_several(self) -> bool:
        """Whether fewer completions would have been given. Older llama.cpp says so with a 500."""
        return self.status >= 400 and bool(SEVERAL.search(self.body.decode(errors="replace")))

    def words(self, key: Key) -> str:
        """What the server says, on one line, without the key."""
        said: Any = _loaded(self.body)
        for name in ("error", "message", "detail"):
            if isinstance(said, dict) and said.get(name):
                said = said[name]
        text = said if isinstance(said, str) else self.body.decode(errors="replace")
        # Hidden before it is cut, so that no part of the key is left at the end.
        line = " ".join("".join(filter(_is_plain, key.hidden_in(text))).split())
        return line if len(line) <= WORDS else line[:WORDS] + "…"

    def problem(self, key: Key) -> ProverError:
        """The error that this answer is, with what to do about it."""
        if 300 <= self.status < 400:
            target = key.hidden_in(self.location)
            return EnvironmentProblem(
                f"{self.url} sends on to {target or 'another address'}",
                "It is not followed there; give that address if it is the one you mean.",
            )
        if self.status in (401, 403):
            hint = "Check the key in" if key else "Put its key into"
            return EnvironmentProblem(
                f"{self.url} {'refuses the key' if key else 'asks for a key'}",
                f"{hint} the environment variable {VARIABLE} or the file named by `key_file`.",
            )
        if self.status in (400, 413, 422) and TOO_LONG.search(self.body.decode(errors="replace")):
            return self._too_long(key)
        said = self.words(key)
        words = f": {said}" if said else ""
        return EnvironmentProblem(
            f"{self.url} answers with status {self.status}{words}", _hint(self.status)
        )

    def _too_long(self, key: Key) -> InputProblem:
        text = self.body.decode(errors="replace")
        found = next((match[1] for limit in LIMITS if (match := limit.search(text))), None)
        if found is None:
            return InputProblem(
                f"a prompt is too long for {self.url}: {self.words(key)}",
                "Set the option `window` to the number of tokens that the model takes.",
            )
        return InputProblem(
            f"a prompt is too long for {self.url}, which takes {found} tokens",
            f"Set the option `window` to {found}.",
        )


def _hint(status: int) -> str:
    if status == 429:
        return "Try again later, or lower the option `requests`."
    if status >= 500:
        return "See what the server writes; it may still be starting, or be out of memory."
    return "Check the address and the name of the model."


def _loaded(body: bytes) -> Any:
    """The JSON that this is; None when it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _is_plain(character: str) -> bool:
    return character.isprintable() or character.isspace()
