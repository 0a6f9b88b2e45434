"""The worker's Lean sources compiled into one image, which starts without elaborating anything.

The package has no compiled code for the interpreter to import, so each module of the worker is
compiled by the embedded Lean, and `host/Image.lean` gathers their code in a single file.

Then the worker is warmed up: it does once what workers do, and the machine code that Node made of
it is kept. Node compiles a function of `lean.wasm` when it is first called, and again, better, when
it is called much. A worker that finds that code starts with the better one: a check in a fresh Lean
takes a quarter to a third less processor time. The code is Node's own, for its version, its flags
and the processor; where any of them differs it is not used, and all goes on without it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from prover.errors import ProverError
from prover.lean import codec
from prover.lean.lean_sources import IMPORT, WORKER, path
from prover.lean.process import Command, run_command
from prover.progress import ReportProgress
from prover.theorem import Theorem

GATHER = Path(__file__).with_name("host") / "Image.lean"
CODE = "code"
"""The file with machine code that Node has made; there is none where Node can't give it away."""
START = "module\nprelude\nimport Image\n"
AT_ONCE = 2
"""Lean processes side by side; each takes over a gigabyte."""

Lean = Callable[..., Command]
"""Gives the command that runs Lean with these arguments in the folder `work`."""


def fingerprint(modules: Mapping[str, str]) -> str:
    """Differs when the sources do, the way of gathering them, or how the worker is warmed up."""
    ways = (Path(__file__).read_text(), GATHER.read_text(), START)
    texts = (*ways, *modules, *modules.values())
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def build(lean: Lean, modules: Mapping[str, str], site: Path, report: ReportProgress) -> None:
    """Makes `Image.olean` and `Start.lean` in the folder. Raises `ProverError`."""
    work = site.parent / "work"
    for module, text in modules.items():
        for root in (work, work / "src"):
            (root / path(module)).parent.mkdir(parents=True, exist_ok=True)
        (work / "src" / path(module)).write_text(text)
    shutil.copy(GATHER, work / "src" / GATHER.name)
    compile_all(lean, modules, work, report)
    report("gathering the worker's code", 0, None)
    irs = [str(path(module, ".ir")) for module in modules]
    arguments = ("--run", "src/Image.lean", "Image.olean", WORKER, *irs)
    run(lean(*arguments, work=work, writes=True, code=CODE), WORKER)
    shutil.copy(work / "Image.olean", site)
    (site / "Start.lean").write_text(START)


def compile_all(lean: Lean, modules: Mapping[str, str], work: Path, report: ReportProgress) -> None:
    """Compiles each module once those that it imports are, first what most is waiting for."""
    imports = {name: IMPORT.findall(text) for name, text in modules.items()}
    above = waiting_for(imports, modules)
    order = TopologicalSorter(imports)
    order.prepare()
    done, longest, total = 0, 0, sum(map(len, modules.values()))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running: dict[Future[None], str] = {}
        while order.is_active():
            for module in sorted(order.get_ready(), key=above.__getitem__, reverse=True):
                # To keep it takes a second. The longest one so far has called most functions.
                length = len(modules[module])
                keeps, longest = length > longest, max(longest, length)
                running[pool.submit(compile_one, lean, module, work, keeps=keeps)] = module
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                module = running.pop(future)
                future.result()
                order.done(module)
                done += len(modules[module])
                report("compiling the worker", done, total)


def waiting_for(imports: Mapping[str, Sequence[str]], modules: Mapping[str, str]) -> dict[str, int]:
    """How much text is to be compiled, one module after another, once a module is."""
    above = dict.fromkeys(imports, 0)
    for module in reversed([*TopologicalSorter(imports).static_order()]):
        for below in imports[module]:
            above[below] = max(above[below], above[module] + len(modules[module]))
    return above


def compile_one(lean: Lean, module: str, work: Path, *, keeps: bool) -> None:
    """Compiles one module, with the machine code of one before, and `keeps` its own for others.

    Raises `ProverError` with Lean's messages.
    """
    output, source, kept = path(module, ".olean"), Path("src") / path(module), f"{CODE}-{module}"
    arguments = ("--root=src", "-o", str(output), str(source))
    keep = kept if keeps else ""
    run(lean(*arguments, work=work, writes=True, code=CODE, keep=keep), module)
    if (work / kept).exists():
        # In one step, as others may be about to read it.
        (work / kept).replace(work / CODE)


def run(command: Command, what: str) -> None:
    """Runs Lean to its end. Raises `ProverError` unless it ends well."""
    ran = run_command(command)
    if ran.returncode:
        raise ProverError(
            f"Lean cannot compile {what}: {ran.stdout.strip() or ran.stderr.strip()[-2000:]}",
            "This is a fault of the prover itself, or of too little memory.",
        )


