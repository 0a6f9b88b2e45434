"""Lean toolchains as elan keeps them, used without asking elan.

elan's own `lean` and `lake` download what a project names without a word; so the programs in the
toolchain's folder are called directly, and one that is not there is reported. Names are resolved
as elan 4 does it (`lookup_toolchain_desc` and `Toolchain::from` in its sources).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from prover.errors import SetupError
from prover.lean.process import run_tied

ORIGIN = "leanprover/lean4"
"""Where toolchains come from whose names don't say."""
CHANNELS = ("stable", "beta", "nightly")
"""Names that stand for another release each month."""
NAME = re.compile(r"(?:([\w-]+/[\w-]+):)?([\w.-]+)")
VERSION = re.compile(r"Lean \(version (\d+)\.(\d+)\.(\d+)([^,)]*)")
OLDEST, NEWEST = (4, 27), (4, 29)
"""The releases that the worker's source is written for; the embedded Lean is a 4.28."""
SECONDS = 60.0
"""For what a program of the toolchain should answer at once."""
OWN_VARIABLES = re.compile(r"(LEAN(?!_CC|_NUM_THREADS)|LAKE|ELAN|DYLD|LD_LIBRARY)(_|$)")
"""What another toolchain may have left in the environment, rather than the user."""


@dataclass(frozen=True)
class Version:
    """A version of Lean."""

    numbers: tuple[int, int, int]
    suffix: str = ""
    """As in `4.28.0-rc1`, with its sign."""

    def __str__(self) -> str:
        return ".".join(map(str, self.numbers)) + self.suffix

    @property
    def supported(self) -> bool:
        """Whether the worker's source is written for it."""
        return OLDEST <= self.numbers[:2] <= NEWEST


@dataclass(frozen=True)
class Toolchain:
    """An installed toolchain."""

    name: str
    folder: Path

    def program(self, name: str) -> Path:
        """Its own `lean` or `lake`."""
        return self.folder / "bin" / name

    @property
    def environment(self) -> dict[str, str]:
        """Ours, with its programs first and without what belongs to another toolchain."""
        ours = {key: value for key, value in os.environ.items() if not OWN_VARIABLES.match(key)}
        path = os.pathsep.join([str(self.folder / "bin"), ours.get("PATH", os.defpath)])
        return {**ours, "PATH": path}

    def run(
        self, program: str, *arguments: str, cwd: Path, seconds: float = SECONDS
    ) -> subprocess.CompletedProcess[str]:
        """Runs one of its programs to its end.

        Raises `SetupError` when it does not end in time, `KeyboardInterrupt` when it was
        interrupted, as the terminal's Ctrl-C interrupts us both.
        """
        command = (str(self.program(program)), *arguments)
        try:
            return run_tied(command, cwd=cwd, environment=self.environment, seconds=seconds)
        except subprocess.TimeoutExpired as error:
            raise SetupError(
                f"`{program} {' '.join(arguments)}` did not end within {seconds:g} seconds",
                f"Run it by hand in {cwd} to see why.",
            ) from error

    @cached_property
    def banner(self) -> str:
        """What `lean --version` prints. Raises `SetupError` when it does not run."""
        ran = self.run("lean", "--version", cwd=self.folder)
        if ran.returncode or not VERSION.search(ran.stdout):
            words = (ran.stderr.strip() or ran.stdout.strip()).splitlines()
            reason = words[-1] if words else f"it ended with code {ran.returncode}"
            raise SetupError(
                f"the toolchain {self.name} is broken: `lean --version` fails: {reason}",
                f"Install it again: `elan toolchain uninstall {self.name}`, "
                f"then `elan toolchain install {self.name}`.",
            )
        return ran.stdout.strip()

    @property
    def version(self) -> Version:
        """Its version. Raises `SetupError` when it does not run."""
        found = VERSION.search(self.banner)
        assert found is not None, "the banner has been looked at"
        major, minor, patch, suffix = found.groups()
        return Version((int(major), int(minor), int(patch)), suffix)


