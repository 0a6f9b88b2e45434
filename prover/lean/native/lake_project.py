"""A user's Lake project: its dependencies, where its modules are, the options of its files.

The options (`leanOptions`) change what Lean accepts (`maxSynthPendingDepth`, `autoImplicit`), so
the worker sets them too. A `lakefile.toml` is read here; a `lakefile.lean` is a program, of which
Lake is asked.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from prover.errors import InputError, SetupError
from prover.lean.native.toolchain import Toolchain

CONFIGURATIONS = ("lakefile.lean", "lakefile.toml")
MANIFEST = "lake-manifest.json"
LOAD_SECONDS = 300.0
"""For Lake to load a project; it compiles a `lakefile.lean` that has changed first."""
MATHLIB = "mathlib"


@dataclass(frozen=True)
class Dependency:
    """A package that the project's manifest names."""

    name: str
    folder: Path
    revision: str = ""
    """The commit that the manifest names; empty for one at a path."""


@dataclass(frozen=True)
class Project:
    """A folder with a Lake configuration."""

    root: Path

    @classmethod
    def around(cls, file: Path) -> Project | None:
        """The innermost project that the file or folder lies in."""
        place = file.resolve()
        return next((cls(folder) for folder in (place, *place.parents) if _is_root(folder)), None)

    @classmethod
    def at(cls, folder: Path) -> Project:
        """The project in a folder. Raises `InputError` when there is none."""
        folder = folder.resolve()
        if _is_root(folder):
            return cls(folder)
        if not folder.is_dir():
            raise InputError(f"there is no folder {folder}", "Name the folder of a Lake project.")
        around = cls.around(folder)
        raise InputError(
            f"{folder} is no Lake project: it has neither a lakefile.lean nor a lakefile.toml",
            f"Did you mean {around.root}?" if around else "Make one there with `lake init`.",
        )

    @cached_property
    def dependencies(self) -> tuple[Dependency, ...]:
        """The packages of the manifest. Raises `SetupError` when it can't be read."""
        file = self.root / MANIFEST
        try:
            manifest: dict[str, Any] = json.loads(file.read_text())
            packages = self.root / manifest.get("packagesDir", ".lake/packages")
            return tuple(_dependency(self.root, packages, item) for item in manifest["packages"])
        except FileNotFoundError as error:
            raise SetupError(
                f"the Lake project {self.root} was never built: it has no {MANIFEST}",
                f"Run {self._in_root(self._build())}.",
            ) from error
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise SetupError(
                f"{file} can't be read: {error}", f"Run {self._in_root('lake update')}."
            ) from error

    @property
    def has_mathlib(self) -> bool:
        """Whether its modules can import Mathlib, once that is built."""
        return (
            any(dependency.name == MATHLIB for dependency in self.dependencies)
            or (self.root / "Mathlib.lean").is_file()
        )

    def check_fetched(self) -> None:
        """Raises `SetupError` when the folder of a dependency is not there."""
        for dependency in self.dependencies:
            if not _is_root(dependency.folder):
                raise SetupError(
                    f"the Lake project {self.root} lacks its dependency {dependency.name}: "
                    f"{dependency.folder} is not there",
                    f"Run {self._in_root(self._build())}.",
                )

    def variables(self, toolchain: Toolchain) -> Mapping[str, str]:
        """The environment in which Lake runs Lean for this project, as `lake env` prints it.

        Raises `SetupError` when a dependency is missing or Lake can't load the project.
        """
        self.check_fetched()
        ran = toolchain.run("lake", "env", cwd=self.root, seconds=LOAD_SECONDS)
        found = dict(line.split("=", 1) for line in ran.stdout.splitlines() if "=" in line)
        if ran.returncode or "LEAN_PATH" not in found:
            raise SetupError(
                f"Lake can't load the project {self.root}: {first_error(ran.stderr, ran.stdout)}",
                f"Run {self._in_root('lake build')} and mend what it reports.",
            )
        return {"LEAN_SYSROOT": str(toolchain.folder), **found}

    def check_built(self, imports: Sequence[str], variables: Mapping[str, str]) -> None:
        """Raises unless the modules that a file imports have been compiled.

        `variables` are those of `variables`. Raises `InputError` for a module that nothing here
        has, `SetupError` for one that is to be built.
        """
        search_path = self._search_path(variables)
        for module in imports:
            if any((folder / _path(module, ".olean")).is_file() for folder in search_path):
                continue
            owner = next((each for each in self._sources() if _has(each.folder, module)), None)
            if owner is None:
                raise InputError(
                    f"the Lake project {self.root} has no module {module}",
                    "Check the name, or add the package that has it to the project's lakefile.",
                )
            command = self._build(module, cached=owner.name == MATHLIB)
            raise SetupError(
                f"the module {module} of {owner.name} is not built",
                f"Run {self._in_root(command)}.",
            )

    def _search_path(self, variables: Mapping[str, str]) -> list[Path]:
        """The folders with compiled modules, the toolchain's own included."""
        named = [self.root / item for item in variables["LEAN_PATH"].split(os.pathsep) if item]
        return [*named, Path(variables["LEAN_SYSROOT"]) / "lib" / "lean"]

    def _sources(self) -> tuple[Dependency, ...]:
        return (Dependency("this project", self.root), *self.dependencies)

    def _build(self, module: str = "", *, cached: bool = True) -> str:
        """How to build it; compiled Mathlib is fetched rather than built."""
        build = f"lake build {module}".strip()
        return f"lake exe cache get && {build}" if cached and self._has_mathlib() else build

    def _has_mathlib(self) -> bool:
        texts = [self.root / name for name in (*CONFIGURATIONS, MANIFEST)]
        return any(MATHLIB in text.read_text() for text in texts if text.is_file())

    def _in_root(self, command: str) -> str:
        return f"`cd {self.root} && {command}`"


