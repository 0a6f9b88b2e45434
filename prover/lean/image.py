"""Compiles the worker's Lean sources into one image, which starts without elaborating anything.

The package has no compiled code for the interpreter to import, so each module of the worker is
compiled by the embedded Lean, and `host/Image.lean` gathers their code in a single file.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from graphlib import TopologicalSorter
from pathlib import Path

from prover.beside import beside
from prover.errors import EnvironmentProblem, ProverError
from prover.lean.command import Command
from prover.lean.install import Report, run_command

TOP = "Prover.Worker"
GATHER = Path(__file__).with_name("host") / "Image.lean"
REHEARSAL = Path(__file__).with_name("rehearsal.py")
CODE = "code"
"""The file with machine code that Node has made; there is none where Node can't give it away."""
START = "module\nprelude\nimport Image\n"
IMPORT = re.compile(r"^(?:public )?import (Prover\.[\w.]+)", re.MULTILINE)
AT_ONCE = 2
"""Lean processes side by side; each takes over a gigabyte."""

Lean = Callable[..., Command]
"""Gives the command that runs Lean with these arguments in the folder `work`."""


def sources() -> dict[str, str]:
    """The text of each module of the worker, by name. Raises `EnvironmentProblem`."""
    project = beside("lean_project")
    if not (project / path(TOP)).is_file():
        raise EnvironmentProblem("the worker's Lean sources are missing", "Reinstall the prover.")
    return _reachable(project)


def _reachable(project: Path) -> dict[str, str]:
    """The modules that the top one imports, and itself."""
    found: dict[str, str] = {}
    waiting = [TOP]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found[module] = (project / path(module)).read_text()
            waiting += IMPORT.findall(found[module])
    return dict(sorted(found.items()))


def path(module: str, suffix: str = ".lean") -> Path:
    """Where a module's file lies below a root."""
    return Path(*module.split(".")).with_suffix(suffix)


def fingerprint(modules: Mapping[str, str]) -> str:
    """Differs when the sources do, the way of gathering them, or what the worker rehearses."""
    ways = (Path(__file__).read_text(), GATHER.read_text(), REHEARSAL.read_text(), START)
    texts = (*ways, *modules, *modules.values())
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def build(lean: Lean, modules: Mapping[str, str], site: Path, report: Report) -> None:
    """Makes `Image.olean` and `Start.lean` in the folder. Raises `ProverError`."""
    work = site.parent / "work"
    for module, text in modules.items():
        for root in (work, work / "src"):
            (root / path(module)).parent.mkdir(parents=True, exist_ok=True)
        (work / "src" / path(module)).write_text(text)
    shutil.copy(GATHER, work / "src" / GATHER.name)
    compile_all(lean, modules, work, report)
    report("gathering the worker's code", 0, None)
    irs = [str(path(module, ".ir")) for module in modules]
    arguments = ("--run", "src/Image.lean", "Image.olean", TOP, *irs)
    run(lean(*arguments, work=work, writes=True, code=CODE), TOP)
    shutil.copy(work / "Image.olean", site)
    (site / "Start.lean").write_text(START)


def compile_all(lean: Lean, modules: Mapping[str, str], work: Path, report: Report) -> None:
    """Compiles each module once those that it imports are."""
    order = TopologicalSorter({name: IMPORT.findall(text) for name, text in modules.items()})
    order.prepare()
    done, total = 0, sum(map(len, modules.values()))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running: dict[Future[None], str] = {}
        while order.is_active():
            for module in order.get_ready():
                running[pool.submit(compile_one, lean, module, work)] = module
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                module = running.pop(future)
                future.result()
                order.done(module)
                done += len(modules[module])
                report("compiling the worker", done, total)


def compile_one(lean: Lean, module: str, work: Path) -> None:
    """Compiles one module, with the machine code of one before. Raises `ProverError` with Lean's
    messages."""
    output, source, kept = path(module, ".olean"), Path("src") / path(module), f"{CODE}-{module}"
    arguments = ("--root=src", "-o", str(output), str(source))
    run(lean(*arguments, work=work, writes=True, code=CODE, keep=kept), module)
    if (work / kept).exists():
        # In one step, as others may be about to read it.
        (work / kept).replace(work / CODE)


def run(command: Command, what: str) -> None:
    """Runs Lean to its end. Raises `ProverError` unless it ends well."""
    ran = run_command(command)
    if ran.returncode:
        raise ProverError(
            f"Lean cannot compile {what}: {ran.stdout.strip() or ran.stderr.strip()[-2000:]}",
            "This is a fault of the prover itself, or of too little memory.",
        )
