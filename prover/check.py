"""What Lean says of a whole text: its messages, its declarations with their axioms, its holes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from prover.errors import EnvironmentProblem, InputProblem
from prover.file import Hole, LeanFile, Span
from prover.layout import Slot
from prover.lean.backend import Backend
from prover.lean.command import Command
from prover.lean.worker import GRACE_SECONDS, Refused

SECONDS = 300.0
"""Wall-clock time that Lean may take for one file."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """Something that Lean says of a place."""

    line: int
    """Counted from 1."""
    column: int
    """In characters, counted from 0."""
    severity: str
    """`error`, `warning` or `information`."""
    text: str

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.text}"

    def to_json(self) -> Json:
        """The `message` event for clients."""
        return {"event": "message", **asdict(self)}


@dataclass(frozen=True)
class Declaration:
    """A declaration of the file, and what it rests on."""

    name: str
    is_theorem: bool
    accepted: bool
    """Whether the kernel accepts it, and it rests on nothing but the three standard axioms."""
    axioms: tuple[str, ...]
    """Those found in its own proof and in those of the file that it uses."""
    trusted: int = 0
    """How many theorems of the library it uses whose proofs were not looked into."""
    reason: str = ""
    """Why it was not accepted; empty when it was."""

    def to_json(self) -> Json:
        """The `declaration` event for clients."""
        return {
            "event": "declaration",
            "declaration": self.name,
            "theorem": self.is_theorem,
            "accepted": self.accepted,
            "axioms": list(self.axioms),
            "trusted": self.trusted,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Report:
    """What there is to say of a text."""

    messages: tuple[Message, ...]
    declarations: tuple[Declaration, ...]
    holes: tuple[Hole, ...]
    """In the order of the file."""

    @property
    def errors(self) -> tuple[Message, ...]:
        """The messages that are errors, first place first."""
        found = [message for message in self.messages if message.severity == "error"]
        return tuple(sorted(found, key=lambda message: (message.line, message.column)))


async def check(lean: Backend, file: LeanFile, *, seconds: float = SECONDS) -> Report:
    """Has a fresh Lean check a file.

    Raises `InputProblem` when what it imports isn't there, or `LeanDied`.
    """
    fields = {"text": file.text.decode(), "milliseconds": round(seconds * 1000)}
    async with lean.fresh() as worker:
        try:
            json = await worker.request("check", fields, seconds=seconds + GRACE_SECONDS)
        except Refused as refusal:
            raise _problem(file, refusal, lean.command) from refusal
    return _report(file, json)


def _problem(
    file: LeanFile, refusal: Refused, command: Command
) -> InputProblem | EnvironmentProblem:
    """What to tell the user of a file that Lean would not check."""
    if refusal.kind == "limit":
        return InputProblem(f"Lean did not get through {file.path}", "Split it into smaller files.")
    if refusal.kind != "import":
        return EnvironmentProblem(f"Lean could not check {file.path}: {refusal.message}")
    first = refusal.message.partition("\n")[0]
    missing = next((name for name in file.imports if _roots(name) in refusal.message), "")
    return InputProblem(
        f"{file.path} imports {missing}, which {command.library} does not have"
        if missing
        else f"{file.path} can't be checked: {first}",
        command.import_hint,
    )


def _roots(module: str) -> str:
    """How Lean's message names what it did not find."""
    return f"'{module.partition('.')[0]}'"


def _report(file: LeanFile, json: Json) -> Report:
    return Report(
        messages=tuple(
            Message(item["line"], item["column"], item["severity"], item["text"])
            for item in json["messages"]
        ),
        declarations=tuple(
            Declaration(
                name=_name(item["name"]),
                is_theorem=item["theorem"],
                accepted=item["accepted"],
                axioms=tuple(item["axioms"]),
                trusted=item["trusted"],
                reason=item["reason"],
            )
            for item in json["declarations"]
        ),
        holes=tuple(_holes(file, json["holes"])),
    )


def _name(name: str) -> str:
    """What users call it: an `example` has a name of Lean's own, whatever namespace is open."""
    return "example" if name.rpartition(".")[2] in ("", "_example") else name


def _holes(file: LeanFile, items: Sequence[Json]) -> list[Hole]:
    holes = []
    for item in items:
        line, column = file.place(item["start"])
        holes.append(
            Hole(
                span=Span(item["start"], item["stop"]),
                declaration=Span(item["declarationStart"], item["declarationStop"]),
                name=_name(item["name"]),
                is_term=item["kind"] == "term",
                line=line,
                column=column,
                slot=_slot(item["layout"]),
            )
        )
    return sorted(holes, key=lambda hole: hole.span)


def _slot(item: Json | None) -> Slot | None:
    return Slot(**item) if item else None
