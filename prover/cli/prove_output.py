"""How the command line tells what came of the holes of a file: for people, as JSON, as graphs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from textwrap import indent
from typing import Protocol

from rich import box
from rich.table import Table

from prover.cli.console import axioms_text, messages, results, write_json
from prover.errors import counted, sentences
from prover.file_check import UNREAD, FileReport, Gap, Message, keyword_meant
from prover.file_prover import FileProver
from prover.lean.interface import Closed, Progress
from prover.lean_file import Hole, LeanFile, Span
from prover.search.events import Event, Expanded
from prover.search.result import Refusal, Result, Status
from prover.search.trace import build_graph
from prover.visualization.export import export

MORE = "Give it more with `--seconds`"
TOLD_ELSEWHERE = (Status.PROVED, Status.CANCELLED, Status.UNTRIED)
"""Ends of a search of which the table, or one line for several holes, says all."""


class ProveOutput(Protocol):
    """What is told, in the order in which it is called."""

    def errors(self, report: FileReport) -> None:
        """The errors that the file has of itself."""

    def event(self, hole: Hole, event: Event) -> None:
        """Something happened in the search for a hole's proof; its `Result` comes last."""

    def gaps(self, gaps: Sequence[Gap]) -> None:
        """Where a proof is missing for good."""

    def end(self, proving: FileProver, report: FileReport, holes: Sequence[Hole]) -> None:
        """All searches have ended."""

    def written(self, count: int) -> None:
        """So many proofs are in the file now."""


class JsonOutput:
    """Events, one object a line, each with the theorem and the place of its hole."""

    def __init__(self, file: LeanFile) -> None:
        self._file = file

    def errors(self, report: FileReport) -> None:
        """A `message` for each."""
        for message in report.errors:
            write_json({"event": "message", **message.to_json(), "file": str(self._file.path)})

    def event(self, hole: Hole, event: Event) -> None:
        """The event itself."""
        place = {"theorem": hole.name, "line": hole.line, "column": hole.column}
        json = event.to_json()
        write_json({"event": json["event"], **place, **json})

    def gaps(self, gaps: Sequence[Gap]) -> None:
        """A `gap` for each."""
        for gap in gaps:
            write_json({**gap.to_json(), "file": str(self._file.path)})

    def end(self, proving: FileProver, report: FileReport, holes: Sequence[Hole]) -> None:
        """Nothing: each hole has told its result."""

    def written(self, count: int) -> None:
        """A `written`."""
        write_json({"event": "written", "file": str(self._file.path), "proofs": count})


class TextOutput:
    """The filled declarations, then a table."""

    def __init__(self, file: LeanFile) -> None:
        self._file = file

    def errors(self, report: FileReport) -> None:
        """One line each, as Lean would show it."""
        for message in report.errors:
            messages().print(as_error(self._file, message))
        if report.unread is not None:
            messages().print(f"{self._file.path}:{report.unread}: error: {UNREAD}")

    def event(self, hole: Hole, event: Event) -> None:
        """Nothing: the moving table shows it."""

    def gaps(self, gaps: Sequence[Gap]) -> None:
        """One line each."""
        for gap in gaps:
            name = f"{gap.name}: " if gap.name else ""
            messages().print(f"{self._file.path}:{gap.line}: {name}{gap.reason}")

    def end(self, proving: FileProver, report: FileReport, holes: Sequence[Hole]) -> None:
        """Every declaration with its proofs as it would stand in the file, and the table."""
        if not holes:
            results().print(nothing_to_prove(self._file, report))
            return
        edits = self._file.edits(proving.scripts)
        for declaration, group in groupby(holes, lambda hole: hole.declaration):
            if any(hole in proving.scripts for hole in group):
                results().print(self._file.part(declaration, edits) + "\n")
        results().print(table(proving, report, holes))
        self._untried(proving, holes)
        for hole in holes:
            result = proving.results[hole]
            if result.status not in TOLD_ELSEWHERE and result.message:
                messages().print(why(f"{self._file.path}:{hole.line}: {hole.name}", result))
            if result.refusal:
                messages().print(refused(result.refusal))
        proved = sum(hole in proving.scripts for hole in holes)
        results().print(f"{proved} of {len(holes)} proved{besides(proving, report, holes)}")

    def _untried(self, proving: FileProver, holes: Sequence[Hole]) -> None:
        """One line for all holes that are not tried for the same reason."""
        reasons: dict[str, list[str]] = {}
        for hole in holes:
            if proving.results[hole].status is Status.UNTRIED:
                reasons.setdefault(proving.results[hole].message, []).append(str(hole.line))
        for reason, lines in reasons.items():
            lines = list(dict.fromkeys(lines))
            word = "line" if len(lines) == 2 else "lines"
            more = f" (also {word} {', '.join(lines[1:])})" if len(lines) > 1 else ""
            messages().print(f"{self._file.path}:{lines[0]}: {reason}{more}")

    def written(self, count: int) -> None:
        """A sentence."""
        results().print(f"Wrote {counted(count, 'proof')} into {self._file.path}")


