"""The shapes and colours of a drawn search. Needs matplotlib, from the extra `draw`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path

from prover.search.and_or_graph import NodeStatus
from prover.visualization.layout import ADVANCE, FONT, HEADROOM, LINE, SMALL, Place
from prover.visualization.outline import Entry, Kind

POINTS = 0.72
"""In a pixel."""
INK, MUTED, FAINT = "#1f2933", "#66717e", "#b9c2cd"
PROOF, ALARM = "#157f3d", "#c0392b"
FILL = {NodeStatus.OPEN: "#eef4fc", NodeStatus.PROVED: "#e6f6ec", NodeStatus.FAILED: "#fcedeb"}
EDGE = {NodeStatus.OPEN: "#7ba4d6", NodeStatus.PROVED: "#5cb682", NodeStatus.FAILED: "#e0a39d"}
MONO = ["DejaVu Sans Mono", "DejaVu Sans", "STIXGeneral"]
SANS = ["DejaVu Sans", "STIXGeneral"]
RADIUS, TINY = 8.0, 9.5


@dataclass(frozen=True)
class Look:
    """Colours of an entry."""

    fill: str
    edge: str
    ink: str


def look(entry: Entry) -> Look:
    """States have the colours of their standing, all else is quiet; the proof stands out."""
    edge = PROOF if entry.in_proof else EDGE[entry.standing]
    ink = MUTED if entry.standing is NodeStatus.FAILED else INK
    if entry.kind is Kind.CLOSED:
        return Look(edge, edge, "white")
    if entry.kind is Kind.TACTIC and not entry.in_proof:
        return Look("white", edge if entry.standing is NodeStatus.FAILED else FAINT, ink)
    return Look(FILL[entry.standing], edge, ink)


def tree(axes: Axes, places: Iterable[Place]) -> None:
    """All places, and a line from each to what comes after it."""
    for start in places:
        for end in start.after:
            line(axes, start, end)
        place(axes, start)


def place(axes: Axes, place: Place) -> None:
    """One place with its text and its marks."""
    entry = place.entry
    style = look(entry)
    if entry.kind is Kind.MORE:
        text(axes, place.left + 5, place.middle, entry.text, SMALL, MUTED, style="italic")
        return
    if entry.kind is Kind.STATE:
        _box(axes, place, style, RADIUS)
        _lines(axes, place, FONT, style.ink, below=HEADROOM / 2)
        _marks(axes, place)
        return
    _box(axes, place, style, min(place.height / 2, 11.0))
    _lines(axes, place, SMALL, style.ink)


def line(axes: Axes, start: Place, end: Place) -> None:
    """A line to the end of the column, where nothing is in the way, and a curve to the next."""
    entries = start.entry, end.entry
    in_proof = all(entry.in_proof for entry in entries)
    failed = any(entry.standing is NodeStatus.FAILED for entry in entries)
    colour = PROOF if in_proof else EDGE[NodeStatus.FAILED] if failed else FAINT
    width, order = (2.4, 2) if in_proof else (1.2, 1)
    middle = (start.end + end.left) / 2
    points = [
        (start.right, start.middle),
        (start.end, start.middle),
        (middle, start.middle),
        (middle, end.middle),
        (end.left, end.middle),
    ]
    curve = Path(points, [Path.MOVETO, Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
    axes.add_patch(PathPatch(curve, fill=False, edgecolor=colour, lw=width, zorder=order))


def text(
    axes: Axes, x: float, y: float, string: str, size: float, colour: str, **style: Any
) -> None:
    """One line of text, vertically centred at y; its size is in pixels."""
    style = {"family": MONO, "va": "center_baseline", "zorder": 4, **style}
    # Lean's `$` must not begin a formula.
    axes.text(x, y, string, fontsize=size * POINTS, color=colour, parse_math=False, **style)


def _box(axes: Axes, place: Place, style: Look, radius: float, line_width: float = 0.0) -> None:
    box = FancyBboxPatch(
        (place.left, place.middle - place.height / 2),
        place.width,
        place.height,
        boxstyle=f"round,pad=0,rounding_size={radius}",
        facecolor=style.fill,
        edgecolor=style.edge,
        lw=line_width or (2.2 if place.entry.in_proof else 1.2),
        zorder=3,
    )
    axes.add_patch(box)


def _lines(axes: Axes, place: Place, size: float, colour: str, below: float = 0.0) -> None:
    height = size * LINE
    x = place.left + place.width / 2
    y = place.middle + below - (len(place.lines) - 1) * height / 2
    for string in place.lines:
        text(axes, x, y, string, size, colour, ha="center")
        y += height


def _marks(axes: Axes, place: Place) -> None:
    """The state's number, and how many tactics failed on it."""
    entry, top = place.entry, place.middle - place.height / 2
    if entry.text:
        text(axes, place.left + 8, top + 10, str(entry.number), TINY, MUTED)
    if entry.failures:
        string = f"✗ {entry.failures}"
        width = len(string) * TINY * ADVANCE + 10
        badge = Place(entry, [string], width, 15.0, 0, left=place.right - width + 6, middle=top)
        _box(axes, badge, Look("white", ALARM, ALARM), badge.height / 2, line_width=1.0)
        _lines(axes, badge, TINY, ALARM)
