"""Where each entry of an outline goes: columns from left to right, subtrees packed without overlap.

All lengths are in pixels of a picture that is shown at its natural size; y grows downwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from prover.visualization.outline import Entry, Kind


class Shape(NamedTuple):
    """How much room texts and lines have."""

    across: int
    """Characters in a line of a state."""
    down: int
    """Lines of a state."""
    tactic: int
    """Characters in a line of a tactic, which has up to 2 lines."""
    gap: float
    """Pixels between columns."""


WIDTH = 1540.0
"""The text is shortened until it is no wider, down to the last of `SHAPES`. With its margins a
picture then fits into 1600 pixels."""
SHAPES = (
    *(Shape(30, 2, 24, 34.0), Shape(26, 2, 20, 34.0), Shape(22, 3, 18, 34.0)),
    *(Shape(19, 3, 15, 34.0), Shape(16, 3, 13, 30.0), Shape(14, 4, 12, 26.0)),
    Shape(12, 5, 12, 20.0),
)
FONT = 13.0
"""Size of states; tactics are smaller."""
SMALL = 11.5
ADVANCE = 0.602
"""Width of a character of the monospaced font, over its size."""
LINE = 1.3
"""Height of a line, over the size of its font."""
HEADROOM = 12.0
"""Above the text of a state, for its number."""
STATE_GAP = 16.0
TACTIC_GAP = 9.0


@dataclass(slots=True)
class Place:
    """An entry with its text as lines, and its rectangle."""

    entry: Entry
    lines: list[str]
    width: float
    height: float
    column: int
    after: list[Place] = field(default_factory=list)
    left: float = 0.0
    middle: float = 0.0
    """The y of its middle."""
    end: float = 0.0
    """The x where its column ends."""

    @property
    def right(self) -> float:
        """The x of its right side."""
        return self.left + self.width


@dataclass(frozen=True)
class Layout:
    """All places, parents first, within a rectangle that starts at 0."""

    places: list[Place]
    width: float
    height: float

    def move(self, x: float, y: float) -> None:
        """Puts all places so much further to the right and down."""
        for place in self.places:
            place.left += x
            place.end += x
            place.middle += y


def lay_out(root: Entry) -> Layout:
    """Places the outline with the longest texts that keep it within `WIDTH`, if any do."""
    for shape in SHAPES:
        places = _measured(root, shape)
        width = _columns(places, shape.gap)
        if width <= WIDTH:
            break
    return Layout(places, width, _rows(places))


def sample_of(entry: Entry) -> Place:
    """A small place for the entry, for a legend."""
    place = _place(entry, SHAPES[-1], 0)
    if entry.kind is Kind.STATE:
        place.width, place.height = 30.0, 18.0
    return place


def _measured(root: Entry, shape: Shape) -> list[Place]:
    places = [_place(root, shape, 0)]
    for place in places:
        place.after = [_place(entry, shape, place.column + 1) for entry in place.entry.after]
        places.extend(place.after)
    return places


def _place(entry: Entry, shape: Shape, column: int) -> Place:
    if entry.kind is Kind.STATE:
        lines, font, padding, above = (
            _wrap(entry.text, shape.across, shape.down),
            FONT,
            12.0,
            HEADROOM,
        )
    elif entry.kind is Kind.TACTIC:
        lines, font, padding, above = _wrap(entry.text, shape.tactic, 2), SMALL, 9.0, 0.0
    elif entry.kind is Kind.CLOSED:
        return Place(entry, [entry.text], 18.0, 18.0, column)
    else:
        lines, font, padding, above = [entry.text], SMALL, 6.0, 0.0
    width = max(map(len, lines)) * font * ADVANCE + 2 * padding
    height = len(lines) * font * LINE + padding + above
    return Place(entry, lines, max(width, 64.0 if above else 24.0), height, column)


def _wrap(text: str, across: int, down: int) -> list[str]:
    """At most so many lines of so many characters, the lines about equally long."""
    lines = _filled(text, across, down)
    while across > 1:
        across -= 1
        narrower = _filled(text, across, len(lines))
        if " ".join(narrower) != " ".join(lines):
            break
        lines = narrower
    return lines


def _filled(text: str, across: int, down: int) -> list[str]:
    """Breaks at spaces, else after punctuation; ends in an ellipsis if something is left."""
    lines: list[str] = []
    while len(text) > across and len(lines) < down - 1:
        cut = text.rfind(" ", 0, across + 1)
        if cut < across / 3:
            cut = max(text.rfind(mark, 0, across) + 1 for mark in ".,([")
        if cut < across / 3:
            cut = across
        lines.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*lines, text if len(text) <= across else text[: across - 1].rstrip() + "…"]


def _columns(places: list[Place], gap: float) -> float:
    """Gives each place its column's x; the width of all columns."""
    widths: dict[int, float] = {}
    for place in places:
        widths[place.column] = max(place.width, widths.get(place.column, 0.0))
    lefts, left = {}, 0.0
    for column in sorted(widths):
        lefts[column] = left
        left += widths[column] + gap
    for place in places:
        place.left = lefts[place.column]
        place.end = place.left + widths[place.column]
    return left - gap


def _rows(places: list[Place]) -> float:
    """Gives each place its y; the height of all.

    Each subtree has an outline: the highest and the lowest y in each column, from the middle of
    its first place. What comes after a place is stacked as closely as the outlines allow.
    """
    outlines: dict[int, dict[int, tuple[float, float]]] = {}
    for place in reversed(places):
        around: dict[int, tuple[float, float]] = {}
        for after in place.after:
            below = outlines.pop(id(after))
            shared = around.keys() & below.keys()
            after.middle = max((around[c][1] - below[c][0] for c in shared), default=0.0)
            for column, (top, bottom) in below.items():
                top, bottom = top + after.middle, bottom + after.middle
                around[column] = around.get(column, (top,))[0], bottom
        middle = (place.after[0].middle + place.after[-1].middle) / 2 if place.after else 0.0
        for after in place.after:
            after.middle -= middle
        gap = STATE_GAP if place.entry.kind is Kind.STATE else TACTIC_GAP
        half = (place.height + gap) / 2
        outlines[id(place)] = {c: (t - middle, b - middle) for c, (t, b) in around.items()}
        outlines[id(place)][place.column] = -half, half
    [whole] = outlines.values()
    places[0].middle = -min(top for top, _ in whole.values())
    for place in places:
        for after in place.after:
            after.middle += place.middle
    return places[0].middle + max(bottom for _, bottom in whole.values())
