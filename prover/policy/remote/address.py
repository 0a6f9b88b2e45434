"""Where a server is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from prover.errors import InputProblem

EXAMPLE = "http://localhost:8000"


@dataclass(frozen=True)
class Address:
    """The URL of a server: `http://localhost:8000`, or with a path `https://host/api/v1`.

    Raises `InputProblem` for what is no such URL, and for one with a password in it, which it does
    not repeat.
    """

    url: str

    def __post_init__(self) -> None:
        if "@" in self.url or "?" in self.url:
            raise InputProblem(
                "the address of a server holds a name, a password or a query",
                f"Give the address alone, as `{EXAMPLE}`, and the key in PROVER_API_KEY.",
            )
        if not re.match(r"https?://", self.url):
            raise InputProblem(
                f"`{self.url}` is no address of a server", f"Write it as `{EXAMPLE}`."
            )
        if not self._whole:
            raise InputProblem(f"`{self.url}` is no URL", f"Write it as `{EXAMPLE}`.")

    @property
    def _whole(self) -> bool:
        try:
            parts = urlsplit(self.url)
            # The port is read only when it is asked for.
            return bool(parts.hostname) and parts.port != 0 and not re.search(r"[\s#]", self.url)
        except ValueError:
            return False

    def to(self, path: str) -> str:
        """The URL of a path of the protocol. Without a path of its own the server has it at /v1."""
        base = self.url.rstrip("/")
        return f"{base}/{path}" if urlsplit(base).path else f"{base}/v1/{path}"

    def __str__(self) -> str:
        return self.url
