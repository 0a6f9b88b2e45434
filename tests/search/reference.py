"""What a graph should say, found slowly: every judgement tries all steps until nothing changes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Step:
    """A tactic on a state; it leaves the children."""

    parent: str
    children: str
    length: float
    refused: bool = False


@dataclass
class Reference:
    """All steps so far, and which states are finished."""

    root: str
    steps: list[Step] = field(default_factory=list)
    finished: set[str] = field(default_factory=set)

    @property
    def keys(self) -> set[str]:
        """The states found so far."""
        return {self.root}.union(*(step.children for step in self.steps))

    def _follows(self, assumed: Iterable[str]) -> set[str]:
        found = set(assumed)
        while True:
            valid = [step for step in self.steps if not step.refused]
            new = {step.parent for step in valid if found.issuperset(step.children)} - found
            if not new:
                return found
            found |= new

    def proved(self) -> set[str]:
        """The states with a proof."""
        return self._follows(())

    def failed(self) -> set[str]:
        """The states without a proof even if every unfinished state had one."""
        return self.keys - self._follows(self.keys - self.finished)

    def lengths(self) -> dict[str, float]:
        """The shortest path to each state, through open states and steps that can still help."""
        failed = self.failed()
        settled = failed | self.proved()
        lengths = {} if self.root in settled else {self.root: 0.0}
        useful = [step for step in self.steps if not (step.refused or failed & {*step.children})]
        for _ in self.keys:
            for step in useful:
                for child in {*step.children} - settled:
                    if step.parent in lengths:
                        length = lengths[step.parent] + step.length
                        lengths[child] = min(length, lengths.get(child, math.inf))
        return lengths

    def frontier(self) -> set[str]:
        """The states to go on with."""
        return {*self.lengths()} - self.finished

    def sizes(self) -> dict[str, int]:
        """The fewest tactics that prove each proved state."""
        sizes: dict[str, int] = {}
        for _ in self.keys:
            for step in self.steps:
                if not step.refused and sizes.keys() >= {*step.children}:
                    size = 1 + sum(sizes[child] for child in step.children)
                    sizes[step.parent] = min(size, sizes.get(step.parent, size))
        return sizes
