"""The options under which Lake compiles a file of a project (`leanOptions`).

They change what Lean accepts (`maxSynthPendingDepth`, `autoImplicit`), so the worker sets them too.
A `lakefile.toml` is read here; a `lakefile.lean` is a program, of which Lake is asked.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from prover.errors import EnvironmentProblem
from prover.lean.project import LOAD_SECONDS, Project, first_error
from prover.lean.toolchain import Toolchain

Options = dict[str, bool | int | str]

NAME = re.compile(r"[\w.']+")


def of_file(project: Project, toolchain: Toolchain, file: Path | None) -> Options:
    """The options for a file, or for the whole project. Raises `EnvironmentProblem`."""
    text = project.root / "lakefile.toml"
    if not (project.root / "lakefile.lean").is_file():
        try:
            return from_toml(tomllib.loads(text.read_text()), project.root, file)
        except (OSError, tomllib.TOMLDecodeError, AttributeError) as error:
            raise EnvironmentProblem(f"{text} can't be read: {error}") from error
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
    """What `lake setup-file` tells an editor. Raises `EnvironmentProblem` when Lake won't say."""
    project.check_fetched()
    arguments = ("setup-file", "--no-build", str(file.resolve()))
    ran = toolchain.run("lake", *arguments, cwd=project.root, seconds=LOAD_SECONDS)
    try:
        told = json.loads(ran.stdout.splitlines()[-1])
        # `setupOptions` up to Lean 4.21.
        return _flat(told.get("options", told.get("setupOptions", {})))
    except (ValueError, IndexError, AttributeError) as error:
        raise EnvironmentProblem(
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
