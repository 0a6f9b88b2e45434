"""Where completions end, and what they say."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from prover.policy.local.tokenizer import Tokenization
from tests.policy.local.tiny import SHOTS, make_tokenizer

TEXTS = ["\nsimp [h]\n---", " exact h", "intro  x", "rw [ℕ]\n", "⟨a, b⟩ ", "…"]


def tokenization(kind: str) -> Tokenization:
    tokenizer = make_tokenizer(kind)
    assert tokenizer.eos_token_id is not None
    return Tokenization(tokenizer, frozenset({tokenizer.eos_token_id}), continues=kind != "answer")


def following(one: Tokenization, prompt: str, text: str) -> list[int]:
    """The tokens of a text behind a prompt."""
    before, whole = one.encode(prompt), one.encode(prompt + text)
    assert whole[: len(before)] == before
    return whole[len(before) :]


@pytest.mark.parametrize("kind", ["plain", "spaced"])
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("prompt", [SHOTS + "Next tactic:\n---\n", "⊢ ℕ\n", "\n"])
def test_spaces_and_rare_characters_come_back(kind: str, text: str, prompt: str) -> None:
    one = tokenization(kind)
    ending = one.ending(one.encode(prompt), ())
    tokens = following(one, prompt, text)
    assert ending.text(tokens) == text
    [end] = one.ends
    assert ending.text([*tokens, end]) == text


@pytest.mark.parametrize("kind", ["plain", "spaced"])
@pytest.mark.parametrize(
    ("text", "stop", "expected"),
    [
        ("\nsimp\n---\n\nTactic", ("---",), "\nsimp\n"),
        ("\nsimp\n---\n\nTactic", ("---", "\n"), ""),
        ("simp [h]\n", ("h]",), "simp ["),
        ("rw [ℕ]", ("ℕ",), "rw ["),
        ("exact h ", (" h ",), "exact"),
        ("omega", ("---",), "omega"),
        ("omega", ("", "---"), "omega"),
    ],
)
def test_stops(kind: str, text: str, stop: tuple[str, ...], expected: str) -> None:
    one = tokenization(kind)
    prompt = SHOTS + "Next tactic:\n---\n"
    ending = one.ending(one.encode(prompt), stop)
    tokens = following(one, prompt, text)
    reached = [ending.reached(tokens[: place + 1]) for place in range(len(tokens))]
    assert any(reached) == any(string in text for string in stop if string)
    if any(reached):
        tokens = tokens[: reached.index(True) + 1]
        assert not any(string in one.decode(tokens[:-1]) for string in stop if string)
    assert ending.text(tokens) == expected


def test_a_stop_in_the_middle_of_a_token() -> None:
    tokenizer = Tokenizer(models.WordLevel({"a": 0, "x---y": 1, "--": 2, "-b": 3}))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.decoder = decoders.Fuse()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer)  # type: ignore[no-untyped-call]
    one = Tokenization(fast, frozenset(), continues=True)
    ending = one.ending([0], ("---",))
    assert ending.reached([1])
    assert ending.text([1]) == "x"
    assert not ending.reached([2])
    assert ending.reached([2, 3])
    assert ending.text([0, 2, 3]) == "a"


def test_the_end_is_dropped_where_the_text_goes_on() -> None:
    tokenizer = make_tokenizer("answer")
    assert tokenizer.eos_token_id is not None
    ends = frozenset({tokenizer.eos_token_id})
    answering = Tokenization(tokenizer, ends, continues=False)
    continuing = Tokenization(tokenizer, ends, continues=True)
    assert answering.encode("simp") == [*continuing.encode("simp"), tokenizer.eos_token_id]


def test_an_answer_is_read_without_the_question() -> None:
    one = tokenization("answer")
    tokens = one.encode("simp [h]")
    assert one.ending(one.encode("⊢ p"), ()).text(tokens) == "simp [h]"
