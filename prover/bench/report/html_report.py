"""A run as one HTML file that needs nothing else: no network, no other file.

Names, statements and messages come from outside. Jinja escapes them in HTML; inside of `script`
they are JSON without `<`, or base64; and the page's policy lets run only the script whose hash it
names.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from markupsafe import Markup

from prover.bench.metrics import GROUPS, Metrics, Passes, Point, Share
from prover.bench.outcomes import ProblemResult, problem_results
from prover.bench.report.formatting import dialect, duration, facts, percent
from prover.bench.results import RunResults
from prover.errors import counted, sentences
from prover.web.assets import REPORT, SHARED, joined
from prover.web.graph_data import packed, recorded_graph

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


GRAPH = ("elements", "words", "lean", "state", "tree", "painting", "view", "hands")
OWN = ("data", "table", "problem")
SCRIPTS = (*(SHARED / f"{name}.js" for name in GRAPH), *(REPORT / f"{name}.js" for name in OWN))
"""In the order in which they stand in the page."""
STYLES = (SHARED / "colours.css", SHARED / "graph.css", REPORT / "style.css")
COLUMNS = (
    *(("Problem", "text"), ("Outcome", "text"), ("Topic", "text"), ("Split", "text")),
    *(("Difficulty", "text"), ("Seconds", "number"), ("Tactics", "number"), ("States", "number")),
)

LABELS = {"way": "Outcome", **{name: name.capitalize() for name in GROUPS}}
"""Of what the table can be filtered by."""

Json = dict[str, Any]
Note = Callable[[int, int], None]
"""Is told how many of how many searches have been read."""


@dataclass(frozen=True)
class Part:
    """A part of the time."""

    name: str
    seconds: float
    share: float


def page(run: RunResults, note: Note) -> str:
    """The file's text. Raises `InputError` for a trace that can't be replayed."""
    figures, problems = Metrics.of(run), problem_results(run)
    rows = [row(item) for item in problems]
    parts = list(time_parts(figures))
    # Only where it is needed: it takes a while to import.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    template = Environment(
        loader=FileSystemLoader(REPORT),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    ).get_template("page.html.j2")
    return template.render(
        run=run,
        figures=figures,
        rows=rows,
        columns=COLUMNS,
        choices=choices(rows),
        labels=LABELS,
        graphs=graphs(run, problems, note),
        data=data(rows),
        facts=facts(run),
        dialect=dialect(run),
        tiles=list(tiles(figures)),
        parts=parts,
        config=yaml.safe_dump(dict(run.config), sort_keys=False, allow_unicode=True),
        environment=yaml.safe_dump(dict(run.environment), sort_keys=False, allow_unicode=True),
        script=joined(SCRIPTS),
        style="\n".join(path.read_text("utf-8") for path in STYLES),
        hash_of=hash_of,
        percent=percent,
        counted=counted,
        duration=duration,
        bar=bar,
        curve=curve,
        stack=lambda parts: stack([(part.name, part.share) for part in parts]),
    )


def row(item: ProblemResult) -> Json:
    """What the table and the page of a problem show."""
    shown = item.shown.result if item.shown else {}
    problem = item.problem
    return {
        "name": problem.name,
        "way": item.way.value,
        "topic": problem.topic,
        "split": problem.split,
        "difficulty": problem.difficulty,
        "seconds": item.spent("seconds"),
        "tactics": int(item.spent("tactics")),
        "states": shown.get("states", 0),
        "header": problem.header,
        "statement": problem.statement,
        "script": shown.get("script"),
        "refusal": shown.get("refusal"),
        "axioms": shown.get("axioms", []),
        # Older runs did not tell: then no more is claimed than what holds in both cases.
        "trusted": shown.get("trusted", 1),
        "message": sentences(shown.get("message") or "", shown.get("hint") or ""),
    }


def data(rows: Sequence[Json]) -> str:
    """The rows as JSON that can't end the element that it stands in."""
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def graphs(run: RunResults, problems: Sequence[ProblemResult], note: Note) -> Iterator[str | None]:
    """The packed graph of each problem's attempt that is shown; None where there is none."""
    for number, item in enumerate(problems, 1):
        found = recorded_graph(run.trace(item.shown)) if item.shown else None
        note(number, len(problems))
        yield packed(found) if found else None


def choices(rows: Sequence[Json]) -> dict[str, list[str]]:
    """What the table can be filtered by: fields that differ, with their values."""
    values = {name: sorted({row[name] for row in rows} - {""}) for name in ("way", *GROUPS)}
    return {name: some for name, some in values.items() if len(some) > 1}


def tiles(figures: Metrics) -> Iterator[tuple[str, str, str]]:
    """The smaller numbers of the headline: label, value, note."""
    for k, value in list(enumerate(figures.passes.values, 1))[:4]:
        if len(figures.passes.values) > 1:
            yield f"pass@{k}", percent(value), how(figures.passes)
    yield "Not applicable", str(len(figures.not_applicable)), "counted apart"
    yield "Untried", str(figures.untried), ""
    yield "Refused", str(figures.refused), "a proof found, none accepted"
    yield "Errors", str(figures.errors), "counted as not proved"
    yield "Attempts", str(figures.attempts), ""
    yield "Tactics run", f"{figures.counters.tactics:,}", ""
    yield "Refused by the verifier", str(figures.counters.refused), "scripts, none counted"


def how(passes: Passes) -> str:
    """How they were estimated."""
    return "unbiased estimate" if passes.unbiased else "by the first attempts"


def time_parts(figures: Metrics) -> Iterator[Part]:
    """Where the time went, with shares of all of it."""
    time = figures.time
    seconds = {
        "Lean": time.lean,
        "policy": time.policy,
        "verification": time.verify,
        "engine": time.engine,
    }
    total = sum(seconds.values())
    for name, spent in seconds.items():
        yield Part(name, spent, spent / total if total else 0.0)


def hash_of(text: str) -> str:
    """What the page's policy calls an element with this text."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
