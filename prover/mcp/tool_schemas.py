"""What the tools are asked and what they answer: the schemas that agents see."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

from prover.errors import InputError, sentences
from prover.service import file_access
from prover.service.schemas import Json

STILL: Final = "still_searching"
MORE = "Give it more `seconds`"


class Edit(BaseModel):
    """Replace what stands from `start` up to `end` by `text`; lines from 1, columns from 0."""

    start_line: int
    start_column: int
    end_line: int
    end_column: int
    text: str


class Refusal(BaseModel):
    """A proof that was found and does not count."""

    script: str
    reason: str = Field(description="Why the check refused it.")


class Proof(BaseModel):
    """How the search for a proof stands."""

    status: Literal[
        "proved", "refused", "exhausted", "limit", "cancelled", "error", "still_searching"
    ]
    message: str = Field(description="Why there is no proof, and what to do next.")
    script: str | None = Field(description="The tactics; a fresh Lean has accepted them.")
    refusal: Refusal | None = Field(description="A proof that was found and is none: the reason.")
    edit: Edit | None = Field(description="Puts the script into the file, where one was given.")
    axioms: list[str] = Field(description="What the proof rests on; [] or Lean's standard ones.")
    trusted: int = Field(
        description="How many of the library's proofs were not there to look for axioms in."
    )
    tactics: int = Field(description="How many tactics were run so far.")
    run: str | None = Field(description="With status still_searching: give it to ask again.")


class Suggestion(BaseModel):
    """A tactic that Lean runs without an error at the goal."""

    tactic: str
    closes: bool = Field(description="Whether it leaves no goal. It is not checked as a proof.")
    goals: list[str] = Field(description="The goals that it leaves, as Lean prints them.")


class Suggestions(BaseModel):
    """The next steps that work, the best first."""

    status: Literal["exhausted", "limit", "cancelled", "error"]
    message: str
    suggestions: list[Suggestion]


class Message(BaseModel):
    """What Lean says at a place of the file."""

    severity: str
    line: int
    column: int
    text: str


class Place(BaseModel):
    """A `sorry`."""

    theorem: str
    line: int
    column: int


class Check(BaseModel):
    """What a fresh Lean says of a proof or a file."""

    status: Literal["accepted", "refused", "limit", "cancelled", "error"]
    message: str = Field(description="Why it was not accepted.")
    axioms: list[str] = Field(description="What it rests on.")
    messages: list[Message] = Field(description="Lean's errors and warnings.")
    sorries: list[Place] = Field(description="What is still to be proved.")


def proof(result: Json, events: list[Json]) -> Proof:
    """The answer to a search that has ended."""
    edit, refusal = result.get("edit"), result.get("refusal")
    verified = [event for event in events if event["event"] == "verified" and event["accepted"]]
    return Proof(
        status=result["status"],
        message=said(result),
        script=result.get("script"),
        refusal=refusal and Refusal.model_validate(refusal),
        edit=edit and _edit(edit),
        axioms=verified[-1]["axioms"] if verified else [],
        trusted=verified[-1]["trusted"] if verified else 0,
        tactics=tactics(events),
        run=None,
    )


def still(run: str, events: list[Json]) -> Proof:
    """The answer while a search goes on."""
    return Proof(
        status=STILL,
        message="The search goes on; call prove_goal with this `run` alone to wait for it.",
        script=None,
        refusal=None,
        edit=None,
        axioms=[],
        trusted=0,
        tactics=tactics(events),
        run=run,
    )


def suggestions(result: Json) -> Suggestions:
    """The answer of `suggest_tactics`."""
    found = [Suggestion.model_validate(one) for one in result.get("suggestions", [])]
    return Suggestions(status=result["status"], message=said(result), suggestions=found)


def check(result: Json, events: list[Json]) -> Check:
    """The answer of `check_proof`."""
    judged = [event for event in events if event["event"] in ("verified", "declaration")]
    axioms = {axiom for event in judged for axiom in event.get("axioms", ())}
    return Check(
        status=result["status"],
        message=said(result),
        axioms=sorted(axioms),
        messages=[Message.model_validate(event) for event in events if event["event"] == "message"],
        sorries=[Place.model_validate(event) for event in events if event["event"] == "hole"],
    )


def said(result: Json) -> str:
    """The message of a result, with its hint."""
    more = MORE if result["status"] == "limit" and result.get("limit") == "seconds" else ""
    return sentences(result.get("message", ""), result.get("hint", ""), more)


def tactics(events: list[Json]) -> int:
    """How many were run."""
    return max((event["tactics"] for event in events if event["event"] == "progress"), default=0)


def _edit(edit: Json) -> Edit:
    return Edit(
        start_line=edit["start"]["line"],
        start_column=edit["start"]["column"],
        end_line=edit["end"]["line"],
        end_column=edit["end"]["column"],
        text=edit["text"],
    )


File = Annotated[
    str | None, Field(description="Path of a .lean file under the folder the server runs in.")
]
Text = Annotated[str | None, Field(description="A Lean file's whole text, instead of `file`.")]
Line = Annotated[int | None, Field(description="Line of the `sorry`, from 1.", ge=1)]
Column = Annotated[int | None, Field(description="Its column in characters, from 0.", ge=0)]
Statement = Annotated[
    str | None, Field(description="A theorem, as `theorem t (n : Nat) : n + 0 = n := by sorry`.")
]
Header = Annotated[str, Field(description="What stands before it: imports, opens, definitions.")]
Goal = Annotated[str | None, Field(description="A goal as Lean prints it, with its `⊢`.")]


@dataclass(frozen=True)
class Subject:
    """What a tool was given."""

    file: str | None = None
    text: str | None = None
    line: int | None = None
    column: int | None = None
    statement: str | None = None
    header: str = ""
    goal: str | None = None

    def request(self, root: Path) -> Json:
        """What is asked of the service. Files are read here, under `root`.

        Raises `InputError` when it is not one thing, or a file can't be read.
        """
        ways = ("file", "text", "statement", "goal")
        given = [name for name in ways if getattr(self, name)]
        if len(given) != 1:
            raise InputError(
                f"{' and '.join(map(quoted, given)) or 'nothing'} was given, and one of "
                f"{', '.join(map(quoted, ways))} is wanted",
                "For a `sorry` in a file give `file`, `line` and `column`.",
            )
        if self.goal:
            return {"goal": self.goal, "header": self.header}
        if self.statement:
            return {"theorem": {"statement": self.statement, "header": self.header}}
        text = file_access.read(root, self.file).text.decode() if self.file else self.text
        place = {
            name: at
            for name, at in asdict(self).items()
            if name in ("line", "column") and at is not None
        }
        named = {"path": self.file} if self.file else {}
        return {"file": {"text": text, **named, **place}}


def quoted(name: str) -> str:
    """The name of an argument, as messages have it."""
    return f"`{name}`"
