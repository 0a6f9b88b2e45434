"""A run as one HTML file that needs nothing else: no network, no other file.

Names, statements and messages come from outside. Jinja escapes them in HTML; inside of `script`
they are JSON without `<`, or base64; and the page's policy lets run only the script whose hash it
names.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from prover.bench import drawing
from prover.bench.figures import GROUPS, Figures, Passes
from prover.bench.reading import Run
from prover.bench.tried import Tried, tried
from prover.bench.wording import dialect, duration, facts, percent
from prover.errors import counted, sentences
from prover.page import FOLDER, joined
from prover.page.exploring import explored, packed

PAGE = Path(__file__).parent / "page"
SHARED = ("elements", "words", "lean", "state", "tree", "painting", "view", "hands")
OWN = ("data", "table", "problem")
SCRIPTS = (*(FOLDER / f"{name}.js" for name in SHARED), *(PAGE / f"{name}.js" for name in OWN))
"""In the order in which they stand in the page."""
STYLES = (FOLDER / "colours.css", FOLDER / "graph.css", PAGE / "style.css")
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


def page(run: Run, note: Note) -> str:
    """The file's text. Raises `InputProblem` for a trace that can't be replayed."""
    figures, problems = Figures.of(run), tried(run)
    rows = [row(item) for item in problems]
    parts = list(time_parts(figures))
    template = Environment(
        loader=FileSystemLoader(PAGE),
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
        bar=drawing.bar,
        curve=drawing.curve,
        stack=lambda parts: drawing.stack([(part.name, part.share) for part in parts]),
    )


def row(item: Tried) -> Json:
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


def graphs(run: Run, problems: Sequence[Tried], note: Note) -> Iterator[str | None]:
    """The packed graph of each problem's attempt that is shown; None where there is none."""
    for number, item in enumerate(problems, 1):
        found = explored(run.trace(item.shown)) if item.shown else None
        note(number, len(problems))
        yield packed(found) if found else None


def choices(rows: Sequence[Json]) -> dict[str, list[str]]:
    """What the table can be filtered by: fields that differ, with their values."""
    values = {name: sorted({row[name] for row in rows} - {""}) for name in ("way", *GROUPS)}
    return {name: some for name, some in values.items() if len(some) > 1}


def tiles(figures: Figures) -> Iterator[tuple[str, str, str]]:
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
    yield "Refused by the gate", str(figures.counters.refused), "scripts, none counted"


def how(passes: Passes) -> str:
    """How they were estimated."""
    return "unbiased estimate" if passes.unbiased else "by the first attempts"


def time_parts(figures: Figures) -> Iterator[Part]:
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
