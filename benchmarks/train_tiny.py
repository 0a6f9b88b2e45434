"""Trains a small language model on the steps of proofs that were found, on a CPU in minutes.

    python benchmarks/perf/prove.py --seconds 10 --traces runs/traces.jsonl
    python benchmarks/train_tiny.py runs/traces.jsonl models/tiny
    prover prove Demo.lean --policy hf:models/tiny

The model has Llama's architecture and a tokenizer of its own. It learns to go on from a state, as
`TEMPLATE` puts it, with the tactic of the proof. It is no rival to a model of billions of
parameters: it is there to run the code that runs those.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from prover.errors import InputError

TEMPLATE = "bfs-prover"
"""The name of the template of `prover.policy.prompts` that the model is to be asked with."""
SEPARATOR = ":::"
END = "<|end|>"
PAD = "<|pad|>"


@dataclass(frozen=True)
class Step:
    """A state, and the tactic of its proof."""

    state: str
    tactic: str


@dataclass(frozen=True)
class Size:
    """Of a model and of its training."""

    vocabulary: int = 2_000
    hidden: int = 256
    layers: int = 4
    heads: int = 4
    window: int = 768
    """Tokens of a state and its tactic together; longer ones are left out."""
    epochs: int = 12
    batch: int = 16
    rate: float = 1e-3


def steps_of(lines: Iterable[str]) -> Iterator[Step]:
    """The steps of the proofs in a trace; searches may alternate."""
    states: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for line in lines:
        event = json.loads(line)
        if event["event"] == "expanded":
            state = event["state"]
            states[event["theorem"]][state["key"]] = "\n\n".join(state["goals"])
        elif event["event"] == "result":
            known = states.pop(event["theorem"], {})
            for step in event["proof"] or ():
                if step["state"] in known:
                    yield Step(known[step["state"]], step["tactic"])


def tokenizer_of(steps: Sequence[Step], size: Size) -> PreTrainedTokenizerFast:
    """A byte-level tokenizer learned from the steps."""
    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size.vocabulary,
        special_tokens=[PAD, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = [text for step in steps for text in (step.state + SEPARATOR, step.tactic)]
    inner.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=inner,
        eos_token=END,
        pad_token=PAD,
        model_max_length=size.window,
        clean_up_tokenization_spaces=False,
    )


def model_of(tokenizer: PreTrainedTokenizerFast, size: Size) -> LlamaForCausalLM:
    """An untrained model."""
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=size.hidden,
        intermediate_size=3 * size.hidden,
        num_hidden_layers=size.layers,
        num_attention_heads=size.heads,
        max_position_embeddings=size.window,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        tie_word_embeddings=True,
    )
    return LlamaForCausalLM(config)


Example = tuple[list[int], int]
"""The tokens of a state and its tactic, and where the tactic begins."""


def examples_of(
    steps: Sequence[Step], tokenizer: PreTrainedTokenizerFast, end: int, size: Size
) -> list[Example]:
    """The steps in tokens."""
    found: list[Example] = []
    for step in steps:
        state = tokenizer.encode(step.state + SEPARATOR, add_special_tokens=False)
        tactic = tokenizer.encode(step.tactic, add_special_tokens=False)
        tokens = [*state, *tactic, end]
        if len(tokens) <= size.window:
            found.append((tokens, len(state)))
    return found


def batches(examples: list[Example], size: Size, rng: random.Random) -> Iterator[list[Example]]:
    """All examples once in batches of about one length, in random order."""
    ordered = sorted(examples, key=lambda example: (len(example[0]), rng.random()))
    found = [ordered[i : i + size.batch] for i in range(0, len(ordered), size.batch)]
    rng.shuffle(found)
    yield from found


def loss_of(model: LlamaForCausalLM, batch: list[Example], pad: int) -> torch.Tensor:
    """The mean negative log-probability of the tactics' tokens."""
    longest = max(len(tokens) for tokens, _ in batch)
    rows = [tokens + [pad] * (longest - len(tokens)) for tokens, _ in batch]
    # -100 is what the loss leaves out: here the states and the padding.
    labels = [
        [-100] * begin + tokens[begin:] + [-100] * (longest - len(tokens))
        for tokens, begin in batch
    ]
    mask = [[1] * len(tokens) + [0] * (longest - len(tokens)) for tokens, _ in batch]
    output: Any = model(
        input_ids=torch.tensor(rows),
        attention_mask=torch.tensor(mask),
        labels=torch.tensor(labels),
    )
    loss: torch.Tensor = output.loss
    return loss


def train(steps: Sequence[Step], folder: Path, size: Size, *, seed: int = 0) -> list[float]:
    """Trains a model and writes it, with its tokenizer, to the folder; the loss of each epoch.

    Raises `InputError` when there is nothing to learn from.
    """
    steps = list(dict.fromkeys(steps))
    if not steps:
        raise InputError(
            "there is no step of a proof in the trace",
            "Make one with `python benchmarks/perf/prove.py --traces FILE`.",
        )
    torch.manual_seed(seed)
    rng = random.Random(seed)
    tokenizer = tokenizer_of(steps, size)
    pad, end = (tokenizer.get_vocab()[token] for token in (PAD, END))
    model = model_of(tokenizer, size)
    examples = examples_of(steps, tokenizer, end, size)
    total = size.epochs * -(-len(examples) // size.batch)
    optimizer = torch.optim.AdamW(model.parameters(), lr=size.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, size.rate, total_steps=total)
    model.train()
    losses: list[float] = []
    for _ in range(size.epochs):
        found: list[float] = []
        for batch in batches(examples, size, rng):
            loss = loss_of(model, batch, pad)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            found.append(loss.item())
        losses.append(sum(found) / len(found))
    model.eval()  # type: ignore[no-untyped-call]
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return losses


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("traces", type=Path, nargs="+", help="what `prove.py --traces` wrote")
    parser.add_argument("folder", type=Path, help="where to put the model")
    parser.add_argument("--epochs", type=int, default=Size.epochs)
    parser.add_argument("--hidden", type=int, default=Size.hidden, help="a multiple of 4")
    parser.add_argument("--layers", type=int, default=Size.layers)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    steps = [step for path in options.traces for step in steps_of(path.open(encoding="utf-8"))]
    size = Size(hidden=options.hidden, layers=options.layers, epochs=options.epochs)
    losses = train(steps, options.folder, size, seed=options.seed)
    print(f"{len(steps)} steps, loss {losses[0]:.2f} at first and {losses[-1]:.2f} in the end")
    print(json.dumps({"steps": len(steps), "losses": losses}))


if __name__ == "__main__":
    main()
