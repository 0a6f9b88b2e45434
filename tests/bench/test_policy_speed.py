"""The script that measures a language model's speed, as it runs on a GPU, at a size for a CPU."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from benchmarks.perf.policy import LLEMMA, Bench, measure

SIZES = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "intermediate_size": 172,
    "vocab_size": 512,
}


def test_the_shape_is_that_of_llemma() -> None:
    with torch.device("meta"):
        model: Any = LlamaForCausalLM(LLEMMA)
    assert sum(parameter.numel() for parameter in model.parameters()) == 6_738_546_688
    assert model.config.head_dim == 128


@pytest.mark.slow
def test_all_figures_come_out_in_the_precision_of_a_gpu() -> None:
    heads = {"num_attention_heads": 4, "num_key_value_heads": 4}
    config = LlamaConfig(**{**LLEMMA.to_dict(), **SIZES, **heads, "head_dim": 16})
    figures = measure(Bench.of(config, "cpu", torch.bfloat16), 1, bandwidth=1e12)
    for name in ("prefill_milliseconds", "step_milliseconds", "expansions_per_second"):
        found = figures[name]
        assert isinstance(found, dict)
        assert set(found) == {1, 8}
        assert all(math.isfinite(figure) for figure in found.values())
    assert 0 < float(str(figures["speedup_one"])) < math.inf
    # Sums over 32 tokens, each rounded to 8 bits.
    assert float(str(figures["logprob_error"])) < 0.5
    assert "gigabytes" not in figures
