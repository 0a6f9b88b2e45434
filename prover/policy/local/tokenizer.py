"""Between text and tokens: prompts, completions, and where a completion ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

CONTEXT = 8
"""So many tokens of the prompt are decoded with a completion. Some tokenizers drop a space at the
beginning of a text, and it is part of the completion."""


class Tokenization:
    """The tokenizer of a model. Pads nothing and knows no chats, so any tokenizer will do."""

    def __init__(
        self, tokenizer: PreTrainedTokenizerBase, ends: frozenset[int], *, continues: bool
    ) -> None:
        """`ends` are the tokens that end a text. A model that `continues` its prompt, instead of
        answering it, must not see an end behind it."""
        self._tokenizer = tokenizer
        self.ends = ends
        self._context = CONTEXT if continues else 0
        self._drops_end = continues and self._ids("a")[-1:] != [] and self._ids("a")[-1] in ends
        start = (tokenizer.bos_token_id, *sorted(ends), 0)
        self._start = next(token for token in start if token is not None)
        self._pieces: dict[int, str] = {}

    def encode(self, text: str) -> list[int]:
        """The tokens of a prompt, at least one."""
        ids = self._ids(text)
        if self._drops_end:
            ids = ids[:-1]
        return ids or [self._start]

    def decode(self, tokens: Sequence[int]) -> str:
        """The text, with the names of special tokens."""
        return str(self._tokenizer.decode(list(tokens), clean_up_tokenization_spaces=False))

    def piece(self, token: int) -> str:
        """The text of one token."""
        if token not in self._pieces:
            self._pieces[token] = self.decode([token])
        return self._pieces[token]

    def ending(self, prompt: Sequence[int], stop: Sequence[str]) -> Ending:
        """Where completions of this prompt end."""
        return Ending(self, prompt[len(prompt) - self._context :] if self._context else (), stop)

    def _ids(self, text: str) -> list[int]:
        return list(self._tokenizer(text)["input_ids"])


class Ending:
    """Says of what follows a prompt whether it has ended, and which text it is."""

    def __init__(
        self, tokenization: Tokenization, context: Sequence[int], stop: Sequence[str]
    ) -> None:
        self._tokenization = tokenization
        self._context = list(context)
        self._before = len(tokenization.decode(context)) if context else 0
        self._stop = tuple(string for string in stop if string)
        self._last = frozenset(string[-1] for string in self._stop)

    def reached(self, tokens: Sequence[int]) -> bool:
        """Whether the last token ends the completion."""
        if tokens[-1] in self._tokenization.ends:
            return True
        if not self._may_stop(tokens[-1]):
            return False
        text = self._decode(tokens)
        return any(stop in text for stop in self._stop)

    def text(self, tokens: Sequence[int]) -> str:
        """What the tokens say, without the stop string and what follows it."""
        ended = bool(tokens) and tokens[-1] in self._tokenization.ends
        text = self._decode(tokens[:-1] if ended else tokens)
        found = [text.index(stop) for stop in self._stop if stop in text]
        return text[: min(found)] if found else text

    def _may_stop(self, token: int) -> bool:
        """Whether the token can be the one that completes a stop string, looked at alone.

        It has the last character of one, or is a part of a character, or it may have lost a space.
        Most tokens are none of these, and what was written need not be decoded.
        """
        if not self._stop:
            return False
        piece = self._tokenization.piece(token)
        return (
            not piece or " " in self._last or "\ufffd" in piece or not self._last.isdisjoint(piece)
        )

    def _decode(self, tokens: Sequence[int]) -> str:
        return self._tokenization.decode([*self._context, *tokens])[self._before :]
