"""Attention over keys that many rows have in common, without a copy for each of them.

What a row sees is cut into segments: the examples of the prompt, which are the same for all rows;
what follows them, the same for all candidates of a state; and what the row itself has written. The
queries of all rows that see the same keys are multiplied with them at once, and the softmax goes
over all segments together, so the result is that of ordinary attention. The method is bifurcated
attention (Athiwaratkun et al., 2024), with three segments instead of two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

ROOM = 16
"""So many tokens more than needed are allocated at once."""


@dataclass(frozen=True)
class Grouping:
    """Which group of a segment each row sees."""

    group: Tensor
    """Of each row."""
    slot: Tensor
    """The row's place among the rows of its group."""
    members: Tensor
    """Groups × slots: the row that is there, or any where a group has fewer rows than another."""
    regular: bool
    """Whether each group has as many rows, one group after the other: nothing need be looked up."""

    @classmethod
    def of(cls, groups: Sequence[int], device: torch.device) -> Grouping:
        """Of the group of each row."""
        members: list[list[int]] = [[] for _ in range(max(groups) + 1)]
        slots = []
        for row, group in enumerate(groups):
            slots.append(len(members[group]))
            members[group].append(row)
        width = max(map(len, members))
        full = [rows + [0] * (width - len(rows)) for rows in members]
        regular = [row for rows in full for row in rows] == list(range(len(groups)))
        of_rows = torch.tensor([list(groups), slots], device=device)
        return cls(of_rows[0], of_rows[1], torch.tensor(full, device=device), regular)

    def gather(self, of_rows: Tensor) -> Tensor:
        """Rows × heads × queries × n, as groups × heads × (slots · queries) × n."""
        if self.regular:
            gathered = of_rows.view(*self.members.shape, *of_rows.shape[1:])
        else:
            gathered = of_rows[self.members.to(of_rows.device)]
        return gathered.transpose(1, 2).flatten(2, 3)

    def scatter(self, of_groups: Tensor) -> Tensor:
        """The inverse of `gather`."""
        device = of_groups.device
        groups, heads, _, size = of_groups.shape
        spread = of_groups.view(groups, heads, self.members.shape[1], -1, size)
        if self.regular:
            return spread.transpose(1, 2).flatten(0, 1)
        return spread[self.group.to(device), :, self.slot.to(device)]


@dataclass(frozen=True)
class PrefixSegment:
    """Keys and values of each layer: groups × heads × tokens × size."""

    keys: list[Tensor]
    values: list[Tensor]
    padding: Tensor
    """Groups × tokens: which of them nobody may see."""
    padded: bool
    """Whether there are any."""

    @property
    def length(self) -> int:
        """How many tokens it has."""
        return self.padding.shape[1]

    def scores(self, layer: int, query: Tensor) -> Tensor:
        """Groups × heads × queries × tokens, before they are scaled."""
        scores = query @ self.keys[layer].transpose(2, 3)
        if self.padded:
            scores.masked_fill_(self.padding[:, None, None].to(scores.device), -torch.inf)
        return scores

    def first(self, tokens: int) -> PrefixSegment:
        """Its first tokens, as views."""
        keys, values = ([x[:, :, :tokens] for x in xs] for xs in (self.keys, self.values))
        return PrefixSegment(keys, values, self.padding[:, :tokens], self.padded)

    def take(self, groups: Sequence[int]) -> PrefixSegment:
        """These groups of it."""
        keys, values = (_chosen(x, groups) for x in (self.keys, self.values))
        [padding] = _chosen([self.padding], groups)
        return PrefixSegment(keys, values, padding, self.padded)