LIMIT = {"heartbeats": 20_000, "milliseconds": 20_000}
ROUNDS = 3
"""How often each check is made: Node takes note of what is called much."""


@dataclass(frozen=True)
class WarmupTheorem:
    """A theorem, tactics to run on it that don't close it, and one that does."""

    statement: str
    tactics: tuple[str, ...]
    proof: str
    header: str = ""

    @property
    def theorem(self) -> Theorem:
        """With `sorry` for its proof."""
        return Theorem.from_statement("scene", f"{self.statement} := by", header=self.header)


USUAL = ("rfl", "assumption", "simp", "simp_all", "omega", "decide", "constructor", "grind")
FIELD = """variable {K : Type} [Lean.Grind.Field K] [LE K] [LT K] [Std.LawfulOrderLT K]
  [Std.IsLinearOrder K] [Lean.Grind.OrderedRing K]
"""
TREE = """inductive Tree where
  | leaf
  | node (left : Tree) (value : Nat) (right : Tree)
def Tree.mirror : Tree → Tree
  | leaf => leaf
  | node left value right => node right.mirror value left.mirror
"""
WARMUP_THEOREMS = (
    WarmupTheorem(
        "theorem linear (a b c : Nat) (h : 2 * a + b = c) (g : b < 2) : 2 * a ≤ c ∧ c < 2 * a + 2",
        ("rfl", "assumption", "simp", "decide", "constructor", "cases h", "refine ⟨?_, ?_⟩"),
        "omega",
    ),
    WarmupTheorem(
        "theorem square (x y : Int) (h : x + y = 7) : x ^ 2 - y ^ 2 = 7 * (x - y)",
        (*USUAL[:-1], "subst h", "rw [← h]", "simp [Int.sub_mul]"),
        "grind",
    ),
    WarmupTheorem(
        "theorem middle (a b : K) (h : a < b) : a < (a + b) / 2 ∧ (a + b) / 2 < b",
        USUAL[:-1],
        "grind",
        FIELD,
    ),
    WarmupTheorem(
        "theorem mirrored (t : Tree) : t.mirror.mirror = t",
        (*USUAL, "intro", "cases t", "induction t", "unfold Tree.mirror"),
        "induction t <;> simp_all [Tree.mirror]",
        TREE,
    ),
    WarmupTheorem(
        "theorem either (p q r : Prop) : p ∧ (q ∨ r) ↔ (p ∧ q) ∨ (p ∧ r)",
        ("rfl", "assumption", "constructor", "intro h", "by_cases p"),
        "simp [and_or_left]",
    ),
    WarmupTheorem(
        "theorem appended (xs ys : List Nat) : (xs ++ ys).reverse = ys.reverse ++ xs.reverse",
        ("rfl", "assumption", "omega", "decide", "cases xs", "induction xs"),
        "simp",
    ),
    WarmupTheorem(
        "theorem even_or_odd (n : Nat) : ∃ k, n = 2 * k ∨ n = 2 * k + 1",
        (*USUAL, "induction n", "exists n", "refine ⟨n / 2, ?_⟩"),
        "exact ⟨n / 2, by omega⟩",
    ),
)


def requests() -> Iterator[dict[str, Any]]:
    """What the worker is asked, in order."""
    yield {"op": "hello", "nonce": "rehearsal", "options": ""}
    for scene in WARMUP_THEOREMS:
        yield {"op": "open", "milliseconds": 60_000, **codec.hole(scene.theorem)}
    for number, scene in enumerate(WARMUP_THEOREMS):
        yield {"op": "run", "state": number, "tactics": [*scene.tactics, scene.proof], **LIMIT}
        yield {"op": "premises", "state": number, "count": 8}
    for _ in range(ROUNDS):
        for scene in WARMUP_THEOREMS:
            claim = codec.claim(scene.theorem, scene.proof)
            yield {"op": "verify", **claim, "heartbeats": 200_000, "milliseconds": 60_000}


def warm_up(worker: Command, report: ReportProgress) -> list[dict[str, Any]]:
    """Runs the worker, which keeps its machine code when it ends. Its answers.

    Raises `ProverError` when it does not end well.
    """
    report("rehearsing", 0, None)
    numbered = ({"id": number, **request} for number, request in enumerate(requests()))
    ran = run_command(worker, "".join(f"{json.dumps(request)}\n" for request in numbered))
    if ran.returncode:
        raise ProverError(
            f"Lean's worker ended with {ran.returncode}: {ran.stderr.strip()[-2000:]}",
            "This is a fault of the prover itself, or of too little memory.",
        )
    mark = "rehearsal "
    replies = (line for line in ran.stdout.splitlines() if line.startswith(mark))
    return [json.loads(line.removeprefix(mark)) for line in replies]
