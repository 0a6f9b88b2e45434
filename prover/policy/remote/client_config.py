"""Where a server is, and the key that it asks for, which is shown nowhere."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from prover.errors import InputError

EXAMPLE_URL = "http://localhost:8000"


@dataclass(frozen=True)
class BaseUrl:
    """The URL of a server: `http://localhost:8000`, or with a path `https://host/api/v1`.

    Raises `InputError` for what is no such URL, and for one with a password in it, which it does
    not repeat.
    """

    url: str

    def __post_init__(self) -> None:
        if "@" in self.url or "?" in self.url:
            raise InputError(
                "the address of a server holds a name, a password or a query",
                f"Give the address alone, as `{EXAMPLE_URL}`, and the key in PROVER_API_KEY.",
            )
        if not re.match(r"https?://", self.url):
            raise InputError(
                f"`{self.url}` is no address of a server", f"Write it as `{EXAMPLE_URL}`."
            )
        if not self._whole:
            raise InputError(f"`{self.url}` is no URL", f"Write it as `{EXAMPLE_URL}`.")

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


VARIABLE = "PROVER_API_KEY"


@dataclass(frozen=True)
class ApiKey:
    """A key; empty where there is none."""

    _value: str = field(default="", repr=False)

    @classmethod
    def find(cls, file: Path | None = None) -> ApiKey:
        """The key in the file, or else in the environment variable `PROVER_API_KEY`.

        Raises `InputError` when the file can't be read, or it is no key.
        """
        if file is None:
            return cls._checked(os.environ.get(VARIABLE, ""), VARIABLE)
        try:
            text = file.expanduser().read_text(encoding="utf-8")
        except (OSError, RuntimeError, ValueError) as error:
            reason = "it is not UTF-8" if isinstance(error, UnicodeError) else str(error)
            raise InputError(
                f"the key file {file} can't be read: {reason}", "Give a file with the key alone."
            ) from None
        return cls._checked(text, str(file))

    @classmethod
    def _checked(cls, text: str, place: str) -> ApiKey:
        text = text.strip()
        # Anything else would break the header that it is sent in, or be a file of another kind.
        if not re.fullmatch(r"[!-~]{0,4096}", text):
            raise InputError(
                f"{place} holds no key", "A key is one word of ASCII letters, digits and signs."
            )
        return cls(text)

    def __bool__(self) -> bool:
        return bool(self._value)

    @property
    def headers(self) -> dict[str, str]:
        """What to send it in."""
        return {"Authorization": f"Bearer {self._value}"} if self else {}

    def hidden_in(self, text: str) -> str:
        """The text without the key, for servers that repeat what they were sent."""
        return text.replace(self._value, "[key]") if self else text
