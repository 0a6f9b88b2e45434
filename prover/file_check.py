"""What Lean says of a whole text: its messages, its declarations with their axioms, its holes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from prover.errors import InputError, SetupError, sentences
from prover.lean.backend import Backend
from prover.lean.process import Command, missing_import
from prover.lean.worker import GRACE_SECONDS, Refused
from prover.lean_file import Hole, LeanFile, Span
from prover.lexer import sorries
from prover.script_layout import Slot

SECONDS = 300.0
"""Wall-clock time that Lean may take for one file."""

UNREAD = "Lean does not read the text from here on: its commands have ended before it."
NOT_PARSED = "It stands in text that Lean can't parse; see the error before it."

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
    fatal: bool = False
    """Whether Lean calls it an error: also a warning where options say so."""

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.text}"

    def to_json(self) -> Json:
        """The `message` event for clients."""
        return {"event": "message", **asdict(self)}


@dataclass(frozen=True)
class Gap:
    """A place where a proof is missing for good, as none is looked for there."""

    name: str
    """The declaration's; empty where it has none."""
    line: int
    column: int
    reason: str
    """A sentence."""

    def to_json(self) -> Json:
        """The `gap` event for clients."""
        return {
            "event": "gap",
            "theorem": self.name,
            "line": self.line,
            "column": self.column,
            "reason": self.reason,
        }


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
class FileReport:
    """What there is to say of a text."""

    messages: tuple[Message, ...]
    declarations: tuple[Declaration, ...]
    holes: tuple[Hole, ...]
    """In the order of the file."""
    gaps: tuple[Gap, ...] = ()
    """In the order of the file."""
    guards: tuple[Message, ...] = ()
    """What is wrong only with the messages that `#guard_msgs` expects."""
    names: tuple[str, ...] = ()
    """Of all that it declares, also where its declarations were not looked into."""
    unread: int | None = None
    """The line of the first text that Lean does not read, as it stands behind `#exit`."""

    @property
    def errors(self) -> tuple[Message, ...]:
        """The messages that are errors, first place first."""
        return _in_order(message for message in self.messages if message.severity == "error")

    @property
    def told(self) -> tuple[Message, ...]:
        """All messages, with what Lean does not say of a file of which it reads a part only, first
        place first."""
        unread = [] if self.unread is None else [Message(self.unread, 0, "error", UNREAD, True)]
        return _in_order([*self.messages, *self.guards, *unread])

    @property
    def faults(self) -> tuple[Message, ...]:
        """The messages for which the file is not in order, first place first."""
        return tuple(message for message in self.told if message.fatal)

    @property
    def sound(self) -> bool:
        """Whether Lean accepts all of the file, and the prover all that it declares."""
        accepted = all(found.accepted for found in self.declarations)
        return accepted and not (self.faults or self.holes or self.gaps)


async def check_file(
    lean: Backend, file: LeanFile, *, seconds: float = SECONDS, audits: bool = True
) -> FileReport:
    """Has a fresh Lean check a file; it stays for a session, as it knows the state at each hole.

    Where the file has a hole, its declarations are looked into only if it `audits`. Raises
    `InputError` when what it imports isn't there, or `LeanDiedError`.
    """
    text = file.text.decode()
    fields = {"text": text, "audits": audits, "milliseconds": round(seconds * 1000)}
    async with lean.fresh(stays=True) as worker:
        try:
            json = await worker.request("check", fields, seconds=seconds + GRACE_SECONDS)
        except Refused as refusal:
            raise _problem(file, refusal, lean.command) from refusal
        worker.note_read(text)
    return _report(file, json)


async def check_line(
    lean: Backend, file: LeanFile, line: int, *, seconds: float = SECONDS
) -> FileReport:
    """What a Lean that may know the text says of it on a line, and maybe of more before that.

    Nothing behind is read. It serves to find a hole; what is to be believed `check` says. Raises
    what that does.
    """
    start, stop = file.offset(line, 0), file.offset(line + 1, 0)
    limit = {"milliseconds": round(seconds * 1000)}
    fields = {"text": file.text.decode(), "start": start, "stop": max(start, stop - 1), **limit}
    async with lean.reading(file.text[:start].decode()) as worker:
        try:
            json = await worker.request("check", fields, seconds=seconds + GRACE_SECONDS)
        except Refused as refusal:
            raise _problem(file, refusal, lean.command) from refusal
        worker.note_read(file.text[:stop].decode())
    return _report(file, json)


