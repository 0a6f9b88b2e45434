"""`prover doctor`: what works here, and what to do about what doesn't."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated

import psutil
import typer

from prover.cli import options
from prover.cli.console import Exit, results, run, write_json
from prover.cli.gpu import find_gpus, usable
from prover.errors import ProverError
from prover.lean.embedded.embedded_lean import EmbeddedLean
from prover.lean.kernel_bugs import kernel_bugs
from prover.lean.leandojo.dojo_lean import standing
from prover.lean.native.lake_project import Project
from prover.lean.native.native_lean import NativeLean
from prover.lean.pool import LeanPool
from prover.lean.process import Command
from prover.policy.model_options import SHORT_NAMES
from prover.theorem import Theorem
from prover.verifier import Verifier

ALONE = ("model.safetensors", "pytorch_model.bin")
"""Weights in one file."""
INDICES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")
"""Weights in several files, and where each is."""


def cache() -> Path:
    """The folder of fetched models, which `HF_HUB_CACHE` and `HF_HOME` can change."""
    from huggingface_hub.constants import HF_HUB_CACHE

    return Path(HF_HUB_CACHE)


def fetched_models(model: str, folder: Path) -> str:
    """What there is of a model of the hub in the cache: `whole`, `in part` or `missing`."""
    snapshots = folder / f"models--{model.replace('/', '--')}" / "snapshots"
    try:
        versions = list(snapshots.iterdir())
    except OSError:
        return "missing"
    if any(_whole(version) for version in versions):
        return "whole"
    return "in part" if versions else "missing"


def _whole(version: Path) -> bool:
    if not (version / "config.json").is_file():
        return False
    if any((version / name).is_file() for name in ALONE):
        return True
    return any(_all_there(version / name) for name in INDICES)


def _all_there(index: Path) -> bool:
    """Whether all files of an index are beside it."""
    try:
        files = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    except (OSError, ValueError, LookupError, AttributeError, TypeError):
        return False
    return bool(files) and all((index.parent / str(name)).is_file() for name in files)


MEMORY = 2.5 * 2**30
"""Bytes that one Lean process needs."""
SETUP = "Run `prover setup`."
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


Check = Callable[[], Awaitable[Finding]]


def doctor(
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    project: options.ProjectOption = None,
) -> None:
    """Check what the prover needs, one line each, with a fix for each that fails.

    In a Lake project, or with `--project`, the project's own Lean is tried too. Exit code 0 when
    all is well, 3 otherwise.
    """
    raise typer.Exit(run(lambda: examine(json, project)))


async def examine(json: bool, project: str | None = None) -> Exit:
    """Runs every check and tells what each found."""
    well = True
    ours = (native_lean, kernel, leandojo)
    checks: list[Check] = [*CHECKS, *(partial(check, project) for check in ours)]
    for check in checks:
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
    found = await find_gpus()
    if not found:
        return Finding("GPU", True, "none: the built-in policy needs none")
    unusable = await usable()
    detail = "; ".join(map(str, found))
    return Finding("GPU", True, f"{detail}; but {unusable}" if unusable else detail)


async def models() -> Finding:
    """Which short names of models have their weights here; none is fine."""
    folder = cache()
    known = {name: fetched_models(model, folder) for name, model in SHORT_NAMES.items()}
    detail = ", ".join(f"`{name}` {standing}" for name, standing in known.items())
    wanted = [SHORT_NAMES[name] for name, standing in known.items() if standing != "whole"]
    hint = f"; fetch with `hf download {wanted[0]}`" if wanted else ""
    return Finding("models", True, f"{detail} in {folder}{hint}")


async def llemma_memory() -> Finding:
    """Whether Llemma 7B fits into the memory of a GPU, or else into that of the machine."""
    free = max((gpu.free for gpu in await find_gpus()), default=0)
    needed = f"Llemma 7B needs {LLEMMA_7B / 2**30:.1f} GiB in bf16"
    if free:
        verdict = "fits" if free >= LLEMMA_7B else "does not fit now; fewer `bits` need less"
        return Finding(
            "memory for Llemma", True, f"{needed}; {free / 2**30:.1f} GiB free: {verdict}"
        )
    detail = f"{needed}, twice that without a GPU, where it is slow"
    return Finding("memory for Llemma", True, detail)


async def embedded_lean() -> Finding:
    """Whether the embedded Lean is installed and whole."""
    try:
        EmbeddedLean.find()
    except ProverError as error:
        return Finding("embedded Lean", False, error.message, error.hint)
    return Finding("embedded Lean", True, "installed")


async def proof() -> Finding:
    """Whether the embedded Lean proves."""
    try:
        command = EmbeddedLean.find().worker_command()
    except ProverError as error:
        return Finding("proof", False, error.message, error.hint or SETUP)
    return await trial("proof", command, SETUP)


async def native_lean(folder: str | None) -> Finding:
    """Whether the Lean of the Lake project there, or here, proves; none is fine."""
    try:
        project = project_at(folder)
        if project is None:
            return Finding("native Lean", True, "none: there is no Lake project here")
        lean = NativeLean.find(project)
        command = lean.worker_command()
    except ProverError as error:
        return Finding("native Lean", False, error.message, error.hint)
    found = await trial("native Lean", command, f"Run `cd {project.root} && lake build`.")
    return replace(found, detail=f"{project.root}: {lean.support}; {found.detail}")


async def kernel(folder: str | None) -> Finding:
    """Whether the kernel of the Lake project there, or here, has known holes; that is fine too."""
    try:
        project = project_at(folder)
        if project is None:
            return Finding("kernel", True, "not asked: there is no Lake project here")
        return Finding("kernel", True, kernel_bugs(NativeLean.find(project).toolchain.version))
    except ProverError as error:
        return Finding("kernel", True, f"not known: {error.message}")


async def leandojo(folder: str | None) -> Finding:
    """Which way LeanDojo would go in the Lake project there, or here, and why; none is fine."""
    try:
        project = project_at(folder)
    except ProverError as error:
        return Finding("LeanDojo", False, error.message, error.hint)
    if project is None:
        return Finding("LeanDojo", True, "not used: there is no Lake project here")
    return Finding("LeanDojo", True, standing(project.root))


def project_at(folder: str | None) -> Project | None:
    """The Lake project there, or around the current folder. Raises `InputError`."""
    return Project.at(Path(folder)) if folder else Project.around(Path.cwd())


async def trial(check: str, command: Command, fix: str) -> Finding:
    """Whether Lean accepts a right proof and refuses a wrong one, in a fresh process each."""
    began = time.perf_counter()
    theorem = Theorem.from_statement("two", "theorem two : 1 + 1 = 2 := by")
    wrong = Theorem.from_statement("three", "theorem three : 1 + 1 = 3 := by")
    try:
        async with LeanPool(command, spare=False) as pool:
            right = await Verifier(pool)(theorem, "rfl")
            refused = await Verifier(pool)(wrong, "rfl")
    except ProverError as error:
        return Finding(check, False, error.message, error.hint or fix)
    if not right.accepted:
        return Finding(check, False, f"Lean refuses `1 + 1 = 2`: {right.reason}", fix)
    if refused.accepted:
        return Finding(check, False, "Lean accepts `1 + 1 = 3`", fix)
    seconds = time.perf_counter() - began
    return Finding(check, True, f"Lean checks a right and a wrong one in {seconds:.1f} s")


CHECKS: tuple[Check, ...] = (
    python,
    memory,
    gpu,
    models,
    llemma_memory,
    embedded_lean,
    proof,
)
