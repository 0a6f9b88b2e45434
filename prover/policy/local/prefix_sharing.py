"""Decoder-only models whose rows see the same beginning of their prompts without copies of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import AttentionInterface, PreTrainedModel

from prover.policy.local.kv_cache import pad_left
from prover.policy.local.prefix_segments import AttentionView, Grouping, PrefixSegment, SuffixCache

ATTENTION = "prover_segments"
ARCHITECTURES = frozenset({"llama", "mistral", "qwen2", "qwen3", "gpt_neox"})
"""Whose attention is the ordinary one with rotary positions; each is tested."""
KEPT = 4
"""How many shared beginnings are kept: one for each template in use."""


def _attend(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    _mask: Tensor | None,
    *,
    scaling: float,
    sight: AttentionView,
    **_: Any,
) -> tuple[Tensor, None]:
    """In the form in which transformers calls it; `sight` is handed on by the model."""
    layer = module.layer_idx
    assert isinstance(layer, int)
    return sight.attend(layer, query, key, value, scaling), None


AttentionInterface.register(ATTENTION, _attend)


class PrefixedModelRunner:
    """Reads the shared beginning of prompts once, and of each prompt what follows it."""

    def __init__(self, model: PreTrainedModel) -> None:
        """The model can't be used otherwise afterwards: its attention is replaced."""
        model.set_attn_implementation(ATTENTION)
        self._model = model
        self._beginnings: OrderedDict[tuple[int, ...], PrefixSegment] = OrderedDict()

    @staticmethod
    def fits(model: PreTrainedModel) -> bool:
        """Whether the model is of a known architecture, and all its layers see everything."""
        config = model.config
        layers = set(getattr(config, "layer_types", None) or ["full_attention"])
        window = getattr(config, "sliding_window", None)
        return (
            config.model_type in ARCHITECTURES and layers == {"full_attention"} and window is None
        )

    def read(
        self, shared: Sequence[int], prompts: Sequence[Sequence[int]]
    ) -> tuple[PrefixedSequenceBatch, Tensor]:
        """A row for each prompt, and the logits of what follows it."""
        common = min(_common(shared, prompt) for prompt in prompts)
        segments = [self._beginning(shared).first(common)] if common else []
        tokens, padding, positions = pad_left([prompt[common:] for prompt in prompts])
        places = torch.tensor(positions, device=self._model.device) + common
        own, logits = self._prefill(segments, tokens, places, padding)
        lengths = [len(prompt) for prompt in prompts]
        return PrefixedSequenceBatch(self._model, segments, own, lengths), logits

    def _beginning(self, shared: Sequence[int]) -> PrefixSegment:
        key = tuple(shared)
        if key not in self._beginnings:
            places = torch.arange(len(shared), device=self._model.device)[None]
            padding = [[False] * len(shared)]
            self._beginnings[key], _ = self._prefill([], [list(shared)], places, padding)
            if len(self._beginnings) > KEPT:
                self._beginnings.popitem(last=False)
        self._beginnings.move_to_end(key)
        return self._beginnings[key]

    def _prefill(
        self,
        segments: Sequence[PrefixSegment],
        tokens: list[list[int]],
        positions: Tensor,
        padding: list[list[bool]],
    ) -> tuple[PrefixSegment, Tensor]:
        """Keys and values of these tokens, which see all of the segments, and the last logits."""
        device, length = self._model.device, len(tokens[0])
        nobody = torch.tensor(padding, device=device)
        all_pairs = torch.ones(length, length, dtype=torch.bool, device=device)
        later, others = all_pairs.triu(1), ~torch.eye(length, dtype=torch.bool, device=device)
        before = torch.zeros(1, 1, sum(segment.length for segment in segments), dtype=torch.bool)
        hidden = torch.cat(
            [before.to(device).expand(len(tokens), length, -1), later | (nobody[:, None] & others)],
            dim=-1,
        )
        everyone = Grouping.of([0] * len(tokens), device)
        tail = SuffixCache()
        sight = AttentionView(tuple((segment, everyone) for segment in segments), tail, hidden)
        logits = _forward(self._model, torch.tensor(tokens, device=device), positions, sight)
        return tail.segment(nobody), logits


class PrefixedSequenceBatch:
    """Rows that see a shared beginning, the rest of their prompt, and what they have written."""

    def __init__(
        self,
        model: PreTrainedModel,
        beginning: Sequence[PrefixSegment],
        own: PrefixSegment,
        lengths: Sequence[int],
    ) -> None:
        self._model = model
        self._beginning = beginning
        self._own = own
        self._lengths = list(lengths)
        self._tail = SuffixCache()
        self._group(range(len(lengths)))

    def step(self, tokens: Sequence[int]) -> Tensor:
        """Puts a token behind each row; the logits of what follows."""
        device = self._model.device
        positions = [self._lengths[group] + self._tail.length for group in self._groups]
        segments = (*((segment, self._everyone) for segment in self._beginning), self._seen)
        sight = AttentionView(segments, self._tail)
        ids, places = (torch.tensor(x, device=device)[:, None] for x in (tokens, positions))
        return _forward(self._model, ids, places, sight)

    def select(self, rows: Sequence[int]) -> None:
        """The rows from now on."""
        self._tail.select(rows)
        groups = [self._groups[row] for row in rows]
        left = sorted(set(groups))
        if len(left) < len(self._lengths):
            self._own = self._own.take(left)
            self._lengths = [self._lengths[group] for group in left]
            groups = [left.index(group) for group in groups]
        self._group(groups)

    def _group(self, groups: Sequence[int]) -> None:
        self._groups = list(groups)
        self._everyone = Grouping.of([0] * len(groups), self._model.device)
        self._seen = self._own, Grouping.of(groups, self._model.device)


def _common(shared: Sequence[int], prompt: Sequence[int]) -> int:
    """How many tokens the prompt begins with that need not be read again. The last one must be."""
    places = enumerate(zip(shared, prompt, strict=False))
    differ = (place for place, (left, right) in places if left != right)
    return min(next(differ, len(shared)), len(prompt) - 1)


def _forward(
    model: PreTrainedModel, ids: Tensor, positions: Tensor, sight: AttentionView
) -> Tensor:
    output = model(
        input_ids=ids, position_ids=positions, use_cache=False, logits_to_keep=1, sight=sight
    )
    sight.tail.advance(ids.shape[1])
    logits: Tensor = output.logits[:, -1].float()
    return logits
