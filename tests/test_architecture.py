"""The house rules that a reader relies on; who may import whom is for `lint-imports` to say."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import prover

PACKAGE = Path(prover.__file__).parent
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")
MOST_LINES = 350
SHARED_NAMES = {"__main__", "graph"}
"""Names that several modules may have: `graph` is also a verb of the command line."""
VAGUE = {"utils", "util", "helpers", "common", "misc"}


def test_importing_it_loads_nothing_of_it() -> None:
    code = (
        "import sys, prover\n"
        "print(*(name for name in sys.modules if name.startswith('prover.')))\n"
        "print(*{'torch', 'transformers', 'lean_dojo', 'ray', 'httpx2'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


@pytest.mark.parametrize("name", prover.__all__)
def test_each_public_name_is_there_and_explained(name: str) -> None:
    value = getattr(prover, name)
    assert value.__doc__
    assert not (PACKAGE / f"{name}.py").exists(), "a module of that name would take its place"


def test_a_name_that_is_not_there_is_told_as_python_does() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = prover.nothing


def test_nothing_inside_imports_from_the_root() -> None:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "prover":
                assert not {name.name for name in node.names} & set(prover.__all__), path


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_says_what_it_is(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text()))
    assert docstring
    assert path.stem not in VAGUE
    assert len(path.read_text().splitlines()) <= MOST_LINES


def test_no_name_means_two_things() -> None:
    """The verbs of the command line are named as what they do, which others may be too."""
    names = Counter(path.stem for path in MODULES if path.parent.name != "cli")
    assert {name for name, count in names.items() if count > 1} <= SHARED_NAMES
