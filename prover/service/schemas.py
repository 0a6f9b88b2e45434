"""What clients send: parsed once, here. A field that is not known is an error."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from prover.search.budget import Limit

MOST_TEXT = 4 * 2**20
Name = Annotated[str, Field(min_length=1, max_length=1000)]
Text = Annotated[str, Field(min_length=1, max_length=MOST_TEXT)]
EventName = Literal[
    "opened",
    "expanded",
    "progress",
    "verified",
    "suggestion",
    "message",
    "declaration",
    "hole",
    "gap",
]
DEFAULT_SECONDS = 60.0
SUGGEST_SECONDS = 10.0
MOST_LINGER = 600.0


class Part(BaseModel):
    """Any part of a request."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class TheoremPart(Part):
    """A theorem by its statement."""

    header: Annotated[str, Field(max_length=MOST_TEXT)] = ""
    """What stands before it: imports, options, opened namespaces, definitions."""
    statement: Text
    """The statement; `:= by` and a `sorry` may follow it."""
    name: Name | None = None
    """What events call it; by default its name in the statement."""


class FilePart(Part):
    """A Lean file, by its text or by its path under the service's folder, and a position in it."""

    path: Name | None = None
    text: Text | None = None
    line: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    """Counted from 1."""
    column: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    """In code points (not UTF-16), counted from 0, as in Lean's messages."""

    @model_validator(mode="after")
    def _has_something(self) -> Self:
        if self.path is None and self.text is None:
            raise ValueError("give the file's `text`, or its `path`")
        if self.column is not None and self.line is None:
            raise ValueError("give `line` with `column`")
        return self


class LimitPart(Part):
    """What a request may use; the service's own limits cap it."""

    seconds: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] | None = None
    expansions: Annotated[int, Field(ge=1, le=10**9)] | None = None
    tactics: Annotated[int, Field(ge=1, le=10**9)] | None = None
    candidates: Annotated[int, Field(ge=1, le=10**6)] | None = None

    def within(self, most: Limit, seconds: float) -> Limit:
        """These limits, by default `most` with so many seconds, and never above `most`."""
        return replace(
            most,
            seconds=min(self.seconds or seconds, most.seconds),
            expansions=min(self.expansions or most.expansions, most.expansions),
            tactics=min(self.tactics or most.tactics, most.tactics),
            candidates=min(self.candidates or most.candidates, most.candidates),
        )


class Request(Part):
    """What all requests for work have."""

    theorem: TheoremPart | None = None
    file: FilePart | None = None
    limit: LimitPart = LimitPart()
    omit: Annotated[list[EventName], Field(max_length=20)] = []
    """Events that are not to be sent."""


class GoalRequest(Request):
    """Something is wanted for one goal."""

    goal: Text | None = None
    """The goal as Lean prints it."""
    header: Annotated[str, Field(max_length=MOST_TEXT)] = ""
    """What stands before a `goal`: imports, options, opened namespaces, definitions."""
    avoid: Annotated[list[Name], Field(max_length=1000)] = []
    """Theorems that no tactic may name."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    """Of what is random; with another one the policy proposes something else."""

    @model_validator(mode="after")
    def _has_one_subject(self) -> Self:
        if [self.theorem, self.file, self.goal].count(None) != 2:
            raise ValueError("give one of `theorem`, `file` and `goal`")
        return self


class ProveRequest(GoalRequest):
    """A proof is wanted."""

    linger: Annotated[float, Field(ge=0, le=MOST_LINGER, allow_inf_nan=False)] = 0.0
    """How many seconds the search goes on when nobody asks after it; with 0 it ends when the client
    that asked for it goes away."""
    graph: bool = False
    """Whether the graph of the search is to be kept, for `/v1/runs/{run}/graph`."""


class SuggestRequest(GoalRequest):
    """The next tactic is wanted."""

    prefix: Annotated[str, Field(max_length=1000)] = ""
    """What each suggestion must start with."""
    top: Annotated[int, Field(ge=1, le=100)] = 8
    """How many suggestions are wanted at most, of those that differ."""


class CheckRequest(Request):
    """A check is wanted: of a file, or of a script that is to prove a theorem."""

    script: Text | None = None
    """The proof of `theorem`."""

    @model_validator(mode="after")
    def _has_one_subject(self) -> Self:
        if (self.theorem is None) == (self.file is None):
            raise ValueError("give either `theorem` or `file`")
        if (self.theorem is None) != (self.script is None):
            raise ValueError("give a `script` with `theorem`, and none with `file`")
        return self


class GoalsRequest(Part):
    """What Lean says of a file is wanted, and the goals of the hole at a position."""

    file: FilePart
    limit: LimitPart = LimitPart()
    omit: Annotated[list[EventName], Field(max_length=20)] = []
    """Events that are not to be sent."""


class GenerateRequest(BaseModel):
    """LeanCopilot's request to an external generator."""

    model_config = ConfigDict(frozen=True, strict=True)

    name: str = ""
    input: Text
    """The goal, as Lean prints it."""
    prefix: str | None = None


class Generation(BaseModel):
    """A tactic, and how likely it is, from 0 to 1."""

    output: str
    score: float


class GenerateResponse(BaseModel):
    """LeanCopilot's response of an external generator."""

    outputs: list[Generation]


Json = dict[str, Any]
