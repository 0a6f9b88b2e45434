"""How fast a local language model proposes tactics.

    python benchmarks/perf/policy.py [--quick] [--gpu] [--bandwidth TB/S]

A model with random weights completes states behind a few-shot prompt: 32 candidates of 32 tokens
each, drawn at temperature 1. `speedup_one` and `speedup_eight` compare candidates a second with
`generate(num_return_sequences=32)` of transformers, which is given one state at a time with the
shots in the prompt: for 1 state, and for 8 that are decoded together. `logprob_error` is how far a
candidate's log-probability is at most from that of a plain pass over prompt and candidate. An
expansion is a state with its candidates; beam search is measured beside sampling.

Without a GPU the model has a few million parameters. With `--gpu` it has the shape of Llemma 7B, in
bfloat16; a step of decoding must read all weights, and `bandwidth_share` is the time that takes at
the card's bandwidth as a share of the time the step took; `gigabytes` is the most memory that
drawing candidates took, weights included. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from prover.policy.local.decoding import Decoder, sample
from prover.policy.local.prefix_sharing import ATTENTION, PrefixedModelRunner
from prover.policy.local.tokenizer import Tokenization
from prover.policy.model_options import DecodingOptions
from prover.policy.policy import Prompt

COUNT = TOKENS = 32
STATES = {"cpu": (1, 8), "cuda": (1, 4, 8, 16)}
"""Decoded together."""
TINY = LlamaConfig(
    hidden_size=192,
    num_hidden_layers=4,
    num_attention_heads=6,
    intermediate_size=512,
    vocab_size=2048,
    max_position_embeddings=4096,
)
# As published: CodeLlama 7B's, with the base of the rotary positions set back to 10 000 (Azerbayev
# et al., 2023). No time depends on that base.
LLEMMA = LlamaConfig(
    hidden_size=4096,
    num_hidden_layers=32,
    num_attention_heads=32,
    num_key_value_heads=32,
    intermediate_size=11008,
    vocab_size=32016,
    max_position_embeddings=4096,
)
SHOT = """Tactic state:
---
α : Type u_1
m n k : ℕ
h₀ : Nat.Coprime m n
h₁ : m ∣ n * k
⊢ m ∣ k ∧ Nat.gcd m n = 1
---
Next tactic:
---
rw [← h₀.gcd_eq_one]
---

