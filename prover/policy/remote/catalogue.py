"""Which models a server has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from prover.errors import EnvironmentProblem, InputProblem, closest
from prover.policy.remote.connection import Connection
from prover.policy.remote.reply import NOT_OFFERED

SHOWN = 20
"""How many names are told at most."""


@dataclass(frozen=True)
class Catalogue:
    """The names of the models, with their windows in tokens where the server tells them."""

    windows: Mapping[str, int | None] = field(default_factory=dict)

    @classmethod
    async def of(cls, connection: Connection) -> Catalogue:
        """What `/v1/models` answers; nothing where it is not offered. Raises `ProverError`."""
        reply = await connection.get("models")
        if reply.status in NOT_OFFERED:
            return cls()
        entries = reply.json(connection.key).get("data")
        known = [entry for entry in entries if isinstance(entry, dict)] if entries else []
        return cls({entry["id"]: _window(entry) for entry in known if "id" in entry})

    def chosen(self, name: str, url: str) -> str:
        """The model with this name, which need not be listed; without a name the only one.

        Raises `InputProblem` when there is no telling which is meant.
        """
        if name or len(self.windows) == 1:
            return name or next(iter(self.windows))
        hint = f"Name one, as in `endpoint:{url}#MODEL`."
        if not self.windows:
            raise InputProblem(f"{url} does not tell which models it has", hint)
        raise InputProblem(f"{url} has several models", f"{hint} It has {self._names}.")

    def missing(self, name: str, url: str) -> EnvironmentProblem | None:
        """The problem that a server has not this model; None when it has, or does not tell."""
        if name in self.windows or not self.windows:
            return None
        near = closest(self.windows, name) if len(self.windows) <= SHOWN else ""
        hint = near if near.startswith("Did") else ""
        return EnvironmentProblem(
            f"{url} has no model `{name}`", f"{hint} It has {self._names}.".strip()
        )

    @property
    def _names(self) -> str:
        names = [f"`{name}`" for name in list(self.windows)[:SHOWN]]
        more = len(self.windows) - SHOWN
        return ", ".join(names) + (f" and {more} more" if more > 0 else "")


def _window(entry: Mapping[str, Any]) -> int | None:
    """`max_model_len`, as vLLM and SGLang tell it."""
    said = entry.get("max_model_len")
    return said if isinstance(said, int) and said > 0 else None
