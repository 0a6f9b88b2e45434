"""Where things are written: results to standard output, messages to standard error."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from enum import IntEnum
from typing import Any, TypeVar

import typer
from rich.console import Console, RenderableType
from rich.live import Live

from prover.errors import ProverError
from prover.lean.interface import STANDARD
from prover.progress import every


def axioms_text(axioms: Sequence[str], trusted: int) -> str:
    """What something rests on, as a phrase: what `#print axioms` lists, where that can be known.

    It can't where proofs of the library are `trusted`, as they are not there to look into.
    """
    if trusted:
        return " and ".join(["no axiom beyond the library's", *filter(None, [", ".join(axioms)])])
    standard = [axiom for axiom in axioms if axiom in STANDARD]
    others = [axiom for axiom in axioms if axiom not in STANDARD]
    return (
        " and ".join(
            f"the {kind}axiom{'s' * (len(some) > 1)} {', '.join(some)}"
            for kind, some in (("standard ", standard), ("", others))
            if some
        )
        or "no axioms"
    )


T = TypeVar("T")

WIDE = 160
"""Columns to write where there is no terminal."""
REFRESHES = 4
"""How often a second what moves is drawn anew."""
QUIET_SECONDS = 15.0
"""Where there is no terminal: how often it is told what is being done."""


class Exit(IntEnum):
    """What the exit codes mean."""

    PROVED = 0
    NOT_PROVED = 1
    USAGE = 2
    ENVIRONMENT = 3
    INTERRUPTED = 130


def results() -> Console:
    """Standard output, for people."""
    width = None if sys.stdout.isatty() else WIDE
    return Console(file=sys.stdout, width=width, highlight=False, markup=False, soft_wrap=True)


def messages() -> Console:
    """Standard error."""
    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def drawn(render: Callable[[], RenderableType]) -> Live:
    """What `render` gives, drawn anew on standard error until the block ends, then taken away."""
    return Live(
        get_renderable=render,
        console=messages(),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        refresh_per_second=REFRESHES,
    )


def telling(doing: Callable[[], str]) -> AbstractContextManager[None]:
    """Says on standard error what is being done, every `QUIET_SECONDS` until the block ends."""
    began = time.monotonic()

    def tell() -> None:
        messages().print(f"{doing()}, {time.monotonic() - began:.0f} s so far")

    return every(QUIET_SECONDS, tell)


@contextmanager
def status(step: str) -> Iterator[Callable[[str], None]]:
    """Shows on standard error what is being done until the block ends, without a terminal now and
    then; to be called with what is done next."""
    console = messages()
    if console.is_terminal:
        with console.status(step) as moving:
            yield moving.update
        return

    def update(following: str) -> None:
        nonlocal step
        step = following

    with telling(lambda: step):
        yield update


def write_json(item: Mapping[str, Any]) -> None:
    """One object on one line of standard output, at once."""
    sys.stdout.write(json.dumps(item, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def complain(error: ProverError) -> None:
    """Says what went wrong and what to do about it."""
    console = messages()
    console.print(f"error: {error.message}", style="red" if console.is_terminal else None)
    if error.hint:
        console.print(f"  {error.hint}")


def run(work: Callable[[], Coroutine[Any, Any, T]], *, once: bool = False) -> T:
    """What `work` returns. Interrupted or told to end, it is cancelled, and may tidy up and return.

    With `once` it is left alone when it is told so again, and the rest of the process is no longer
    interrupted: for work that soon ends by itself.

    Raises `typer.Exit` with the code for that when it does not return anything.
    """

    async def cancellable() -> T:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None

        def cancel() -> None:
            if not (once and task.cancelling()):
                task.cancel()

        for number in (signal.SIGTERM, signal.SIGHUP, *([signal.SIGINT] if once else [])):
            loop.add_signal_handler(number, cancel)
        try:
            return await work()
        except (asyncio.CancelledError, KeyboardInterrupt):
            messages().print("interrupted")
            raise typer.Exit(Exit.INTERRUPTED) from None
        finally:
            if once:
                loop.remove_signal_handler(signal.SIGINT)
                signal.signal(signal.SIGINT, signal.SIG_IGN)

    return asyncio.run(cancellable())
