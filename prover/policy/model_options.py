"""Which language model, and how it is asked and decoded."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_type_hints

from prover.errors import InputError, closest


@dataclass(frozen=True)
class ModelOptions:
    """What is the same for all language models of a policy.

    Raises `InputError` for a value that an option can't have.
    """

    template: str | None = None
    """How a model is shown a state; its name decides by default."""
    temperature: float | None = None
    """0 for the likeliest completions, which a model here finds with a beam, above 0 to draw them.
    By default a model here has 0 and a server 1, which leaves the model's probabilities alone."""
    top_p: float = 1.0
    """Drawn from the likeliest tokens that together have this probability."""
    samples: int = 32
    """Completions of one state, or the width of the beam. Llemma was evaluated with 32."""
    max_tokens: int = 256
    """A completion that has not ended then is cut off there."""
    repair: int = 0
    """How often a model is asked again about a state on which all its tactics were run, with what
    Lean said of those that it refused."""
    seed: int = 0
    """Of what is drawn, and of the built-in policy's order."""
    bits: int = 16
    """Of a weight of a model here: 16, or 8 or 4 on a GPU with bitsandbytes."""
    window: int | None = None
    """Tokens that a prompt and its completion have together on a server, if it takes no fewer."""
    chat: bool = False
    """Whether a server is asked in the form of a chat, even if it completes texts."""
    requests: int = 8
    """How many requests to a server are under way at once."""
    answer_seconds: float = 120.0
    """How long one answer of a server is waited for."""
    key_file: Path | None = None
    """A file with the server's key; by default it is in `PROVER_API_KEY`."""

    def __post_init__(self) -> None:
        temperature = 0.0 if self.temperature is None else self.temperature
        for name, right, wanted in (
            ("temperature", 0 <= temperature < math.inf, "at least 0"),
            ("top_p", 0 < self.top_p <= 1, "above 0 and at most 1"),
            ("samples", self.samples >= 1, "at least 1"),
            ("max_tokens", self.max_tokens >= 1, "at least 1"),
            ("repair", self.repair >= 0, "at least 0"),
            ("bits", self.bits in (4, 8, 16), "4, 8 or 16"),
            ("window", self.window is None or self.window > self.max_tokens, "above `max_tokens`"),
            ("requests", self.requests >= 1, "at least 1"),
            ("answer_seconds", 0 < self.answer_seconds < math.inf, "above 0"),
        ):
            if not right:
                raise InputError(f"`{name}` is {getattr(self, name)}", f"Let it be {wanted}.")

    def changed(self, values: Mapping[str, Any]) -> ModelOptions:
        """With these values, as they come from YAML.

        Raises `InputError` for an unknown option, which tells the nearest one, and for a value of
        another type.
        """
        return replace(self, **{name: _value(name, value) for name, value in values.items()})


_TYPES = get_type_hints(ModelOptions)


def _value(name: str, value: Any) -> Any:
    if name not in _TYPES:
        known = [entry.name for entry in fields(ModelOptions)]
        raise InputError(f"no option of a model is called `{name}`", closest(known, str(name)))
    allowed = get_args(_TYPES[name]) or (_TYPES[name],)
    if float in allowed and type(value) is int:
        return float(value)
    if Path in allowed and isinstance(value, str):
        return Path(value)
    if type(value) not in allowed:
        names = " or ".join(kind.__name__ for kind in allowed if kind is not NoneType)
        raise InputError(f"`{name}` is {value!r}", f"Give a value of the type {names}.")
    return value


SHORT_NAMES = {"llemma": "EleutherAI/llemma_7b", "llemma-34b": "EleutherAI/llemma_34b"}
"""Llemma: Azerbayev et al., 2023."""


@dataclass(frozen=True)
class ModelSpec:
    """Which model, and how it is loaded."""

    name: str
    """A short name, a name on the hub, or a folder."""
    revision: str | None = None
    """Of the hub: a branch, a tag or a commit."""
    adapter: Path | None = None
    """A folder with an adapter made by peft."""
    bits: int = 16
    """8 or 4: the weights are rounded by bitsandbytes, on a GPU."""

    def __post_init__(self) -> None:
        if self.bits not in (4, 8, 16):
            raise InputError(f"A model can't be loaded with {self.bits} bits", "Take 4, 8 or 16.")
        if self.adapter is not None and not (self.adapter / "adapter_config.json").is_file():
            raise InputError(
                f"{self.adapter} is not an adapter",
                "Give the folder that peft wrote, with adapter_config.json in it.",
            )

    @property
    def source(self) -> str:
        """The folder or the name on the hub."""
        return SHORT_NAMES.get(self.name, self.name)

    @property
    def local(self) -> bool:
        """Whether it is a folder."""
        return bool(self.source) and Path(self.source).is_dir()


@dataclass(frozen=True)
class DecodingOptions:
    """How completions are made."""

    temperature: float = 0.0
    """0: beam search, as Llemma was evaluated; otherwise completions are drawn."""
    top_p: float = 1.0
    """Drawn from the likeliest tokens that together have this probability."""
    seed: int = 0
    """The same prompts give the same completions, whatever else is decoded with them; up to how
    the machine rounds."""
    max_tokens: int = 256
    """A completion that has not ended then is cut off there."""

    def __post_init__(self) -> None:
        for name, right, wanted in (
            ("temperature", 0 <= self.temperature < float("inf"), "at least 0"),
            ("top_p", 0 < self.top_p <= 1, "above 0 and at most 1"),
            ("max_tokens", self.max_tokens >= 1, "at least 1"),
        ):
            if not right:
                raise InputError(f"{name} is {getattr(self, name)}", f"Let it be {wanted}.")
