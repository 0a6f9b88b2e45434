"""The curves and shares of a run as files, PNG and SVG. Needs matplotlib, from the extra `draw`."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prover.bench.metrics import Metrics, Point, Share
from prover.bench.report.formatting import NO_SCORE
from prover.bench.results import RunResults
from prover.errors import SetupError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, MUTED, LINE, BLUE, GREEN = "#1b2430", "#5b6775", "#dfe4ea", "#2459b3", "#2f9e5f"
SUFFIXES = ("png", "svg")


def plot(run: RunResults, folder: Path) -> Iterator[Path]:
    """Draws each picture into the folder, made if it is not there; the paths of what was drawn.

    Raises `SetupError` without matplotlib, and when the folder can't be written.
    """
    try:
        import matplotlib
    except ModuleNotFoundError as error:
        message = "matplotlib, which draws the plots, is not installed"
        raise SetupError(message, "Run `pip install 'prover[draw]'`.") from error
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with matplotlib.rc_context({"svg.hashsalt": "prover"}), warnings.catch_warnings():
            # A character that no font has becomes a box; that is no reason to write to stderr.
            warnings.filterwarnings("ignore", message="Glyph")
            for name, figure in pictures(run):
                for suffix in SUFFIXES:
                    path = folder / f"{name}.{suffix}"
                    metadata: dict[str, Any] = {"svg": {"Date": None}}.get(suffix, {})
                    figure.savefig(path, dpi=160, metadata=metadata)
                    yield path
    except OSError as error:
        raise SetupError(f"{folder} can't be written: {error.strerror}") from error


def pictures(run: RunResults) -> Iterator[tuple[str, Figure]]:
    """Each picture with its name."""
    figures = Metrics.of(run)
    note = f"dialect {run.dialect}: {NO_SCORE}" if run.dialect else ""
    for name, points, label in (
        ("seconds", figures.by_seconds, "seconds for each problem"),
        ("tactics", figures.by_tactics, "tactics run for each problem"),
    ):
        figure, axes = _empty(f"{run.name}: proved within {name}", note, 4.2)
        _curve(axes, points, figures.overall.attempted)
        axes.set_xlabel(label, color=MUTED)
        yield f"proved-by-{name}", figure
    for group, shares in figures.groups.items():
        figure, axes = _empty(f"{run.name}: proved by {group}", note, 1.4 + 0.36 * len(shares))
        _bars(axes, shares)
        yield f"proved-by-{group}", figure


def _empty(title: str, note: str, height: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, height), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", color=INK, parse_math=False)
    if note:
        figure.supxlabel(note, color=MUTED, fontsize=8, parse_math=False)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(LINE)
    axes.tick_params(colors=MUTED, length=0)
    axes.set_axisbelow(True)
    return figure, axes


def _curve(axes: Axes, points: Sequence[Point], attempted: int) -> None:
    amounts, counts = [0.0, *(p[0] for p in points)], [0, *(p[1] for p in points)]
    axes.step(amounts, counts, where="post", color=BLUE, linewidth=2)
    axes.set_ylabel(f"problems proved, of {attempted}", color=MUTED)
    axes.grid(axis="y", color=LINE)
    axes.set_ylim(bottom=0)
    axes.set_xlim(left=0)


def _bars(axes: Axes, shares: Sequence[Share]) -> None:
    values = [share.share for share in shares]
    around = [
        [share.share - share.interval.low for share in shares],
        [share.interval.high - share.share for share in shares],
    ]
    labels = [f"{share.name}  {share.proved}/{share.attempted}" for share in shares]
    axes.barh(labels, values, color=GREEN, height=0.62)
    axes.errorbar(values, labels, xerr=around, fmt="none", ecolor=INK, elinewidth=1.2, capsize=2)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    axes.grid(axis="x", color=LINE)
    axes.invert_yaxis()
