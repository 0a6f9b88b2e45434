"""A run told in one of several forms."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from prover.bench.metrics import Metrics, Share
from prover.bench.outcomes import problem_results
from prover.bench.report.formatting import dialect, duration, facts, percent
from prover.bench.report.html_report import Note, how, page, time_parts
from prover.bench.results import RunResults

CSV_COLUMNS = (
    *("name", "attempt", "seed", "split", "topic", "difficulty", "outcome", "status", "seconds"),
    *("lean_seconds", "policy_seconds", "verify_seconds", "expansions", "tactics", "states"),
    *("message", "script"),
)


def html(run: RunResults, note: Note) -> str:
    """A page with everything; see `prover.bench.report.html_report`."""
    return page(run, note)


def markdown(run: RunResults, _: Note) -> str:
    """The numbers as tables, for a repository or a terminal."""
    figures = Metrics.of(run)
    overall = figures.overall
    low, high = overall.interval
    lines = [
        f"# {run.name}",
        "",
        _cell(" · ".join(facts(run))),
        "",
        f"**{overall.proved} of {overall.attempted} proved**, {percent(overall.share)} "
        f"(95 % interval {percent(low)} to {percent(high)}).",
        f"{len(figures.not_applicable)} not applicable and {figures.untried} untried are counted "
        f"apart; {figures.refused} whose proofs were refused and {figures.errors} errors count as "
        "not proved.",
        "",
        _cell(dialect(run)),
        *_passes(figures),
    ]
    for name, shares in figures.groups.items():
        lines += ["", *_table((name, "proved", "share", "95 % interval"), map(_share, shares))]
    parts = [
        (part.name, duration(part.seconds), percent(part.share)) for part in time_parts(figures)
    ]
    lines += ["", *_table(("time", "seconds", "share"), parts)]
    if figures.worker_use is not None:
        lines += ["", f"Workers were busy for {percent(figures.worker_use)} of the time."]
    if figures.reasons:
        rows = [(item.status, item.message, str(item.attempts)) for item in figures.reasons]
        lines += ["", *_table(("without a proof", "why", "attempts"), rows)]
    if figures.not_applicable:
        lines += ["", *_table(("not applicable", "why"), figures.not_applicable)]
    return "\n".join(lines) + "\n"


def as_json(run: RunResults, _: Note) -> str:
    """The numbers, the environment and the configuration."""
    told = {
        "run": run.name,
        "dialect": run.dialect,
        "environment": dict(run.environment),
        "config": dict(run.config),
        "figures": Metrics.of(run).to_json(),
    }
    return json.dumps(told, ensure_ascii=False, indent=2, default=str) + "\n"


def as_csv(run: RunResults, _: Note) -> str:
    """A line for each attempt; a problem without one has one with what is known of it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, CSV_COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for item in problem_results(run):
        problem = item.problem
        same = {
            "name": problem.name,
            "split": problem.split,
            "topic": problem.topic,
            "difficulty": problem.difficulty,
            "outcome": item.way.value,
        }
        for attempt in item.attempts:
            own = {"attempt": attempt.attempt, "seed": attempt.seed}
            writer.writerow({**attempt.result, **same, **own})
        if not item.attempts:
            writer.writerow(same)
    return text.getvalue()


FORMATS: Mapping[str, Callable[[RunResults, Note], str]] = {
    "html": html,
    "md": markdown,
    "json": as_json,
    "csv": as_csv,
}


def _passes(figures: Metrics) -> Iterator[str]:
    if len(figures.passes.values) > 1:
        values = ", ".join(
            f"pass@{k} {percent(value)}" for k, value in enumerate(figures.passes.values, 1)
        )
        yield ""
        yield f"{values} ({how(figures.passes)})."


def _share(share: Share) -> tuple[str, ...]:
    low, high = share.interval
    count = f"{share.proved} of {share.attempted}"
    return share.name, count, percent(share.share), f"{percent(low)} to {percent(high)}"


def _table(
    heads: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]
) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row))} |"


def _cell(text: str) -> str:
    """The text such that it neither breaks a table nor is read as HTML."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
