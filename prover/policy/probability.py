"""Arithmetic of log-probabilities, as policies need it."""

from __future__ import annotations

import math
from collections.abc import Iterable

LEAST = -1e6
"""Stands for probability 0: later than any honest log-probability, still comparable."""
ROUNDING = 1e-3
"""How far above 0 a log-probability may be by rounding."""


def is_known(logprob: float) -> bool:
    """Whether this is a log-probability; NaN, infinity and what is above 0 is none."""
    return -math.inf < logprob <= ROUNDING


def bounded(logprob: float) -> float:
    """The log-probability brought into `LEAST` to 0; what is none is the least."""
    return min(0.0, max(LEAST, logprob)) if is_known(logprob) else LEAST


def log_sum(logprobs: Iterable[float]) -> float:
    """The logarithm of the sum of the probabilities. Needs at least one."""
    logprobs = list(logprobs)
    greatest = max(logprobs)
    return greatest + math.log(math.fsum(math.exp(logprob - greatest) for logprob in logprobs))
