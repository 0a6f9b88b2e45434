"""Tactics from the shape of the target: introduce, take apart, choose a side, extend."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from prover.lean.interface import Binder
from prover.policy.builtin.main_goal import MainGoal, Proposal

TRUTH = ("true", "false")
RELATIONS = ("Eq", "Ne", "LE.le", "LT.lt", "GE.ge", "GT.gt")


def introduce(focus: MainGoal) -> Iterator[Proposal]:
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


def take_apart(focus: MainGoal) -> Iterator[Proposal]:
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


def extend(focus: MainGoal) -> Iterator[Proposal]:
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


def contradict(focus: MainGoal) -> Iterator[Proposal]:
    """Assumes the opposite, or gives the target up for a contradiction."""
    head = focus.goal.head
    if head == "False":
        return
    if head not in ("∀", "→", "Not"):
        [name] = focus.fresh("h")
        yield Proposal("by contradiction", f"apply Classical.byContradiction; intro {name}")
    if any(fact.head == "Not" or fact.head == "Ne" for fact in focus.facts):
        yield Proposal("exfalso", "exfalso")


def distinguish(focus: MainGoal) -> Iterator[Proposal]:
    """Tells apart whether a proposition or a comparison holds of which nothing is known yet."""
    [h] = focus.fresh("h")
    known = {fact.type for fact in focus.facts}
    for family, proposition in _questions(focus):
        if not known & {proposition, f"¬{proposition}"}:
            yield Proposal(family, f"by_cases {h} : {proposition}")
            if family == "by_cases proposition":
                for closer in ("grind", "simp_all"):
                    tactic = f"by_cases {h} : {proposition} <;> {closer}"
                    yield Proposal(f"{family} <;> {closer}", tactic)
    for name in focus.of_type("Bool")[:4]:
        for closer in ("simp_all", "grind"):
            yield Proposal(f"cases Bool <;> {closer}", f"cases {name} <;> {closer}")
    yield from _values(focus)


def _questions(focus: MainGoal) -> Iterator[tuple[str, str]]:
    """What could be asked, with the family that asks it."""
    for name in focus.of_type("Prop")[:6]:
        yield "by_cases proposition", name
    for first, second in combinations(focus.numbers[:4], 2):
        if first.type == second.type:
            yield "by_cases order", f"{first.name} ≤ {second.name}"
            yield "by_cases equal", f"{first.name} = {second.name}"
    for number in focus.numbers[:3]:
        yield "by_cases zero", f"{number.name} = 0"
        if number.type != "Nat":
            yield "by_cases sign", f"0 ≤ {number.name}"


def _values(focus: MainGoal) -> Iterator[Proposal]:
    """Goes through all values of functions between Booleans, and of Booleans."""
    functions = [v.name for v in focus.variables if v.type == "Bool → Bool"][:2]
    if functions:
        [h] = focus.fresh("h")
        values = [f"cases {h}{i}{b[0]} : {f} {b}" for i, f in enumerate(functions) for b in TRUTH]
        booleans = [f"cases {name}" for name in focus.of_type("Bool")[:3]]
        yield Proposal("values of functions", " <;> ".join([*values, *booleans, "simp_all"]))