def _problem(file: LeanFile, refusal: Refused, command: Command) -> InputError | SetupError:
    """What to tell the user of a file that Lean would not check."""
    if refusal.kind == "limit":
        return InputError(f"Lean did not get through {file.path}", "Split it into smaller files.")
    if refusal.kind != "import":
        return SetupError(f"Lean could not check {file.path}: {refusal.message}")
    return missing_import(str(file.path), file.imports, refusal.message, command)


def _report(file: LeanFile, json: Json) -> FileReport:
    strict = [range(first, last + 1) for first, last in json["strict"]]
    return FileReport(
        messages=tuple(_message(item, strict) for item in json["messages"]),
        declarations=tuple(map(_declaration, json["declarations"])),
        holes=tuple(sorted(_holes(file, json), key=_span)),
        gaps=tuple(sorted((_gap(file, item) for item in json["gaps"]), key=_place)),
        guards=tuple(_message(item, strict) for item in json["guards"]),
        names=tuple(json["names"]),
        unread=json["unread"],
    )


def _message(item: Json, strict: Sequence[range]) -> Message:
    severity, line = item["severity"], item["line"]
    fatal = item["fatal"] or (severity == "warning" and any(line in lines for lines in strict))
    return Message(line, item["column"], severity, item["text"], fatal)


def _declaration(item: Json) -> Declaration:
    return Declaration(
        name=item["name"],
        is_theorem=item["theorem"],
        accepted=item["accepted"],
        axioms=tuple(item["axioms"]),
        trusted=item["trusted"],
        reason=item["reason"],
    )


def _holes(file: LeanFile, json: Json) -> Iterator[Hole]:
    yield from (_hole(file, item) for item in json["holes"])
    for item in json["skipped"]:
        yield from _unread(file, Span(item["start"], item["stop"]), item["name"])


def _unread(file: LeanFile, span: Span, name: str) -> Iterator[Hole]:
    """What seem to be holes in text that Lean has passed over, as it can't be parsed."""
    text = file.text[span.start : span.stop].decode()
    for offset in sorries(text):
        start = span.start + len(text[:offset].encode())
        line, column = file.place(start)
        hole = Span(start, start + len("sorry"))
        yield Hole(hole, span, name, False, line, column, obstacle=NOT_PARSED)


def _hole(file: LeanFile, item: Json) -> Hole:
    line, column = file.place(item["start"])
    return Hole(
        span=Span(item["start"], item["stop"]),
        declaration=Span(item["declarationStart"], item["declarationStop"]),
        name=item["name"],
        is_term=item["kind"] == "term",
        line=line,
        column=column,
        obstacle=sentences(item["obstacle"].partition("\n")[0]),
        rests_on=tuple(item["restsOn"]),
        slot=Slot(**item["layout"]) if item["layout"] else None,
    )


def _gap(file: LeanFile, item: Json) -> Gap:
    line, column = file.place(item["start"])
    return Gap(item["name"], line, column, item["reason"])


def _span(hole: Hole) -> Span:
    return hole.span


def _in_order(messages: Iterable[Message]) -> tuple[Message, ...]:
    return tuple(sorted(messages, key=lambda message: (message.line, message.column)))


def _place(gap: Gap) -> tuple[int, int]:
    return gap.line, gap.column


COMMANDS = (
    "theorem", "example", "def", "abbrev", "instance", "axiom", "opaque", "structure", "class",
    "inductive", "namespace", "section", "end", "open", "variable", "universe", "import",
    "noncomputable", "private", "protected", "mutual", "macro", "notation", "deriving", "attribute",
)  # fmt: skip
LEMMA = "`lemma` is a word of Mathlib; here write `theorem`."


def keyword_meant(file: LeanFile, message: Message) -> str:
    """What to write instead of the word at which Lean expected a command; empty where there is
    nothing to say."""
    if "expected command" not in message.text:
        return ""
    start = file.offset(message.line, message.column)
    found = re.match(rb"[a-z]+", file.text[start:])
    word = found[0].decode() if found else ""
    if word == "lemma":
        return LEMMA
    near = difflib.get_close_matches(word, COMMANDS, n=1)
    return f"Did you mean `{near[0]}`?" if near else ""
