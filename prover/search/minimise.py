"""Makes a proof shorter: drops the tactics, the lines and the hints that it does not need, and the
distinction of cases where what closes each of them closes the goal itself.

Every change is tried by running the whole script; what Lean does not accept is undone. The result
goes through the gate like any other proof.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace

from prover.search.script import Proof, Step, format_script

HINTS = re.compile(r"\b(?P<closer>grind|simp_all|simp) \[(?P<hints>[^\[\]]+)\]")
INTRO = re.compile(r"intro [^\n;]+")
MOST_TRIES = 40

Works = Callable[[str], Awaitable[bool]]
"""Whether Lean accepts a script for the theorem."""


async def minimise(
    proof: Proof,
    works: Works,
    *,
    most: int = MOST_TRIES,
    in_time: Callable[[], bool] = lambda: True,
) -> Proof:
    """A proof by the same steps or fewer; `works` is asked at most `most` times, while in time."""
    tried: set[str] = set()
    changed = True
    while changed:
        changed = False
        for candidate in _simpler(proof):
            if len(tried) >= most or not in_time():
                return proof
            script = format_script(candidate)
            if script in tried:
                continue
            tried.add(script)
            if await works(script):
                proof, changed = candidate, True
                break
    return proof


def _simpler(proof: Proof) -> Iterator[Proof]:
    """The proof with one thing less, greater savings first."""
    for key, step in proof.steps.items():
        if (merged := _introduced_at_once(proof, key, step)) is not None:
            yield merged
    for key, step in proof.steps.items():
        if len(step.children) == 1:
            yield _without(proof, key)
    for key, step in proof.steps.items():
        _, sign, each = step.tactic.partition(" <;> ")
        if sign and not step.children:
            yield _with(proof, key, replace(step, tactic=each))
    for key, step in proof.steps.items():
        for tactic in _shorter(step.tactic):
            yield _with(proof, key, replace(step, tactic=tactic))


def _introduced_at_once(proof: Proof, key: str, step: Step) -> Proof | None:
    """The proof in which this `intro` brings in what the next one does too."""
    following = proof.steps[step.children[0]] if len(step.children) == 1 else None
    if following is None or not (INTRO.fullmatch(step.tactic) and INTRO.match(following.tactic)):
        return None
    tactic = step.tactic + following.tactic.removeprefix("intro")
    return _with(_without(proof, key), step.children[0], replace(following, tactic=tactic))


def _shorter(tactic: str) -> Iterator[str]:
    """The tactic without a list of hints, without one of its lines, without one hint."""
    for found in HINTS.finditer(tactic):
        yield tactic[: found.start()] + found["closer"] + tactic[found.end() :]
    lines = tactic.split("\n")
    for place in range(len(lines) - 1):
        # A line that others hang on is indented under can't go by itself.
        if not lines[place].startswith(" ") and not lines[place + 1].startswith(" "):
            yield "\n".join(lines[:place] + lines[place + 1 :])
    for found in HINTS.finditer(tactic):
        hints = [hint.strip() for hint in found["hints"].split(",")]
        for place in range(len(hints)):
            if len(hints) > 1:
                rest = ", ".join(hints[:place] + hints[place + 1 :])
                yield (
                    tactic[: found.start()] + f"{found['closer']} [{rest}]" + tactic[found.end() :]
                )


def _with(proof: Proof, key: str, step: Step) -> Proof:
    return replace(proof, steps={**proof.steps, key: step})


def _without(proof: Proof, key: str) -> Proof:
    """The proof in which the only state that a step left takes the place of the step's own."""
    [child] = proof.steps[key].children
    steps = {
        other: replace(step, children=tuple(child if c == key else c for c in step.children))
        for other, step in proof.steps.items()
        if other != key
    }
    steps[child] = replace(steps[child], goals=proof.steps[key].goals)
    root = child if proof.root == key else proof.root
    return Proof(root, steps, proof.length - 1)
