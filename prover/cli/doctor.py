"""`prover doctor`: what works here, and what to do about what doesn't."""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import psutil
import typer

from prover.cli import gpus, native, weights
from prover.cli.console import Exit, results, run, write_json
from prover.errors import ProverError
from prover.lean.embedded import EmbeddedLean
from prover.lean.pool import LeanPool
from prover.policy.local.choice import SHORT_NAMES
from prover.theorem import Theorem
from prover.verify.gate import Gate

MEMORY = 2.5 * 2**30
"""Bytes that one Lean process needs."""
LLEMMA_7B = 13.5e9
"""Bytes of its weights in bf16: 6.7 billion parameters of two bytes each."""


@dataclass(frozen=True)
class Finding:
    """What came of one check."""

    check: str
    ok: bool
    detail: str
    fix: str = ""
    """What to do when it isn't ok."""


def doctor(
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Check what the prover needs, one line each, with a fix for each that fails.

    Exit code 0 when all is well, 3 otherwise.
    """
    raise typer.Exit(run(lambda: examine(json)))


async def examine(json: bool) -> Exit:
    """Runs every check and tells what each found."""
    well = True
    for check in CHECKS:
        finding = await check()
        well = well and finding.ok
        if json:
            write_json({"event": "check", **asdict(finding)})
            continue
        results().print(f"{'ok' if finding.ok else 'FAILED':6} {finding.check}: {finding.detail}")
        if not finding.ok:
            results().print(f"       fix: {finding.fix}")
    return Exit.PROVED if well else Exit.ENVIRONMENT


async def python() -> Finding:
    """The interpreter."""
    return Finding("Python", True, f"{sys.version.split()[0]} at {sys.executable}")


async def memory() -> Finding:
    """Whether a Lean process fits."""
    free = psutil.virtual_memory().available
    detail = f"{free / 2**30:.1f} GiB free"
    fix = "Close other programs, or use fewer `--workers`; each Lean needs 2.5 GiB."
    return Finding("memory", free >= MEMORY, detail, fix)


async def gpu() -> Finding:
    """The GPUs; none is fine."""
    found = await gpus.found()
    if not found:
        return Finding("GPU", True, "none: the built-in policy needs none")
    unusable = await gpus.usable()
    detail = "; ".join(map(str, found))
    return Finding("GPU", True, f"{detail}; but {unusable}" if unusable else detail)


async def models() -> Finding:
    """Which short names of models have their weights here; none is fine."""
    folder = weights.cache()
    known = {name: weights.standing(model, folder) for name, model in SHORT_NAMES.items()}
    detail = ", ".join(f"`{name}` {standing}" for name, standing in known.items())
    wanted = [SHORT_NAMES[name] for name, standing in known.items() if standing != "whole"]
    hint = f"; fetch with `hf download {wanted[0]}`" if wanted else ""
    return Finding("models", True, f"{detail} in {folder}{hint}")


async def llemma_memory() -> Finding:
    """Whether Llemma 7B fits into the memory of a GPU, or else into that of the machine."""
    free = max((gpu.free for gpu in await gpus.found()), default=0)
    needed = f"Llemma 7B needs {LLEMMA_7B / 2**30:.1f} GiB in bf16"
    if free:
        verdict = "fits" if free >= LLEMMA_7B else "does not fit now; fewer `bits` need less"
        return Finding(
            "memory for Llemma", True, f"{needed}; {free / 2**30:.1f} GiB free: {verdict}"
        )
    detail = f"{needed}, twice that without a GPU, where it is slow"
    return Finding("memory for Llemma", True, detail)


async def native_lean() -> Finding:
    """What there is of a native Lean; none is fine."""
    detail = f"{native.found(Path.cwd())}; the embedded Lean is what is used for now"
    return Finding("native Lean", True, detail)


async def embedded_lean() -> Finding:
    """Whether the embedded Lean is installed and whole."""
    try:
        EmbeddedLean.find()
    except ProverError as error:
        return Finding("embedded Lean", False, error.message, error.hint)
    return Finding("embedded Lean", True, "installed")


async def proof() -> Finding:
    """Whether Lean accepts a right proof and refuses a wrong one, in a fresh process each."""
    began = time.perf_counter()
    theorem = Theorem.from_statement("two", "theorem two : 1 + 1 = 2 := by")
    wrong = Theorem.from_statement("three", "theorem three : 1 + 1 = 3 := by")
    fix = "Run `prover setup`."
    try:
        async with LeanPool(EmbeddedLean.find().worker_command(), spare=False) as pool:
            right = await Gate(pool)(theorem, "rfl")
            refused = await Gate(pool)(wrong, "rfl")
    except ProverError as error:
        return Finding("proof", False, error.message, error.hint or fix)
    if not right.accepted:
        return Finding("proof", False, f"Lean refuses `1 + 1 = 2`: {right.reason}", fix)
    if refused.accepted:
        return Finding("proof", False, "Lean accepts `1 + 1 = 3`", fix)
    seconds = time.perf_counter() - began
    return Finding("proof", True, f"Lean checks a right and a wrong one in {seconds:.1f} s")


CHECKS: tuple[Callable[[], Awaitable[Finding]], ...] = (
    python,
    memory,
    gpu,
    models,
    llemma_memory,
    native_lean,
    embedded_lean,
    proof,
)