def first_error(*outputs: str) -> str:
    """The first line that a program calls an error, or else its last one."""
    lines = [line.strip() for output in outputs for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("error:")]
    placed = [line for line in errors if ".lean:" in line]
    return (placed or errors or lines[-1:] or ["it said nothing"])[0].removeprefix("error:").strip()


def _is_root(folder: Path) -> bool:
    return any((folder / name).is_file() for name in CONFIGURATIONS)


def _dependency(root: Path, packages: Path, item: Mapping[str, Any]) -> Dependency:
    """A package of the manifest; Lake names folders without the marks of unusual names."""
    name = str(item["name"]).strip("«»")
    folder = root / item["dir"] if item["type"] == "path" else packages / name
    return Dependency(name, folder / (item.get("subDir") or ""), str(item.get("rev") or ""))


def _path(module: str, suffix: str) -> Path:
    return Path(*(part.strip("«»") for part in module.split("."))).with_suffix(suffix)


def _has(folder: Path, module: str) -> bool:
    """Whether the source of a module lies in a package, at its root or in `src`."""
    return any((folder / place / _path(module, ".lean")).is_file() for place in (".", "src"))


Options = dict[str, bool | int | str]

NAME = re.compile(r"[\w.']+")


def of_file(project: Project, toolchain: Toolchain, file: Path | None) -> Options:
    """The options for a file, or for the whole project. Raises `SetupError`."""
    text = project.root / "lakefile.toml"
    if not (project.root / "lakefile.lean").is_file():
        try:
            return from_toml(tomllib.loads(text.read_text()), project.root, file)
        except (OSError, tomllib.TOMLDecodeError, AttributeError) as error:
            raise SetupError(f"{text} can't be read: {error}") from error
    return from_lake(project, toolchain, file) if file else {}


def from_toml(configuration: Mapping[str, Any], root: Path, file: Path | None) -> Options:
    """What a `lakefile.toml` says: for the package, and for the library that has the file."""
    found = _flat(configuration.get("leanOptions", {}))
    for library in configuration.get("lean_lib", ()):
        folder = root / configuration.get("srcDir", ".") / library.get("srcDir", ".")
        roots = library.get("roots", [library.get("name", "")])
        if file is not None and any(_below(file, folder, module) for module in roots):
            found |= _flat(library.get("leanOptions", {}))
    return found


def from_lake(project: Project, toolchain: Toolchain, file: Path) -> Options:
    """What `lake setup-file` tells an editor. Raises `SetupError` when Lake won't say."""
    project.check_fetched()
    arguments = ("setup-file", "--no-build", str(file.resolve()))
    ran = toolchain.run("lake", *arguments, cwd=project.root, seconds=LOAD_SECONDS)
    try:
        told = json.loads(ran.stdout.splitlines()[-1])
        # `setupOptions` up to Lean 4.21.
        return _flat(told.get("options", told.get("setupOptions", {})))
    except (ValueError, IndexError, AttributeError) as error:
        raise SetupError(
            f"Lake does not tell the options of {file}: {first_error(ran.stderr, ran.stdout)}",
            f"Run `cd {project.root} && lake build`.",
        ) from error


def commands(options: Options) -> str:
    """The options as Lean commands; those that need not exist (`weak.`) as if they did."""
    lines = (
        f"set_option {name.removeprefix('weak.')} {json.dumps(value, ensure_ascii=False)}\n"
        for name, value in options.items()
        if NAME.fullmatch(name)
    )
    return "".join(lines)


def _flat(options: object, prefix: str = "") -> Options:
    """Options by their full names, from a table or from a list of names with values."""
    if isinstance(options, list):
        return {str(item["name"]): item["value"] for item in options}
    found: Options = {}
    for name, value in _items(options):
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{name}.")
        elif isinstance(value, bool | int | str):
            found[prefix + name] = value
    return found


def _items(options: object) -> Iterable[tuple[str, object]]:
    return options.items() if isinstance(options, dict) else ()


def _below(file: Path, folder: Path, module: str) -> bool:
    """Whether a file is that of a module, or of one below it."""
    root = (folder / Path(*module.split("."))).resolve()
    place = file.resolve()
    return place.with_suffix("") == root or place.is_relative_to(root)
