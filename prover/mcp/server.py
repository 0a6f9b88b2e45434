"""The tools, as agents see them: names, descriptions and errors are for a language model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, TypeVar

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import BaseModel, Field, ValidationError

from prover.errors import InputError, ProverError
from prover.mcp import tool_schemas
from prover.mcp.background_runs import BackgroundRun, BackgroundRuns
from prover.mcp.tool_schemas import (
    Check,
    Column,
    File,
    Goal,
    Header,
    Line,
    Proof,
    Statement,
    Subject,
    Suggestions,
    Text,
)
from prover.service.client import progress_text
from prover.service.schemas import CheckRequest, Json, ProveRequest, SuggestRequest

WAIT_SECONDS = 45.0
"""After so long a call answers: clients give up after a minute."""
MOST_SECONDS = 300.0
INSTRUCTIONS = """Finds and checks Lean 4 proofs. Use prove_goal on a `sorry` before writing a \
proof by hand; suggest_tactics where it finds none; check_proof to be sure that a file or a proof \
is accepted without `sorry` and without unusual axioms. Say what you mean in one of these ways: \
`file` (or `text`) with `line` and `column`; `statement` with `header`; a printed `goal` with \
`header`. Lines count from 1, columns from 0 in characters."""
READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
Seconds = Annotated[float, Field(description="How long to search.", gt=0, le=MOST_SECONDS)]
Tools = MCPServer[Any]
Asked = TypeVar("Asked", bound=BaseModel)


class ProverTools:
    """The tools, with the searches behind them."""

    def __init__(
        self, searches: BackgroundRuns, root: Path, wait_seconds: float = WAIT_SECONDS
    ) -> None:
        """`root` is the folder under which files may be named."""
        self._searches = searches
        self._root = root
        self._wait_seconds = wait_seconds

    def server(self) -> Tools:
        """A server with the tools."""
        server: Tools = MCPServer(
            "prover", instructions=INSTRUCTIONS, version=version("prover"), log_level="WARNING"
        )
        for tool in (self.prove_goal, self.suggest_tactics, self.check_proof):
            server.tool(annotations=READS)(tool)
        return server

    async def prove_goal(
        self,
        context: Context,
        file: File = None,
        text: Text = None,
        line: Line = None,
        column: Column = None,
        statement: Statement = None,
        header: Header = "",
        goal: Goal = None,
        seconds: Seconds = 60.0,
        run: Annotated[
            str | None, Field(description="Of an earlier answer `still_searching`; give it alone.")
        ] = None,
    ) -> Proof:
        """Search for a proof of a `sorry`, a theorem or a goal, and have a fresh Lean check it.

        A `script` in the answer is a complete tactic proof that was accepted; put it in place of
        the `sorry`, as `edit` says. Answers within a minute: with status `still_searching` the
        search goes on, and a call with its `run` waits for the rest.
        Example: {"file": "Demo.lean", "line": 12, "column": 2}
        """
        with _as_tool_error():
            if run is None:
                subject = Subject(file, text, line, column, statement, header, goal)
                asked = self._asked(ProveRequest, subject, seconds, omit=["expanded", "opened"])
                search = self._searches.start(lambda client: client.prove(asked))
            else:
                search = self._searches.get(run)
            result = await self._result(search, context)
        if result is None:
            return tool_schemas.still(search.name, search.events)
        return tool_schemas.proof(result, search.events)

    async def suggest_tactics(
        self,
        context: Context,
        file: File = None,
        text: Text = None,
        line: Line = None,
        column: Column = None,
        statement: Statement = None,
        header: Header = "",
        goal: Goal = None,
        prefix: Annotated[str, Field(description="What each tactic must begin with.")] = "",
        top: Annotated[int, Field(description="How many are wanted.", ge=1, le=100)] = 8,
        seconds: Annotated[
            float, Field(description="How long to search.", gt=0, le=WAIT_SECONDS)
        ] = 30.0,
    ) -> Suggestions:
        """Suggest next tactics for a `sorry` or a goal; each was run by Lean without an error.

        Those that close the goal come first. Use it to make progress by hand when prove_goal finds
        nothing. Example: {"goal": "n : Nat\\n⊢ n + 0 = n", "prefix": "induction"}
        """
        with _as_tool_error():
            subject = Subject(file, text, line, column, statement, header, goal)
            asked = self._asked(SuggestRequest, subject, seconds, prefix=prefix, top=top)
            search = self._searches.start(lambda client: client.suggest(asked))
            result = await self._ended(search, context)
        return tool_schemas.suggestions(result)

    async def check_proof(
        self,
        context: Context,
        file: File = None,
        text: Text = None,
        statement: Statement = None,
        header: Header = "",
        script: Annotated[
            str | None, Field(description="The tactics that are to prove `statement`.")
        ] = None,
    ) -> Check:
        """Check a whole Lean file, or a tactic script for a theorem, in a fresh Lean.

        `accepted` means: no error, no `sorry`, no axiom beyond Lean's standard ones.
        Example: {"statement": "theorem t (n : Nat) : n + 0 = n := by", "script": "simp"}
        """
        with _as_tool_error():
            more: Json = {} if script is None else {"script": script}
            subject = Subject(file, text, statement=statement, header=header)
            asked = self._asked(CheckRequest, subject, None, **more)
            search = self._searches.start(lambda client: client.check(asked))
            result = await self._ended(search, context)
        return tool_schemas.check(result, search.events)

    def _asked(
        self, kind: type[Asked], subject: Subject, seconds: float | None, **more: Any
    ) -> Asked:
        """The request to the service. Raises `InputError`."""
        limit = {} if seconds is None else {"limit": {"seconds": seconds}}
        try:
            return kind.model_validate({**subject.request(self._root), **limit, **more})
        except ValidationError as error:
            reasons = [str(one["msg"]).removeprefix("Value error, ") for one in error.errors()]
            raise InputError("; ".join(reasons)) from error

    async def _result(self, search: BackgroundRun, context: Context) -> Json | None:
        """The last event of a search, unless it takes too long to wait for."""
        count = 0

        async def tell(event: Json) -> None:
            nonlocal count
            if message := progress_text(event):
                count += 1
                await context.report_progress(count, message=message)

        return await search.result(self._wait_seconds, tell)

    async def _ended(self, search: BackgroundRun, context: Context) -> Json:
        """The last event of a search; one that takes too long is ended, with what it has found."""
        result = await self._result(search, context)
        if result is not None:
            return result
        search.cancel()
        return {
            "status": "limit",
            "message": f"it was ended after {self._wait_seconds:g} seconds",
            "hint": "The machine is busy or the file takes long: try again, or with less of it.",
            "suggestions": [event for event in search.events if event["event"] == "suggestion"],
        }


@contextmanager
def _as_tool_error() -> Iterator[None]:
    """Failures that were foreseen are told to the agent, with what to do next."""
    try:
        yield
    except ProverError as error:
        raise ToolError(error.sentences) from error
