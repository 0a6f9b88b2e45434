"""A picture of a finished search: states from left to right, the tactics between them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from prover.errors import InputError, SetupError
from prover.search.and_or_graph import NodeStatus
from prover.search.graph import ProofGraph
from prover.visualization.layout import FONT, SMALL, Layout, Place, lay_out, sample_of
from prover.visualization.outline import Entry, Kind, Outline, outline

MOST_STATES = 25
SUFFIXES = (".svg", ".png", ".pdf")
DOTS_PER_INCH = 100
"""Of all lengths here and in the layout. A PNG has twice as many, for dense screens."""
UNREPEATABLE = {".svg": "Date", ".png": "Software", ".pdf": "CreationDate"}
"""What each format says by default that may differ where the graph does not."""
MOST_DOTS = 30_000
"""Across or down in a PNG; a larger picture gets fewer dots per inch."""
MARGIN = 30.0
TITLE = 21.0
NARROWEST = 900.0
"""Keeps the title and the legend in one piece."""
LEGEND_GAP, LEGEND_LINE, LABEL_GAP = 22.0, 30.0, 10.0


def draw(
    graph: ProofGraph, path: Path, *, title: str = "", failures: Mapping[str, int] | None = None
) -> None:
    """Writes the picture, as SVG, PNG or PDF by the suffix of the path.

    A graph of over `MOST_STATES` states is cut down to the proof and its nearest surroundings, and
    the picture says so. The graph knows only the tactics that worked; `failures` gives the number
    of the others by the key of their state. The same graph gives the same picture.

    Raises `SetupError` without matplotlib, `InputError` for another suffix.
    """
    if path.suffix not in SUFFIXES:
        hint = f"Let the name end in {', '.join(SUFFIXES)}."
        raise InputError(f"a picture can't be written to `{path.name}`", hint)
    shown = outline(graph, MOST_STATES, failures or {})
    try:
        _write(graph, shown, path, title)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "matplotlib":
            raise
        message = "matplotlib, which draws the picture, is not installed"
        raise SetupError(message, "Run `pip install 'prover[draw]'`.") from error


def _write(graph: ProofGraph, shown: Outline, path: Path, title: str) -> None:
    import matplotlib
    from matplotlib.figure import Figure

    from prover.visualization import matplotlib_renderer as renderer

    layout = lay_out(shown.root)
    inside = max(layout.width, NARROWEST)
    top = MARGIN + (1.9 * TITLE if title else 0.0) + 2.2 * FONT
    bottom = top + layout.height + LEGEND_GAP
    keys = list(_keys(layout, MARGIN, bottom, inside))
    width, height = inside + 2 * MARGIN, keys[-1][0].middle + LEGEND_LINE / 2 + MARGIN
    figure = Figure(figsize=(width / DOTS_PER_INCH, height / DOTS_PER_INCH), dpi=DOTS_PER_INCH)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    write = partial(renderer.text, axes, family=renderer.SANS)
    write(MARGIN, MARGIN + TITLE / 2, title, TITLE, renderer.INK, weight="bold")
    write(MARGIN, top - 1.7 * FONT, _summary(graph, shown), FONT, renderer.MUTED)
    layout.move(MARGIN + (inside - layout.width) / 2, top)
    renderer.tree(axes, layout.places)
    for sample, label in keys:
        renderer.place(axes, sample)
        write(sample.right + LABEL_GAP, sample.middle, label, SMALL, renderer.MUTED)
    with matplotlib.rc_context({"svg.hashsalt": "prover"}), warnings.catch_warnings():
        # A character that no font has becomes a box; that is no reason to write to stderr.
        warnings.filterwarnings("ignore", message="Glyph")
        figure.savefig(
            path,
            format=path.suffix[1:],
            dpi=min(2.0 * DOTS_PER_INCH, MOST_DOTS / max(figure.get_size_inches())),
            metadata={UNREPEATABLE[path.suffix]: None},
        )


def _summary(graph: ProofGraph, shown: Outline) -> str:
    parts = [
        _count(len(graph.nodes), "state"),
        f"{_count(len(graph.applications), 'tactic')} that worked",
    ]
    if shown.proof_length is not None:
        parts.append(f"a proof of {_count(shown.proof_length, 'tactic')}")
    if shown.left_out:
        parts.append(f"{_count(shown.left_out, 'state')} left out of the picture")
    return "   ·   ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _keys(layout: Layout, left: float, top: float, width: float) -> Iterator[tuple[Place, str]]:
    """The legend: what the picture shows, each with a sample at its place."""
    seen = [place.entry for place in layout.places]
    states = {entry.standing for entry in seen if entry.kind is Kind.STATE and not entry.in_proof}
    kinds = {entry.kind for entry in seen}
    samples = [
        (Entry(Kind.STATE, "", standing), f"{standing.value} state")
        for standing in NodeStatus
        if standing in states
    ]
    if any(entry.in_proof for entry in seen):
        samples.append((Entry(Kind.STATE, "", NodeStatus.PROVED, True), "on the proof found"))
    if any(entry.failures for entry in seen):
        samples.append((Entry(Kind.STATE, "", NodeStatus.OPEN, failures=3), "tactics that failed"))
    if Kind.CLOSED in kinds:
        samples.append((Entry(Kind.CLOSED, "✓", NodeStatus.PROVED), "nothing left to prove"))
    if Kind.REFERENCE in kinds:
        samples.append((Entry(Kind.REFERENCE, "4", NodeStatus.OPEN), "state shown elsewhere"))
    x, y = left, top + LEGEND_LINE / 2
    for entry, label in samples:
        place = sample_of(entry)
        advance = place.width + LABEL_GAP + len(label) * SMALL * 0.56 + 26
        if x > left and x + advance > left + width:
            x, y = left, y + LEGEND_LINE
        place.left, place.middle = x, y
        x += advance
        yield place, label
