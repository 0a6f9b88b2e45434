"""`prover prove`: finds proofs for the holes of a file."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from prover.cli.console import Exit, run, status
from prover.cli.options import (
    DEFAULT,
    LeanOption,
    ProjectOption,
    SandboxOption,
    at_line,
    chosen_model_options,
    named_holes,
    open_backend,
    split_place,
)
from prover.lean.backends import LeanSpec
from prover.lean_file import Hole, LeanFile
from prover.policy.factory import open_policy
from prover.policy.model_options import ModelOptions
from prover.policy.policy import Policy
from prover.policy.spec import parse
from prover.search.budget import Limit
from prover.search.configuration import CONFIGURATIONS, Configuration, named
from prover.visualization.export import check_suffix

if TYPE_CHECKING:
    from prover.file_check import FileReport, Gap

EXAMPLES = (
    "Examples: `prover prove Demo.lean` · `prover prove Demo.lean:12 --seconds 300` · "
    "`prover prove Demo.lean --theorem add_comm' --write` · "
    "`prover prove MyProject/Basic.lean --lean native` · "
    "`prover prove MyProject/Basic.lean --lean leandojo` · "
    "`prover prove Demo.lean --policy mix:endpoint:http://localhost:8000*3+builtin`"
)
AT_ONCE = 2
"""Leans that are started at once where there may be something to prove: one reads the file and
searches, and the other is the verifier's."""
PATIENCE = 1.0
"""Seconds that a search has lasted before other Leans are started, about what it takes to start
one."""


def prove(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE[:LINE]",
            help="A Lean file; with a line, only what is unproved on or around it.",
            show_default=False,
        ),
    ],
    theorem: Annotated[
        list[str] | None,
        typer.Option(help="Only this theorem. May be repeated.", show_default=False),
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Put the proofs into the file.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Try nothing behind the first error of the file.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Events, one JSON object a line.")] = False,
    graph: Annotated[
        Path | None,
        typer.Option(
            help="Write what was searched to this file: .svg, .png, .dot, .graphml or .json.",
            show_default=False,
        ),
    ] = None,
    seconds: Annotated[float, typer.Option(help="Search time for each `sorry`.")] = Limit.seconds,
    workers: Annotated[
        int,
        typer.Option(min=1, help="Lean processes to search with; each needs about 2 GB of memory."),
    ] = min(2, os.cpu_count() or 1),
    search: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help=f"How to search, the default or as a published loop: {', '.join(CONFIGURATIONS)}.",
        ),
    ] = "default",
    policy: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="What proposes tactics: `builtin`, `llemma`, `llemma-34b`, `hf:NAME_OR_FOLDER` "
            "for any model of the Hugging Face Hub, `endpoint:URL#MODEL` for a server such as vLLM "
            "or Ollama (its key in `PROVER_API_KEY`), or several, as `mix:llemma*3+builtin`.",
        ),
    ] = "builtin",
    model_option: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="How language models are asked, as `samples=16` or `temperature=0.7`. May be "
            "repeated.",
            show_default=False,
        ),
    ] = None,
    template: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="How a language model is shown a state; its name decides by default.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of what is random.")] = 0,
    lean: LeanOption = DEFAULT,
    project: ProjectOption = None,
    sandbox: SandboxOption = False,
) -> None:
    """Find a proof for every `sorry` of a Lean file.

    Each `sorry` is tried, in the place of a term or of a tactic, and each proof is checked by a
    fresh Lean. Where the file has errors, what does not depend on them is tried. Without `--write`
    the file is left alone. Exit code 0 when all were proved.
    """
    path, line = split_place(file)
    if graph is not None:
        check_suffix(graph)
    limit = Limit(seconds=seconds)
    configuration = named(search)
    options = chosen_model_options(model_option or [], ModelOptions(template=template, seed=seed))
    opened = partial(open_policy, parse(policy), options)
    source = LeanFile.read(path)
    task = Task(
        source,
        line,
        theorem or [],
        write,
        limit,
        LeanSpec(
            lean,
            project,
            file=path,
            imports=source.imports,
            sandbox=sandbox,
            workers=workers,
            at_once=1 if source.first() is None else AT_ONCE,
            patience=PATIENCE,
        ),
        configuration,
        opened,
        graph,
        strict,
    )
    raise typer.Exit(run(lambda: started(task, json=json)))


@dataclass(frozen=True)
class Task:
    """What the user asked for."""

    file: LeanFile
    line: int | None
    names: Sequence[str]
    write: bool
    limit: Limit
    lean: LeanSpec
    configuration: Configuration
    policy: Callable[[], AbstractAsyncContextManager[Policy]]
    graph: Path | None = None
    strict: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether all of the file is meant."""
        return self.line is None and not self.names

    def holes(self, report: FileReport) -> list[Hole]:
        """The holes to try. Raises `InputError` when what was asked for isn't there."""
        holes = list(report.holes)
        if self.line is not None:
            holes = at_line(self.file, holes, self.line)
        if self.names:
            holes = named_holes(holes, report.names, self.names)
        return holes

    def gaps(self, report: FileReport, holes: Sequence[Hole]) -> list[Gap]:
        """The places among what was asked for where a proof is missing for good."""
        if self.is_whole:
            return list(report.gaps)
        names = {hole.name for hole in holes}
        return [gap for gap in report.gaps if gap.name in names]


async def started(task: Task, *, json: bool) -> Exit:
    """Does the task; its exit code."""
    # The policy first: a model that is missing is told before Lean is started.
    async with opened(task) as policy, open_backend(task.lean) as lean:
        # Its processes have begun once others had their turn; what follows is imported meanwhile.
        await asyncio.sleep(0)
        from prover.cli.prove_output import lines_for
        from prover.cli.prove_task import work

        return await work(task, policy, lean, lines_for(task.file, json=json))


@asynccontextmanager
async def opened(task: Task) -> AsyncIterator[Policy]:
    """The policy. Raises what `open_policy` does."""
    async with AsyncExitStack() as stack:
        with status("loading the policy"):
            policy = await stack.enter_async_context(task.policy())
        yield policy
