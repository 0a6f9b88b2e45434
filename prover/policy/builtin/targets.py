"""Tactics from the shape of the target: introduce, take apart, choose a side, extend."""

from __future__ import annotations

from collections.abc import Iterator

from prover.lean.base import Binder
from prover.policy.builtin.focus import Focus, Proposal

TRUTH = ("true", "false")
RELATIONS = ("Eq", "Ne", "LE.le", "LT.lt", "GE.ge", "GT.gt")


def introduce(focus: Focus) -> Iterator[Proposal]:
    """Brings in what the target quantifies over or assumes."""
    goal = focus.goal
    if goal.binders:
        names = focus.fresh(*map(_name, goal.binders))
        yield Proposal("intro all", f"intro {' '.join(names)}")
        if len(names) > 1:
            yield Proposal("intro one", f"intro {names[0]}")
    elif goal.head in ("Not", "Ne"):
        [name] = focus.fresh("h")
        yield Proposal("intro negation", f"intro {name}")
    elif goal.head in ("∀", "→"):
        yield Proposal("intros", "intros")
    elif goal.head not in ("And", "Or", "Exists", "Iff", "False"):
        [name] = focus.fresh("h")
        yield Proposal("intro hidden", f"intro {name}")


def _name(binder: Binder) -> str:
    """The binder's own name where it has a usable one."""
    plain = binder.name.rstrip("✝").isidentifier() and not binder.name.startswith(("a✝", "_"))
    if plain and not (binder.name == "a" and binder.is_proposition):
        return binder.name
    return "h" if binder.is_proposition else "x"


def take_apart(focus: Focus) -> Iterator[Proposal]:
    """Splits a conjunction or an equivalence, chooses a side, applies a constructor."""
    head = focus.goal.head
    if head in ("And", "Iff"):
        for closer in ("grind", "simp_all", "omega"):
            yield Proposal(f"constructor <;> {closer}", f"constructor <;> {closer}")
        yield Proposal("constructor", "constructor")
    if head == "And":
        yield Proposal("and_intros", "and_intros")
    if head == "Or":
        yield Proposal("left", "left")
        yield Proposal("right", "right")
    if (item := focus.inductive(head)) is not None:
        for name in item.constructors:
            yield Proposal("apply constructor", f"apply {name}")
            yield Proposal("apply constructor <;>", f"apply {name} <;> assumption")
        yield Proposal("constructor <;> assumption", "constructor <;> assumption")
    if head not in (*RELATIONS, "And", "Iff", "Or", "Exists", "False", "∀", "→", "Not"):
        yield Proposal("constructor other", "constructor")


def extend(focus: Focus) -> Iterator[Proposal]:
    """Proves an equality from the parts of both sides."""
    if focus.goal.head != "Eq":
        return
    [x] = focus.fresh("x")
    if "fun" in focus.words or any("→" in variable.type for variable in focus.variables):
        yield Proposal("funext", f"funext {x}")
        yield Proposal("funext <;> grind", f"funext {x} <;> grind")
        yield Proposal("funext <;> simp_all", f"funext {x} <;> simp_all")
    yield Proposal("ext", f"ext {x}")
    yield Proposal("ext <;> grind", "ext <;> grind")
    yield Proposal("ext <;> simp_all", "ext <;> simp_all")
    yield Proposal("congr", "congr 1")
    yield Proposal("symm", "symm")


def contradict(focus: Focus) -> Iterator[Proposal]:
    """Assumes the opposite, or gives the target up for a contradiction."""
    head = focus.goal.head
    if head == "False":
        return
    if head not in ("∀", "→", "Not"):
        [name] = focus.fresh("h")
        yield Proposal("by contradiction", f"apply Classical.byContradiction; intro {name}")
    if any(fact.head == "Not" or fact.head == "Ne" for fact in focus.facts):
        yield Proposal("exfalso", "exfalso")


def distinguish(focus: Focus) -> Iterator[Proposal]:
    """Tells apart whether a proposition or a comparison of two variables holds."""
    [h] = focus.fresh("h")
    for name in focus.of_type("Prop")[:6]:
        yield Proposal("by_cases proposition", f"by_cases {h} : {name}")
        yield Proposal("by_cases proposition <;> grind", f"by_cases {h} : {name} <;> grind")
        yield Proposal("by_cases proposition <;> simp_all", f"by_cases {h} : {name} <;> simp_all")
    for name in focus.of_type("Bool")[:4]:
        yield Proposal("cases Bool <;> simp_all", f"cases {name} <;> simp_all")
        yield Proposal("cases Bool <;> grind", f"cases {name} <;> grind")
    yield from _values(focus)
    numbers = focus.numbers
    for i, first in enumerate(numbers[:4]):
        for second in numbers[i + 1 : 4]:
            if first.type == second.type:
                a, b = first.name, second.name
                yield Proposal("by_cases order", f"by_cases {h} : {a} ≤ {b}")
                yield Proposal("by_cases equal", f"by_cases {h} : {a} = {b}")
    for first in numbers[:3]:
        yield Proposal("by_cases zero", f"by_cases {h} : {first.name} = 0")
        if first.type != "Nat":
            yield Proposal("by_cases sign", f"by_cases {h} : 0 ≤ {first.name}")


def _values(focus: Focus) -> Iterator[Proposal]:
    """Goes through all values of functions between Booleans, and of Booleans."""
    functions = [v.name for v in focus.variables if v.type == "Bool → Bool"][:2]
    if functions:
        [h] = focus.fresh("h")
        values = [f"cases {h}{i}{b[0]} : {f} {b}" for i, f in enumerate(functions) for b in TRUTH]
        booleans = [f"cases {name}" for name in focus.of_type("Bool")[:3]]
        yield Proposal("values of functions", " <;> ".join([*values, *booleans, "simp_all"]))