def as_error(file: LeanFile, message: Message) -> str:
    """As Lean shows an error, and what may have been meant."""
    told = f"{file.path}:{message.line}:{message.column}: error: {message.text}"
    return "\n  ".join(filter(None, [told, keyword_meant(file, message)]))


def lines_for(file: LeanFile, *, json: bool) -> ProveOutput:
    """What tells of a file in the form asked for."""
    return JsonOutput(file) if json else TextOutput(file)


def table(proving: FileProver, report: FileReport, holes: Sequence[Hole]) -> Table:
    """A line for each hole."""
    drawn = Table(box=box.SIMPLE_HEAD)
    drawn.add_column("theorem", overflow="fold")
    drawn.add_column("line", justify="right")
    drawn.add_column("status")
    drawn.add_column("seconds\nsearched", justify="right")
    drawn.add_column("how verified", overflow="fold")
    for hole in holes:
        result = proving.results[hole]
        drawn.add_row(
            hole.name,
            str(hole.line),
            "not tried" if result.status is Status.UNTRIED else result.status.value,
            f"{result.seconds.searched:.1f}",
            how_verified(proving, report, hole, result),
        )
    return drawn


def besides(proving: FileProver, report: FileReport, holes: Sequence[Hole]) -> str:
    """What is not in order all the same, where every hole has a proof."""
    if any(hole not in proving.scripts for hole in holes):
        return ""
    faults = [
        counted(len(report.errors), "error"),
        counted(len(report.gaps), "place") + " without a proof",
        counted(sum(not proving.is_whole(hole) for hole in holes), "declaration") + " not whole",
    ]
    told = [fault for fault in faults if not fault.startswith("0 ")]
    return f", but the file has {', '.join(told)}" if told else ""


def nothing_to_prove(file: LeanFile, report: FileReport) -> str:
    """What is told of a file without a hole."""
    if report.sound and not report.gaps:
        return f"There is no `sorry` in {file.path}: nothing to prove."
    return (
        f"There is no `sorry` to try in {file.path}, but it is not in order: "
        f"`prover check {file.path}` says why."
    )


def why(place: str, result: Result) -> str:
    """Why a hole has no proof, and what can be done about it on the command line."""
    more = MORE if result.status is Status.LIMIT and result.limit == "seconds" else ""
    return sentences(f"{place}: {result.message}", result.hint, more)


def refused(refusal: Refusal) -> str:
    """The script that the verifier refused, and of a long reason what the message leaves out."""
    _, _, rest = refusal.reason.partition("\n")
    return "\n".join(
        [
            *([indent(rest, "    ")] if rest else []),
            "  This script was refused:",
            indent(refusal.script, "    "),
        ]
    )


def how_verified(proving: FileProver, report: FileReport, hole: Hole, result: Result) -> str:
    """What the verifier has said of a hole's proof."""
    if result.status is not Status.PROVED:
        return ""
    if whole := proving.verifications.get(hole.declaration):
        return "; ".join(
            filter(None, [f"verified, {axioms_text(whole.axioms, whole.trusted)}", whole.note])
        )
    note = result.verification.note if result.verification else ""
    if left := holes_left(report, proving, hole.declaration):
        note = f"{counted(left, '`sorry`')} left in the declaration"
    return f"its goal verified; {note or 'another part of the declaration rests on a `sorry`'}"


def holes_left(report: FileReport, proving: FileProver, declaration: Span) -> int:
    """How many holes of a declaration have no proof."""
    return sum(
        hole.declaration == declaration and hole not in proving.scripts for hole in report.holes
    )


def failures(events: Iterable[Event]) -> Counter[str]:
    """How many tactics came to nothing, by the key of their state."""
    return Counter(
        event.state.key
        for event in events
        if isinstance(event, Expanded)
        for trial in event.trials
        if not isinstance(trial.outcome, Progress | Closed)
    )


class GraphFiles:
    """Keeps the events of each hole's search, if there is a path to write its graph to."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._events: dict[Hole, list[Event]] = defaultdict(list)

    def note(self, hole: Hole, event: Event) -> None:
        """Takes in an event."""
        if self._path is not None:
            self._events[hole].append(event)

    def write(self) -> list[Path]:
        """Writes a file for each search that has a graph; where they are.

        The only search has the path itself, several have the theorem and the line in their names.
        Raises `ProverError` when one can't be written.
        """
        written: list[Path] = []
        for hole, events in self._events.items():
            assert self._path is not None
            graph, path = build_graph(events), self._path
            if len(self._events) > 1:
                path = path.with_stem(f"{path.stem}-{hole.name}-{hole.line}")
            if graph is not None:
                export(graph, path, title=hole.name, failures=failures(events))
                written.append(path)
        return written
