"""A native Lean: the toolchain of a user's Lake project, with our worker compiled for it.

It may run in a sandbox, by bubblewrap: no network, and nothing that can be written. Code in a Lean
file runs when Lean reads it, with all rights of whoever started Lean. In the sandbox it sees the
machine read-only, and of the home folder only what the project needs. The embedded Lean needs none
of this: it is locked in by Node.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from prover.cache import building, damaged_files, default_cache, locked
from prover.errors import SetupError
from prover.lean import lean_sources
from prover.lean.lean_sources import WORKER
from prover.lean.native import lake_project
from prover.lean.native.lake_project import Dependency, Project, first_error
from prover.lean.native.toolchain import NEWEST, OLDEST, Toolchain, find
from prover.lean.process import Command
from prover.progress import ReportProgress, no_progress

MEMORY = 8 * 2**30
"""Bytes that a worker may hold of its own: Mathlib's files are shared and not counted."""
OPEN_SECONDS = 300.0
"""For a theorem's header: Mathlib read from a cold disk takes minutes."""
BUILD_SECONDS = 1800.0
PASSED_ON = (
    *("LEAN_PATH", "LEAN_SRC_PATH", "LEAN_SYSROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
    # Lean looks there for the SAT solver of `bv_decide`, which lies beside its own program.
    "PATH",
)
"""What the worker gets of Lake's environment."""
OURS = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LEAN_NUM_THREADS")
"""What it gets of ours: no keys, which a tactic could read."""
LIBRARY = Path(".lake", "build", "lib", "lean")
PROGRAM = Path(".lake", "build", "bin", "worker")
LAKEFILE = """name = "prover"

[[lean_lib]]
name = "Prover"

[[lean_exe]]
name = "worker"
root = "Prover.Worker"
supportInterpreter = true
"""


@dataclass(frozen=True)
class NativeLean:
    """The Lean of a Lake project."""

    project: Project
    toolchain: Toolchain
    cache: Path

    @classmethod
    def find(cls, project: Project, *, cache: Path | None = None) -> NativeLean:
        """The project's. Raises `SetupError` when its toolchain is absent or broken."""
        toolchain = find(project.root)
        assert toolchain.banner, "a toolchain that runs says what it is"
        return cls(project, toolchain, (cache or default_cache()).resolve() / "native")

    @property
    def support(self) -> str:
        """Whether the worker is written for this version of Lean, in a sentence."""
        version, oldest, newest = self.toolchain.version, *(f"4.{n[1]}" for n in (OLDEST, NEWEST))
        if version.supported:
            return f"Lean {version} is supported ({oldest} to {newest} are)"
        return f"Lean {version} is not supported: the worker is written for {oldest} to {newest}"

    def worker(self, report: ReportProgress = no_progress) -> Path:
        """The folder with the compiled worker, which is built when the sources have changed.

        Raises `SetupError` when this Lean can't compile it.
        """
        modules = lean_sources.sources(WORKER)
        folder = self.cache / self._folder_name(modules)
        if any(damaged_files(folder)):
            with locked(self.cache, report):
                if any(damaged_files(folder)):
                    with building(folder) as site:
                        self._build(modules, site, report)
        return folder

    def options(self, file: Path | None) -> str:
        """The options for a file, as commands. Raises `SetupError` where Lake won't say."""
        return lake_project.commands(lake_project.of_file(self.project, self.toolchain, file))

    def worker_command(
        self, report: ReportProgress = no_progress, *, imports: Sequence[str] = ()
    ) -> Command:
        """Starts a worker for a file of the project that imports these modules.

        Raises `SetupError` when something is to be fetched or built first, `InputError`
        when a module is nowhere.
        """
        report("asking Lake for the project's modules", 0, None)
        variables = self.project.variables(self.toolchain)
        self.project.check_built(imports, variables)
        folder = self.worker(report)
        given = {name: variables[name] for name in PASSED_ON if name in variables}
        ours = {name: os.environ[name] for name in OURS if name in os.environ}
        command = Command(
            argv=(str(folder / PROGRAM),),
            environment={**ours, **given},
            cwd=self.project.root,
            traits=("native", *(_shown(each) for each in self.project.dependencies)),
            has_mathlib=self.project.has_mathlib,
            library=f"the Lake project {self.project.root}",
            import_hint=f"Run `cd {self.project.root} && lake build`: a module that it imports, or "
            "one that those import, is not built.",
        )
        return command if (folder / PROGRAM).is_file() else self._interpreted(command, folder)

    @property
    def folders(self) -> tuple[Path, ...]:
        """All that a worker reads, beside the system's own files."""
        packages = (dependency.folder for dependency in self.project.dependencies)
        return (self.toolchain.folder.resolve(), self.cache, self.project.root, *packages)

    def _interpreted(self, command: Command, folder: Path) -> Command:
        """Where no C compiler works: Lean runs the worker's own code, which is a small part."""
        path = os.pathsep.join([str(folder / LIBRARY), command.environment["LEAN_PATH"]])
        lean = str(self.toolchain.program("lean"))
        return replace(
            command,
            argv=(lean, "--run", str(folder / lean_sources.path(WORKER))),
            environment={**command.environment, "LEAN_PATH": path},
        )

    def _folder_name(self, modules: Mapping[str, str]) -> str:
        """Another one for each toolchain, also when a linked one has been rebuilt."""
        texts = (self.toolchain.name, self.toolchain.banner, LAKEFILE, *modules, *modules.values())
        digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
        return f"{re.sub(r'[^A-Za-z0-9.]+', '-', self.toolchain.name)}-{digest}"

    def _build(self, modules: Mapping[str, str], site: Path, report: ReportProgress) -> None:
        """Compiles the worker in the folder. Raises `SetupError`."""
        report(f"compiling the worker with Lean {self.toolchain.version}", 0, None)
        for module, text in modules.items():
            file = site / lean_sources.path(module)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        (site / "lakefile.toml").write_text(LAKEFILE)
        (site / "lean-toolchain").write_text(self.toolchain.name + "\n")
        if not self._failure("worker", site):
            return
        # Without a program to link, the compiled modules will do.
        if failure := self._failure(f"+{WORKER}", site):
            raise SetupError(
                f"the worker does not compile with {self.toolchain.name}: {failure}",
                f"{self.support}. Use another toolchain, or `--lean embedded`.",
            )

    def _failure(self, target: str, site: Path) -> str:
        """Has Lake build a target; its first error, if it fails."""
        ran = self.toolchain.run("lake", "build", target, cwd=site, seconds=BUILD_SECONDS)
        return first_error(ran.stdout, ran.stderr) if ran.returncode else ""


def _shown(dependency: Dependency) -> str:
    """As in `mathlib@0123456789`."""
    return "@".join(filter(None, (dependency.name, dependency.revision[:10])))


BUBBLEWRAP = "bwrap"


def sandboxed(command: Command, readable: Iterable[Path]) -> Command:
    """The command in a sandbox that shows it these folders, also where they lie in a hidden one.

    Raises `SetupError` where there is no bubblewrap.
    """
    program = shutil.which(BUBBLEWRAP)
    if program is None:
        raise SetupError(
            f"`--sandbox` needs bubblewrap, and there is no `{BUBBLEWRAP}` on the path",
            "Install it (Debian and Ubuntu: `apt install bubblewrap`), or leave `--sandbox` out.",
        )
    binds = [word for folder in readable for word in ("--ro-bind", str(folder), str(folder))]
    arguments = (
        *("--unshare-all", "--die-with-parent"),
        *("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"),
        *("--tmpfs", "/tmp", "--tmpfs", str(Path.home())),
        *binds,
        *("--chdir", str(command.cwd)),
    )
    return replace(command, argv=(program, *arguments, "--", *command.argv))
