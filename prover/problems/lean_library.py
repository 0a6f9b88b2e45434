"""Theorems of Lean's library, each stated afresh where neither it nor its neighbours are.

A theorem's header imports what its own module imports, and nothing else: no theorem of that module
is there, nor of any that builds on it, as imports have no cycles. Lean has elaborated every
statement there and compared its type with the library's (`lean_project/Prover/Restate.lean`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from prover.errors import InputError, SetupError, closest, counted
from prover.lean.backend import Backend
from prover.lean.worker import GRACE_SECONDS, Refused, Worker
from prover.problems.files import SHOWN
from prover.problems.problem import Problem
from prover.progress import Notify

MODULES_PER_WORKER = 6
"""A Lean keeps the environment of every module that it has seen, some 100 MB each."""
THEOREM_SECONDS = 20.0
"""How long Lean may take for one theorem."""
MODULE_SECONDS = 120.0
"""How long it may take for a reply, loading what a module imports included."""


@dataclass
class StatedTheorems:
    """What came of the theorems of a module."""

    problems: list[Problem] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    """Why, by name."""


async def state_theorems(lean: Backend, module: str, tell: Notify) -> list[Problem]:
    """The theorems of a module and of all those below it.

    Raises `InputError` when there is no such module or it has no theorem, `LeanDiedError`.
    """
    problems: list[Problem] = []
    modules = await _modules(lean, module)
    for start in range(0, len(modules), MODULES_PER_WORKER):
        async with lean.fresh() as worker:
            for name in modules[start : start + MODULES_PER_WORKER]:
                found = await _state(worker, name)
                _tell(name, found, tell)
                problems += found.problems
    if not problems:
        raise InputError(f"{module} has no theorem that can be stated afresh", "Name another.")
    return problems


async def _modules(lean: Backend, module: str) -> list[str]:
    """The module, if there is one of this name, and those below it."""
    async with lean.fresh() as worker:
        found = sorted(await _below(worker, module))
        if found:
            return found
        above = module.rpartition(".")[0]
        hint = closest(sorted(await _below(worker, above)), module) if above else ""
    raise InputError(f"the library has no module {module}", hint or "It has Init, Std and Lean.")


async def _below(worker: Worker, module: str) -> list[str]:
    result = await worker.request("modules", {"below": module}, seconds=MODULE_SECONDS)
    return [str(name) for name in result["modules"]]


async def _state(worker: Worker, module: str) -> StatedTheorems:
    """Has Lean state the theorems of a module."""
    milliseconds = round(THEOREM_SECONDS * 1000)
    await worker.send("theorems", {"module": module, "milliseconds": milliseconds})
    replies: list[dict[str, Any]] = []
    while True:
        try:
            reply = await worker.reply(MODULE_SECONDS + THEOREM_SECONDS + GRACE_SECONDS)
        except Refused as refusal:
            message = f"Lean could not read {module}: {refusal.message}"
            raise SetupError(message, "Run `prover doctor`.") from refusal
        if "result" in reply:
            return _understood(module, replies, header(reply["result"]["imports"]))
        replies.append(reply)


def _understood(module: str, replies: Sequence[dict[str, Any]], text: str) -> StatedTheorems:
    found = StatedTheorems()
    # The library keeps them in no order that a reader would know.
    for reply in sorted(replies, key=lambda reply: str(reply["name"])):
        name = str(reply["name"])
        if "statement" in reply:
            source = f"library:{module}:{name}"
            found.problems.append(
                Problem(name, reply["statement"], text, topic=module, source=source)
            )
        else:
            found.left_out[name] = str(reply["reason"])
    return found


def header(imports: Sequence[str]) -> str:
    """The lines that import these modules and nothing else."""
    if "Init" in imports:
        return "".join(f"import {name}\n" for name in imports if name != "Init")
    return "prelude\n" + "".join(f"import {name}\n" for name in imports)


def _tell(module: str, found: StatedTheorems, tell: Notify) -> None:
    if not found.problems and not found.left_out:
        return
    sentence = f"{module}: {counted(len(found.problems), 'theorem')}"
    if found.left_out:
        names = list(found.left_out)
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        shown = ", ".join(f"{name} ({found.left_out[name]})" for name in names[:SHOWN])
        sentence += f", {len(names)} left out: {shown}{more}"
    tell(sentence)