"""
SHOTS = 5 * SHOT
"""A token is a byte here: as many tokens as three longer examples have with a real tokenizer."""


@dataclass(frozen=True)
class Bench:
    """A model, and the prompts it is given."""

    model: Any
    reader: PrefixedModelRunner
    tokenization: Tokenization

    @classmethod
    def of(cls, config: LlamaConfig, device: str, dtype: torch.dtype) -> Bench:
        """With random weights, the same each time."""
        torch.manual_seed(0)
        torch.set_default_dtype(dtype)
        with torch.device(device):
            model: Any = LlamaForCausalLM(config).eval()  # type: ignore[no-untyped-call]
        torch.set_default_dtype(torch.float32)
        # Nothing ends before its last token, here or there.
        model.generation_config.eos_token_id = None
        alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
        vocabulary = {letter: number for number, letter in enumerate(alphabet)}
        tokenizer = Tokenizer(models.BPE(vocabulary, []))
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer)  # type: ignore[no-untyped-call]
        return cls(
            model, PrefixedModelRunner(model), Tokenization(fast, frozenset(), continues=True)
        )

    def ours(self, states: int, temperature: float = 1.0) -> float:
        """Seconds for the candidates of so many states together."""
        decoder = Decoder(
            self.reader,
            self.tokenization,
            math.inf,
            DecodingOptions(temperature, max_tokens=TOKENS),
        )
        self.model.set_attn_implementation(ATTENTION)
        return self._seconds(lambda: decoder.complete(prompts(states), COUNT))

    def prefill(self, states: int) -> float:
        """Seconds until so many states have been read; the shots have been before."""
        shared = self.tokenization.encode(SHOTS)
        texts = [self.tokenization.encode(prompt.text) for prompt in prompts(states)]
        self.model.set_attn_implementation(ATTENTION)
        with torch.inference_mode():
            return self._seconds(lambda: self.reader.read(shared, texts))

    def theirs(self, states: int) -> float:
        """Seconds for the candidates of so many states, one after the other."""
        self.model.set_attn_implementation("sdpa")
        return self._seconds(lambda: [self._generate(prompt) for prompt in prompts(states)])

    def logprob_error(self, states: int, count: int = 4) -> float:
        """The largest, in natural logarithms."""
        shared, decoding = self.tokenization.encode(SHOTS), DecodingOptions(1.0, max_tokens=TOKENS)
        decoder = Decoder(self.reader, self.tokenization, math.inf, decoding)
        tasks = [decoder.task(prompt) for prompt in prompts(states)]
        error = 0.0
        with torch.inference_mode():
            self.model.set_attn_implementation(ATTENTION)
            found = sample(self.reader, shared, tasks, count, decoding)
            self.model.set_attn_implementation("sdpa")
            for task, group in zip(tasks, found, strict=True):
                for one in group:
                    plain = self._plain(task.prompt, one.tokens)
                    error = max(error, abs(plain - one.logprob))
        return error

    def _generate(self, prompt: Prompt) -> Any:
        ids = torch.tensor([self.tokenization.encode(prompt.text)], device=self.model.device)
        return self.model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=True,
            top_k=0,
            num_return_sequences=COUNT,
            max_new_tokens=TOKENS,
            pad_token_id=0,
        )

    def _plain(self, prompt: Sequence[int], tokens: Sequence[int]) -> float:
        ids = torch.tensor([[*prompt, *tokens]], device=self.model.device)
        logits = self.model(input_ids=ids, logits_to_keep=len(tokens) + 1).logits[0, :-1]
        table = logits.float().log_softmax(dim=-1)
        return float(table.gather(1, ids[0, -len(tokens) :, None]).sum())

    def _seconds(self, work: Callable[[], object]) -> float:
        self._wait()
        began = time.perf_counter()
        work()
        self._wait()
        return time.perf_counter() - began

    def _wait(self) -> None:
        if self.model.device.type == "cuda":
            torch.cuda.synchronize()


def prompts(states: int) -> list[Prompt]:
    """States of different lengths."""
    return [
        Prompt(
            SHOTS, SHOT[: SHOT.index("rw")].replace("k : ℕ", "k : ℕ\n" + "hp : p\n" * (3 + i % 5))
        )
        for i in range(states)
    ]


def medians(measure: Callable[[int], float], sizes: Sequence[int], times: int) -> dict[int, float]:
    """For each number of states. One run before them does not count: it reads the shots, and on a
    GPU chooses and loads what is to be run there."""
    measure(sizes[0])
    return {n: statistics.median(measure(n) for _ in range(times)) for n in sizes}


def measure(bench: Bench, repetitions: int, bandwidth: float | None) -> dict[str, object]:
    """All figures; the bandwidth in bytes a second."""
    states = STATES[bench.model.device.type]
    drawn = medians(bench.ours, states, repetitions)
    gigabytes = peak_gigabytes(bench)
    theirs = medians(bench.theirs, (1,), repetitions)[1]
    figures: dict[str, object] = {
        "speedup_one": theirs / drawn[1],
        "speedup_eight": 8 * theirs / drawn[8],
        "logprob_error": bench.logprob_error(3),
    }
    beams = medians(lambda number: bench.ours(number, 0.0), states, repetitions)
    read = medians(bench.prefill, states, repetitions)
    # The first token comes with the prompt.
    steps = {n: (drawn[n] - read[n]) / (TOKENS - 1) for n in states}
    figures["prefill_milliseconds"] = {n: 1e3 * read[n] for n in states}
    figures["step_milliseconds"] = {n: 1e3 * steps[n] for n in states}
    figures["expansions_per_second"] = {n: n / drawn[n] for n in states}
    figures["expansions_per_second_beam"] = {n: n / beams[n] for n in states}
    if bandwidth is not None:
        size = sum(x.numel() * x.element_size() for x in bench.model.parameters())
        figures["bandwidth_share"] = {n: size / bandwidth / steps[n] for n in states}
    if gigabytes is not None:
        figures["gigabytes"] = gigabytes
    return figures


def peak_gigabytes(bench: Bench) -> float | None:
    """What of a GPU's memory was in use at most so far; None without a GPU."""
    if bench.model.device.type != "cuda":
        return None
    return torch.cuda.max_memory_allocated() / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="1 run of each instead of 5")
    parser.add_argument("--gpu", action="store_true", help="Llemma's shape, on a GPU")
    parser.add_argument("--bandwidth", type=float, default=4.3, help="of the GPU, in TB/s")
    options = parser.parse_args()
    if options.gpu and not torch.cuda.is_available():
        parser.error("there is no GPU")
    if options.gpu:
        bench = Bench.of(LLEMMA, "cuda", torch.bfloat16)
    else:
        bench = Bench.of(TINY, "cpu", torch.float32)
    bandwidth = options.bandwidth * 1e12 if options.gpu else None
    figures = measure(bench, 1 if options.quick else 5, bandwidth)
    for name, value in figures.items():
        shown = value if isinstance(value, dict) else {"": value}
        print(f"{name:28}" + "".join(f"{n:>5} {figure:10.4g}" for n, figure in shown.items()))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