class SuffixCache:
    """Keys and values of what the rows themselves have written, with room to grow."""

    def __init__(self) -> None:
        self.length = 0
        self._keys: list[Tensor] = []
        self._values: list[Tensor] = []

    def extend(self, layer: int, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """All keys and values of a layer, with these behind them."""
        if layer == len(self._keys):
            self._keys.append(key[:, :, :0])
            self._values.append(value[:, :, :0])
        self._keys[layer] = _extended(self._keys[layer], self.length, key)
        self._values[layer] = _extended(self._values[layer], self.length, value)
        end = self.length + key.shape[2]
        return self._keys[layer][:, :, :end], self._values[layer][:, :, :end]

    def advance(self, tokens: int) -> None:
        """To be called when all layers have been extended by so many tokens."""
        self.length += tokens

    def select(self, rows: Sequence[int]) -> None:
        """The rows from now on."""
        self._keys = _chosen(self._keys, rows)
        self._values = _chosen(self._values, rows)

    def segment(self, padding: Tensor) -> PrefixSegment:
        """As something to be seen by others."""
        padded = bool(padding.any())
        return PrefixSegment(self._keys, self._values, padding, padded).first(self.length)


@dataclass(frozen=True)
class AttentionView:
    """What the rows see in one pass through the model, in order, and what is hidden from them."""

    segments: tuple[tuple[PrefixSegment, Grouping], ...]
    tail: SuffixCache
    hidden: Tensor | None = None
    """Where rows have more than one query: rows × queries × tokens, what is hidden besides the
    padding of the segments. Every query sees something."""

    def attend(
        self, layer: int, query: Tensor, key: Tensor, value: Tensor, scaling: float
    ) -> Tensor:
        """Rows × queries × heads × size. `key` and `value` are those of the queries' own tokens."""
        keys, values = self.tail.extend(layer, key, value)
        attend = self._read if query.shape[2] > 1 else self._write
        return attend(layer, query, keys, values, scaling).transpose(1, 2)

    def _read(
        self, layer: int, query: Tensor, keys: Tensor, values: Tensor, scaling: float
    ) -> Tensor:
        """Of many tokens a row: what counts is not to write down all scores, so rows get copies of
        the keys of this one layer."""
        segments = [
            (segment, grouping.group.to(keys.device)) for segment, grouping in self.segments
        ]
        keys = torch.cat([*(seen.keys[layer][group] for seen, group in segments), keys], dim=2)
        values = torch.cat(
            [*(seen.values[layer][group] for seen, group in segments), values], dim=2
        )
        shown = None if self.hidden is None else ~self.hidden[:, None].to(keys.device)
        return torch.nn.functional.scaled_dot_product_attention(
            query, keys, values, shown, scale=scaling, enable_gqa=True
        )

    def _write(
        self, layer: int, query: Tensor, keys: Tensor, values: Tensor, scaling: float
    ) -> Tensor:
        """Of one token a row: what counts is to read each key once."""
        rows, heads, _, size = query.shape
        # Heads that share keys (grouped queries) stand one after the other.
        query = query.reshape(rows, keys.shape[1], -1, size)
        scores = [
            grouping.scatter(segment.scores(layer, grouping.gather(query)))
            for segment, grouping in self.segments
        ]
        scores.append(query @ keys.transpose(2, 3))
        together = torch.cat(scores, dim=-1).float().mul_(scaling)
        weights = together.softmax(dim=-1).to(query.dtype)
        *shared, own = torch.split_with_sizes(weights, [part.shape[-1] for part in scores], dim=-1)
        result: Tensor = own @ values
        for part, (segment, grouping) in zip(shared, self.segments, strict=True):
            result = result + grouping.scatter(grouping.gather(part) @ segment.values[layer])
        return result.reshape(rows, heads, 1, size)


def _chosen(tensors: Sequence[Tensor], places: Sequence[int]) -> list[Tensor]:
    """These places of the first dimension of each."""
    index = torch.tensor(places)
    chosen = []
    for tensor in tensors:
        # Layers may be on several devices; on one, the index is moved there once.
        index = index.to(tensor.device)
        chosen.append(tensor[index])
    return chosen


def _extended(buffer: Tensor, length: int, more: Tensor) -> Tensor:
    """The buffer, with `more` behind its first `length` tokens; a larger one where it is full."""
    end = length + more.shape[2]
    if end > buffer.shape[2]:
        larger = more.new_empty(*more.shape[:2], end + ROOM, more.shape[3])
        larger[:, :, :length] = buffer[:, :, :length]
        buffer = larger
    buffer[:, :, length:end] = more
    return buffer
