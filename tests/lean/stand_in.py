"""A stand-in for a native Lean: programs that answer like `elan`, `lean` and `lake`.

Its `lake build worker` makes a program that starts a given worker, such as the embedded Lean's; all
else is as on a machine with elan. What is asked of the programs is noted in `log`.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from prover.lean.backend import Backend
from prover.lean.backends import LeanSpec, open_lean
from prover.lean.process import Command

NAME = "leanprover/lean4:v4.28.0"
BANNER = "Lean (version 4.28.0, x86_64-unknown-linux-gnu, commit 7d7f6bc, Release)"

LEAN = """#!/bin/sh
echo "lean $*" >> '{log}'
if [ -e '{here}/broken' ]; then echo 'error while loading libleanshared.so' >&2; exit 127; fi
case "$1" in
  --version) echo '{banner}' ;;
  --run) exec '{here}/worker' ;;
  *) exit 1 ;;
esac
"""

LAKE = """#!/bin/sh
echo "lake $* in $(pwd)" >> '{log}'
case "$1" in
  env)
    if [ -e '{here}/invalid' ]; then
      echo 'error: lakefile.lean:3:0: unknown command' >&2
      exit 1
    fi
    packages=$(for it in .lake/packages/*/; do printf '%s' "./$it.lake/build/lib/lean:"; done)
    echo "LEAN_PATH=$packages./.lake/build/lib/lean"
    echo "LEAN_SYSROOT={here}"
    echo "PATH={here}/bin:$PATH" ;;
  setup-file)
    echo 'info: something on the way'
    cat '{here}/setup.json' ;;
  build)
    test -f Prover/Worker.lean && test -f lakefile.toml && test -f lean-toolchain || exit 1
    if [ -e '{here}/interrupted' ]; then kill -INT $$; fi
    if [ -e '{here}/refuses' ]; then
      echo '✖ [2/9] Building Prover.Json'
      echo 'error: Prover/Json.lean:12:4: unknown identifier `Lean.Json`'
      echo 'error: build failed'
      exit 1
    fi
    if [ "$2" = worker ]; then
      if [ -e '{here}/no-compiler' ]; then echo 'error: no C compiler' >&2; exit 1; fi
      mkdir -p .lake/build/bin
      cp '{here}/worker' .lake/build/bin/worker
    else
      mkdir -p .lake/build/lib/lean/Prover
      touch .lake/build/lib/lean/Prover/Worker.olean
    fi ;;
  *) exit 1 ;;
esac
"""

ELAN = """#!/bin/sh
echo "elan $*" >> '{log}'
test "$1 $2" = 'toolchain install' || exit 1
mv '{home}/offered' '{home}/toolchains/leanprover--lean4---v4.28.0'
"""

WORKER = """#!/bin/bash
echo "worker in $(pwd) with $(env | sort | tr '\\n' ' ')" >> {log}
{stack}
cd {cwd} || exit 1
exec env -i {environment} {argv}
"""


@dataclass(frozen=True)
class StandIn:
    """A folder with elan in it, and one toolchain."""

    home: Path
    toolchain: Path

    @classmethod
    def make(cls, home: Path, worker: Command, *, banner: str = BANNER) -> StandIn:
        """An elan home with one toolchain, whose worker is that of the command."""
        folder = home / "toolchains" / NAME.replace("/", "--").replace(":", "---")
        (folder / "bin").mkdir(parents=True)
        (folder / "lib" / "lean").mkdir(parents=True)
        (folder / "lib" / "lean" / "Init.olean").touch()
        made = cls(home, folder)
        words = {"log": made.log, "here": folder, "banner": banner, "home": home}
        made._write(folder / "bin" / "lean", LEAN.format(**words))
        made._write(folder / "bin" / "lake", LAKE.format(**words))
        made._write(home / "bin" / "elan", ELAN.format(**words))
        made._write(folder / "worker", made._worker(worker))
        return made

    @property
    def log(self) -> Path:
        """What was asked, a line each."""
        return self.home / "log"

    @property
    def asked(self) -> list[str]:
        """The lines of the log."""
        return self.log.read_text().splitlines() if self.log.exists() else []

    def now(self, trait: str) -> None:
        """Lets it be `broken`, `invalid`, `interrupted`, or such that it `refuses` the sources."""
        (self.toolchain / trait).touch()

    def says(self, options: dict[str, object]) -> None:
        """What `lake setup-file` tells."""
        (self.toolchain / "setup.json").write_text(json.dumps({"name": "M", "options": options}))

    def _worker(self, command: Command) -> str:
        environment = (f"{key}={value}" for key, value in command.environment.items())
        return WORKER.format(
            log=shlex.quote(str(self.log)),
            stack=f"ulimit -S -s {command.stack // 1024}" if command.stack else "",
            cwd=shlex.quote(str(command.cwd)),
            environment=shlex.join(environment),
            argv=shlex.join(command.argv),
        )

    def _write(self, file: Path, text: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o755)


def project(root: Path, *, name: str | None = NAME, packages: tuple[str, ...] = ()) -> Path:
    """A Lake project that was built, with these packages fetched and built too."""
    root.mkdir(parents=True)
    (root / "lakefile.toml").write_text('name = "mine"\n[[lean_lib]]\nname = "Mine"\n')
    if name:
        (root / "lean-toolchain").write_text(name + "\n")
    items = [{"name": package, "type": "git", "subDir": None} for package in packages]
    manifest = {"version": "1.1.0", "packagesDir": ".lake/packages", "packages": items}
    (root / "lake-manifest.json").write_text(json.dumps(manifest))
    module(root, "Mine.Basic")
    for package in packages:
        folder = root / ".lake" / "packages" / package
        folder.mkdir(parents=True)
        (folder / "lakefile.lean").touch()
        module(folder, package.capitalize())
    return root


def module(package: Path, name: str, *, built: bool = True) -> None:
    """A module of a package, with its compiled file if it is built."""
    path = Path(*name.split("."))
    (package / path).parent.mkdir(parents=True, exist_ok=True)
    (package / path).with_suffix(".lean").touch()
    if built:
        compiled = (package / ".lake" / "build" / "lib" / "lean" / path).with_suffix(".olean")
        compiled.parent.mkdir(parents=True, exist_ok=True)
        compiled.touch()


@asynccontextmanager
async def opened(worker: Command, folder: Path, workers: int) -> AsyncIterator[Backend]:
    """The native Lean of a project in the folder, whose worker is that of the command."""
    standing = StandIn.make(folder / "elan", worker)
    root = project(folder / "mine")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ELAN_HOME", str(standing.home))
        patched.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patched.delenv("ELAN_TOOLCHAIN", raising=False)
        async with open_lean(LeanSpec("native", root, workers=workers, spare=False)) as lean:
            yield lean
