"""The shortest proof in a graph, made shorter, and its text as a Lean tactic script.

Tactics, lines and hints that it does not need are dropped, and the distinction of cases where what
closes each of them closes the goal itself. Every change is tried by running the whole script; what
Lean does not accept is undone. The result is verified like any other proof.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from prover.errors import ProverError
from prover.script_layout import wrap_line
from prover.search.and_or_graph import Application
from prover.search.graph import ProofGraph

LONGEST_SCRIPT = 1_000_000
"""Characters. A proof that shares states can be exponentially longer as text than as a graph."""


class ScriptTooLong(ProverError):
    """The proof is too long to be written down."""


@dataclass(frozen=True)
class Step:
    """The tactic that proves a state."""

    tactic: str
    children: tuple[str, ...]
    """Keys of the states it leaves, in Lean's order."""
    goals: int
    """How many goals the proved state has."""
    application: int
    """Which application in the graph it is; later ones have greater numbers."""


@dataclass(frozen=True)
class Proof:
    """A step for the root and for every state that a step leaves, without cycles."""

    root: str
    steps: Mapping[str, Step]
    """By the key of the state that the step proves; root first."""
    length: int
    """How many tactics its script has; a shared state counts each time."""

    @property
    def latest(self) -> int:
        """The application that was found last: the one to blame when the verifier refuses."""
        return max(step.application for step in self.steps.values())


def shortest_proof(graph: ProofGraph, key: str | None = None) -> Proof:
    """The proof of a proved state, by default the root, that has the fewest tactics; the oldest
    steps among equals.

    Knuth's generalisation of Dijkstra's algorithm (1977): states are settled by the length of
    their shortest proof, so a step only ever uses states settled before it.
    """
    root = graph.root if key is None else key
    sizes: dict[str, int] = {}
    chosen: dict[str, Application] = {}
    missing = {a.number: len(set(a.children)) for a in graph.applications if a.proved}
    queue = [(1, number) for number, count in missing.items() if count == 0]
    heapq.heapify(queue)
    while root not in sizes:
        size, number = heapq.heappop(queue)
        key = graph.applications[number].parent
        if key in sizes:
            continue
        sizes[key], chosen[key] = size, graph.applications[number]
        for application in graph.leading_to(key):
            if application.number in missing:
                missing[application.number] -= 1
                if missing[application.number] == 0:
                    size = 1 + sum(sizes[child] for child in application.children)
                    heapq.heappush(queue, (size, application.number))
    return Proof(root, _steps(graph, root, chosen), sizes[root])


def _steps(graph: ProofGraph, root: str, chosen: Mapping[str, Application]) -> dict[str, Step]:
    steps: dict[str, Step] = {}
    stack = [root]
    while stack:
        key = stack.pop()
        if key in steps:
            continue
        application, goals = chosen[key], len(graph.nodes[key].state.goals)
        tactic, children = application.candidate.tactic, application.children
        steps[key] = Step(tactic, children, goals, application.number)
        stack.extend(reversed(children))
    return steps


def format_script(proof: Proof, *, folded: bool = True) -> str:
    """The proof as Lean tactic text, ready for the theorem's hole.

    When a tactic leaves several states, each with a single goal gets a `·` block; one whose goals
    share metavariables can't be focused and is written flat, in its place. Long lines are folded.

    Raises `ScriptTooLong` beyond `LONGEST_SCRIPT`.
    """
    lines: list[str] = []
    characters = 0
    stack = [(proof.root, "", "")]
    while stack:
        key, first, indent = stack.pop()
        step = proof.steps[key]
        head, *rest = step.tactic.splitlines()
        text = [first + head, *(indent + line if line else "" for line in rest)]
        lines += [part for line in text for part in wrap_line(line)] if folded else text
        characters += sum(map(len, text))
        if characters > LONGEST_SCRIPT:
            raise ScriptTooLong(
                f"the proof's script would be over {LONGEST_SCRIPT} characters",
                "Prove a part of it as a lemma of its own.",
            )
        for child in reversed(step.children):
            focused = len(step.children) > 1 and proof.steps[child].goals == 1
            bullet, inner = ("· ", "  ") if focused else ("", "")
            stack.append((child, indent + bullet, indent + inner))
    return "\n".join(lines)


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
