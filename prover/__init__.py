"""A proving copilot for Lean 4: it searches for proofs, and a fresh Lean checks each that it finds.

    import prover

    result = prover.prove("theorem swap (a b : Nat) : a + b = b + a")
    print(result.status, result.script)
    prover.verify("theorem two : 1 + 1 = 2", "rfl").accepted
    prover.check_file("Demo.lean").errors

    async with prover.open_prover(workers=4) as p:  # one Lean, one policy, many theorems
        result = await p.prove("theorem swap (a b : Nat) : a + b = b + a")

What is here is loaded when it is first used. `docs/python.md` says more.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prover.api import Prover, check_file, open_prover, prove, prove_file, verify
    from prover.errors import InputError, ProverError, SetupError
    from prover.file_check import FileReport
    from prover.lean.interface import Verification
    from prover.lean_file import LeanFile
    from prover.search.budget import Limit
    from prover.search.result import Result, Status
    from prover.theorem import Theorem

__all__ = [
    "FileReport",
    "InputError",
    "LeanFile",
    "Limit",
    "Prover",
    "ProverError",
    "Result",
    "SetupError",
    "Status",
    "Theorem",
    "Verification",
    "check_file",
    "open_prover",
    "prove",
    "prove_file",
    "verify",
]

MODULES = {
    "api": ("Prover", "check_file", "open_prover", "prove", "prove_file", "verify"),
    "errors": ("InputError", "ProverError", "SetupError"),
    "file_check": ("FileReport",),
    "lean.interface": ("Verification",),
    "lean_file": ("LeanFile",),
    "search.budget": ("Limit",),
    "search.result": ("Result", "Status"),
    "theorem": ("Theorem",),
}
"""Where each public name is defined."""


def __getattr__(name: str) -> Any:
    for module, names in MODULES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
