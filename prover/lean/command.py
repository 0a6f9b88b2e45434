"""How a Lean worker is started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Command:
    """A program with its arguments, and where and how to run it."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    """All of its environment; nothing is inherited."""
    cwd: Path
    stack: int = 0
    """Bytes of stack that it wants; 0 leaves the limit as it is."""
    options: str = ""
    """`set_option` commands, which its worker runs before every text."""
    library: str = "the embedded Lean"
    """What has the modules that a file can import."""
    traits: tuple[str, ...] = ()
    """What sets its Lean apart from the embedded one of the same version, as results name it."""
    has_mathlib: bool = False
    import_hint: str = (
        "It has Lean's own library only: Init, Std and Lean. Leave that import out and state the "
        "theorem with what core Lean has, or put the file into a Lake project that has the module."
    )
    """What to do when a file imports what is not there."""
