"""Tiny models with random weights, and tokenizers of the kinds that are in use."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import (
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import (
    GPT2Config,
    GPTNeoXConfig,
    LlamaConfig,
    MistralConfig,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen3Config,
    T5Config,
)
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_CAUSAL_LM_MAPPING,
    MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING,
)

CORPUS = [
    "Tactic state:\n---\nn m : ℕ\nh : n ≤ m\n⊢ n + 0 ≤ m\n---\nNext tactic:\n---\nsimp [h]\n---\n",
    "p q : Prop\nhp : p\n⊢ p ∨ q\n---\nleft\nexact hp\n---\nrw [Nat.add_comm]\nomega\nring_nf\n",
]
SHOTS = "Tactic state:\n---\nn m : ℕ\n⊢ n + 0 ≤ m\n---\nNext tactic:\n---\nsimp [h]\n---\n\n"
STATES = [
    "Tactic state:\n---\nhp : p\n⊢ p ∨ q\n---\nNext tactic:\n---",
    "⊢ n ≤ m",
    "Tactic state:\n---\nn m : ℕ\nh : n ≤ m\nhp : p\nhq : q\n⊢ n + 0 ≤ m ∧ p\n---\nNext tactic:\n",
]
SIZES: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "max_position_embeddings": 512,
    "initializer_range": 0.25,
}
CONFIGURATIONS: dict[str, tuple[type[PreTrainedConfig], dict[str, Any]]] = {
    "llama": (LlamaConfig, {**SIZES, "num_key_value_heads": 2}),
    "mistral": (MistralConfig, {**SIZES, "num_key_value_heads": 4, "sliding_window": None}),
    "qwen2": (Qwen2Config, {**SIZES, "num_key_value_heads": 1}),
    "qwen3": (Qwen3Config, {**SIZES, "num_key_value_heads": 2, "head_dim": 16}),
    "gpt_neox": (GPTNeoXConfig, SIZES),
    "sliding": (MistralConfig, {**SIZES, "num_key_value_heads": 2, "sliding_window": 24}),
    "gpt2": (
        GPT2Config,
        {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 512, "initializer_range": 0.25},
    ),
    "t5": (
        T5Config,
        {
            "d_model": 32,
            "d_kv": 8,
            "d_ff": 48,
            "num_layers": 2,
            "num_heads": 4,
            "tie_word_embeddings": False,
            "initializer_factor": 1.0,
        },
    ),
}
"""By name; those from `sliding` on can't share a beginning."""


def make_tokenizer(kind: str) -> PreTrainedTokenizerFast:
    """`plain`: bytes, no token at the beginning. `spaced`: as Llama's, with a space and a token at
    the beginning. `answer`: as T5's, with a token at the end. None but the last has padding."""
    if kind == "plain":
        return _plain()
    tokenizer = _spaced()
    template = "$A </s>" if kind == "answer" else "<s> $A"
    special = [(token, tokenizer.token_to_id(token)) for token in ("<s>", "</s>")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=template, special_tokens=special
    )
    pad = {"pad_token": "<unk>"} if kind == "answer" else {}
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>", **pad
    )


def make_model(kind: str, tokenizer: PreTrainedTokenizerFast, **more: Any) -> PreTrainedModel:
    """With random weights, the same each time."""
    torch.manual_seed(7)
    config_class, sizes = CONFIGURATIONS[kind]
    ends = {
        "vocab_size": len(tokenizer),
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
        "decoder_start_token_id": 0 if kind == "t5" else None,
    }
    config = config_class(**{**sizes, **ends, **more})
    answers = kind == "t5"
    mapping: Any = (
        MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING if answers else MODEL_FOR_CAUSAL_LM_MAPPING
    )
    model: PreTrainedModel = mapping[config_class](config).eval()
    return model


def save(folder: Path, kind: str, tokenizer: str, **more: Any) -> Path:
    """A folder with a model and its tokenizer."""
    made = make_tokenizer(tokenizer)
    made.save_pretrained(folder)
    make_model(kind, made, **more).save_pretrained(folder)
    return folder


@torch.inference_mode()
def logprob(model: PreTrainedModel, prompt: Sequence[int], tokens: Sequence[int]) -> float:
    """Sum of the log-probabilities of tokens behind a prompt, in one plain pass."""
    if model.config.is_encoder_decoder:
        decoder = [model.config.decoder_start_token_id, *tokens]
        output = model(
            input_ids=torch.tensor([list(prompt)]), decoder_input_ids=torch.tensor([decoder])
        )
    else:
        output = model(input_ids=torch.tensor([[*prompt, *tokens]]))
    table = output.logits[0, -len(tokens) - 1 : -1].log_softmax(dim=-1)
    return float(table[torch.arange(len(tokens)), torch.tensor(list(tokens))].sum())


def _plain() -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=320, special_tokens=["<|end|>"], initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, eos_token="<|end|>"
    )


def _spaced() -> Tokenizer:
    trained = Tokenizer(models.BPE())
    trained.normalizer = normalizers.Replace(" ", "▁")
    trainer = trainers.BpeTrainer(vocab_size=90, show_progress=False)
    trained.train_from_iterator(list(CORPUS), trainer)
    model = json.loads(trained.to_str())["model"]
    pieces = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    # As in Llama's vocabulary, a new line is a byte, and rare characters are several.
    pieces += [piece for piece in model["vocab"] if piece not in ("\n", "ℕ") and "\n" not in piece]
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    merges = [tuple(merge) for merge in model["merges"] if "".join(merge) in vocabulary]
    tokenizer = Tokenizer(
        models.BPE(vocabulary, merges, unk_token="<unk>", byte_fallback=True, fuse_unk=True)
    )
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace("▁", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    return tokenizer