def elan_home() -> Path:
    """`$ELAN_HOME`, or `~/.elan`."""
    named = os.environ.get("ELAN_HOME", "")
    return Path(named) if named else Path.home() / ".elan"


def wanted(folder: Path) -> str | None:
    """The toolchain that elan would use in a folder, as it is written; None if nothing says.

    `$ELAN_TOOLCHAIN` comes first, then elan's overrides and `lean-toolchain` files upward, then
    elan's default.
    """
    if named := os.environ.get("ELAN_TOOLCHAIN"):
        return named
    settings = _settings()
    overrides = settings.get("overrides", {})
    for place in (folder.resolve(), *folder.resolve().parents):
        if isinstance(overrides, dict) and str(place) in overrides:
            return str(overrides[str(place)])
        if name := _written(place / "lean-toolchain"):
            return name
    default = settings.get("default_toolchain")
    return str(default) if default else None


def find(folder: Path) -> Toolchain:
    """The toolchain for a folder. Raises `SetupError` when it is not installed."""
    name = wanted(folder)
    if not _has_elan():
        return _on_path(name)
    if name is None:
        raise SetupError(
            f"{folder} names no toolchain, and elan has no default",
            "Write one into the file `lean-toolchain`, as `leanprover/lean4:v4.28.0`.",
        )
    full = full_name(name)
    for directory in (_directory(name), _directory(full)):
        if (directory / "bin").is_dir():
            return Toolchain(full, directory)
    if name.rpartition(":")[2] in CHANNELS:
        raise SetupError(
            f"{folder} asks for the channel `{name}`: which release that is, only the network says",
            "Write a release into its `lean-toolchain`, as `leanprover/lean4:v4.28.0`.",
        )
    raise SetupError(
        f"the toolchain {full} is not installed",
        f"Run `elan toolchain install {full}`, or `prover setup --project {folder}`.",
    )


def full_name(name: str) -> str:
    """The name with its origin, as elan completes it; a name that it can't read stays."""
    match = NAME.fullmatch(name)
    if match is None or _directory(name).is_symlink():
        return name
    origin, release = match[1] or ORIGIN, match[2]
    if release.startswith("nightly") and not origin.endswith("-nightly"):
        origin += "-nightly"
    return f"{origin}:{'v' if release[0].isdigit() else ''}{release}"


def elan() -> Path | None:
    """elan's program, if there is one."""
    found = elan_home() / "bin" / "elan"
    if found.is_file():
        return found
    on_path = shutil.which("elan")
    return Path(on_path) if on_path else None


def _has_elan() -> bool:
    return elan() is not None or (elan_home() / "toolchains").is_dir()


def _on_path(name: str | None) -> Toolchain:
    """The toolchain whose `lake` is on the path. Raises `SetupError`."""
    lake = shutil.which("lake")
    if lake is None:
        raise SetupError(
            "there is no native Lean here: neither elan nor a `lake` on the path",
            "Install elan (https://github.com/leanprover/elan), or use `--lean embedded`.",
        )
    toolchain = Toolchain(name or "on the path", Path(lake).resolve().parents[1])
    if name and NAME.fullmatch(name) and not _is_release(toolchain.version, name):
        raise SetupError(
            f"the project asks for {name}, but the Lean on the path is {toolchain.version}",
            f"Put a `lake` of {name} on the path, or install elan, which keeps several.",
        )
    return toolchain


def _is_release(version: Version, name: str) -> bool:
    release = name.rpartition(":")[2]
    return not release.lstrip("v")[:1].isdigit() or release.lstrip("v") == str(version)


def _directory(name: str) -> Path:
    return elan_home() / "toolchains" / name.replace("/", "--").replace(":", "---")


def _written(file: Path) -> str | None:
    """The first line of a `lean-toolchain` file, if there is one."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return None
    return lines[0].strip() or None if lines else None


def _settings() -> dict[str, object]:
    """elan's settings; none when they can't be read."""
    try:
        return tomllib.loads((elan_home() / "settings.toml").read_text())
    except (OSError, tomllib.TOMLDecodeError):
        return {}
