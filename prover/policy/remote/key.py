"""The key that a server asks for. It is shown nowhere: not in a message, a log or a trace."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from prover.errors import InputProblem

VARIABLE = "PROVER_API_KEY"


@dataclass(frozen=True)
class Key:
    """A key; empty where there is none."""

    _value: str = field(default="", repr=False)

    @classmethod
    def find(cls, file: Path | None = None) -> Key:
        """The key in the file, or else in the environment variable `PROVER_API_KEY`.

        Raises `InputProblem` when the file can't be read, or it is no key.
        """
        if file is None:
            return cls._checked(os.environ.get(VARIABLE, ""), VARIABLE)
        try:
            text = file.expanduser().read_text(encoding="utf-8")
        except (OSError, RuntimeError, ValueError) as error:
            reason = "it is not UTF-8" if isinstance(error, UnicodeError) else str(error)
            raise InputProblem(
                f"the key file {file} can't be read: {reason}", "Give a file with the key alone."
            ) from None
        return cls._checked(text, str(file))

    @classmethod
    def _checked(cls, text: str, place: str) -> Key:
        text = text.strip()
        # Anything else would break the header that it is sent in, or be a file of another kind.
        if not re.fullmatch(r"[!-~]{0,4096}", text):
            raise InputProblem(
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
