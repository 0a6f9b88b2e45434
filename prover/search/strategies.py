"""All strategies by name, each made with its width and its exploration."""

from __future__ import annotations

from collections.abc import Callable

from prover.search.beam import Beam
from prover.search.mcts import MonteCarlo
from prover.search.strategy import Strategy, best_first, breadth_first, depth_first

STRATEGIES: dict[str, Callable[[int, float], Strategy]] = {
    "best-first": lambda _width, _exploration: best_first(),
    "depth-first": lambda _width, _exploration: depth_first(),
    "breadth-first": lambda _width, _exploration: breadth_first(),
    "beam": lambda width, _: Beam(width),
    "mcts": lambda _, exploration: MonteCarlo(exploration),
}
