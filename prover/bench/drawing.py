"""Small pictures for the report's page, as SVG whose colours come from the page's style."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from markupsafe import Markup

from prover.bench.figures import Point, Share

WIDTH, HEIGHT = 520, 250
LEFT, RIGHT, TOP, BOTTOM = 42, 14, 10, 30
"""Room around a curve, for its numbers."""


def bar(share: Share) -> Markup:
    """A share as a bar, with its interval as a line through the bar's end."""
    low, high = (100 * bound for bound in share.interval)
    return Markup(
        '<svg class="bar" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" width="100" height="12" rx="1"/>'
        '<rect class="fill" width="{:.2f}" height="12" rx="1"/>'
        '<path class="whisker" d="M{:.2f} 6H{:.2f}"/></svg>'
    ).format(100 * share.share, low, high)


def stack(parts: Sequence[tuple[str, float]]) -> Markup:
    """Names with shares of one whole, side by side."""
    label = ", ".join(f"{name} {share:.1%}" for name, share in parts)
    drawn, left = [], 0.0
    for number, (_, share) in enumerate(parts):
        drawn.append(_rectangle(number, left, 100 * share))
        left += 100 * share
    return Markup(
        '<svg class="stack" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" '
        'aria-label="{}">{}</svg>'
    ).format(label, Markup("").join(drawn))


def _rectangle(number: int, left: float, width: float) -> Markup:
    shape = '<rect class="k{}" x="{:.2f}" width="{:.2f}" height="8"/>'
    return Markup(shape).format(number, left, width)


def curve(points: Sequence[Point], unit: str) -> Markup:
    """How many problems were proved within each amount, as steps that only rise."""
    if not points:
        return Markup('<p class="muted">Nothing was proved.</p>')
    across, up = _ticks(points[-1][0]), _ticks(points[-1][1], whole=True)
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(amount: float) -> float:
        return LEFT + width * amount / across[-1]

    def y(count: float) -> float:
        return TOP + height * (1 - count / up[-1])

    steps = f"M{x(0):.1f} {y(0):.1f}" + "".join(f"H{x(a):.1f}V{y(c):.1f}" for a, c in points)
    steps += f"H{x(across[-1]):.1f}"
    area = f"{steps}V{y(0):.1f}Z"
    lines = Markup("").join([*_rows(up, y), *_columns(across, x)])
    label = f"{points[-1][1]} problems proved within {points[-1][0]:.6g} {unit}"
    return Markup(
        '<svg class="curve" viewBox="0 0 {} {}" role="img" aria-label="{}">{}'
        '<path class="area" d="{}"/><path class="line" d="{}"/></svg>'
    ).format(WIDTH, HEIGHT, label, lines, area, steps)


def _rows(ticks: Sequence[float], y: Callable[[float], float]) -> Iterator[Markup]:
    for tick in ticks:
        yield Markup(
            '<path class="grid" d="M{} {:.1f}H{}"/><text x="{}" y="{:.1f}" text-anchor="end">{:g}'
            "</text>"
        ).format(LEFT, y(tick), WIDTH - RIGHT, LEFT - 8, y(tick) + 4, tick)


def _columns(ticks: Sequence[float], x: Callable[[float], float]) -> Iterator[Markup]:
    for tick in ticks:
        yield Markup('<text x="{:.1f}" y="{}" text-anchor="middle">{:g}</text>').format(
            x(tick), HEIGHT - 8, tick
        )


def _ticks(most: float, *, whole: bool = False) -> list[float]:
    """Round numbers from 0 to the first that is not below `most`, about five of them."""
    rough = max(most, 1e-9) / 5
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * size for factor in (1, 2, 5, 10) if factor * size >= rough)
    if whole:
        step = max(1.0, step)
    return [round(step * number, 10) for number in range(math.ceil(most / step - 1e-9) + 1)]
