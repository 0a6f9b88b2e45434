"""Tactics that use a hypothesis: take it apart, apply it, rewrite with it, instantiate it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from prover.lean.interface import Hypothesis
from prover.policy.builtin.main_goal import MainGoal, Proposal
from prover.policy.builtin.terms import arguments, simplest

MOST_FACTS = 8
MOST_INSTANCES = 6
CONNECTIVES = ("And", "Exists", "Iff", "Dvd.dvd", "Eq")
FUNCTIONS = ("∀", "→", "Not", "Ne")


def destruct(focus: MainGoal) -> Iterator[Proposal]:
    """Takes a hypothesis apart."""
    for fact in focus.facts[:MOST_FACTS]:
        yield from _connective(focus, fact)
        if focus.inductive(fact.head):
            for closer in ("", " <;> simp_all", " <;> grind"):
                yield Proposal(f"cases fact{closer}", f"cases {fact.name}{closer}")
        elif fact.constructors == 1 and fact.head not in CONNECTIVES:
            [x] = focus.fresh("x")
            yield Proposal("obtain one", f"obtain ⟨{x}⟩ := {fact.name}")
            yield Proposal("cases one", f"cases {fact.name}")


def _connective(focus: MainGoal, fact: Hypothesis) -> Iterator[Proposal]:
    """What the parts of a compound proposition are called."""
    h = fact.name
    match fact.head:
        case "And":
            names = focus.fresh(*[h] * _conjuncts(fact.type))
            yield Proposal("obtain and", f"obtain ⟨{', '.join(names)}⟩ := {h}")
        case "Exists":
            x, hx = focus.fresh(_bound(fact), "h")
            yield Proposal("obtain exists", f"obtain ⟨{x}, {hx}⟩ := {h}")
            yield Proposal("obtain exists rfl", f"obtain ⟨{x}, rfl⟩ := {h}")
        case "Or":
            for closer in ("", " <;> grind", " <;> simp_all", " <;> omega"):
                yield Proposal(f"rcases or{closer}", f"rcases {h} with {h} | {h}{closer}")
        case "Iff":
            yield Proposal("obtain iff", f"obtain ⟨{h}, {h}'⟩ := {h}")
        case "Dvd.dvd":
            [k] = focus.fresh("k")
            yield Proposal("obtain dvd", f"obtain ⟨{k}, {h}⟩ := {h}")
            yield Proposal("obtain dvd rfl", f"obtain ⟨{k}, rfl⟩ := {h}")


def quotients(focus: MainGoal) -> Iterator[Proposal]:
    """Names what divides what, in all hypotheses at once."""
    divisions = [fact.name for fact in focus.facts if fact.head == "Dvd.dvd"]
    if len(divisions) > 1:
        names = focus.fresh(*["k"] * len(divisions))
        pairs = zip(names, divisions, strict=True)
        parts = [f"obtain ⟨{k}, hk{place}⟩ := {h}" for place, (k, h) in enumerate(pairs)]
        yield Proposal("obtain all dvd", "; ".join(parts))


def _conjuncts(text: str) -> int:
    """How many parts a printed conjunction has that are not in brackets."""
    depth, count = 0, 1
    for character in text:
        depth += (character in "(⟨") - (character in ")⟩")
        count += character == "∧" and depth == 0
    return max(2, count)


def _bound(fact: Hypothesis) -> str:
    """The name of the variable that an existential binds."""
    name = fact.type.removeprefix("∃ ").split(",")[0].split(" ")[0].strip("()")
    return name if name.isidentifier() else "x"


def rewrite(focus: MainGoal) -> Iterator[Proposal]:
    """Rewrites with an equality or equivalence, or lets `simp` do it."""
    equations = [fact for fact in focus.facts if _is_equation(fact)][:MOST_FACTS]
    for fact in equations:
        h = fact.name
        yield Proposal("rw fact", f"rw [{h}]")
        yield Proposal("rw ← fact", f"rw [← {h}]")
        if fact.head == "Eq":
            yield Proposal("subst", f"subst {h}")
    for fact in equations:
        h = fact.name
        yield Proposal("simp [fact]", f"simp [{h}]")
        for other in focus.facts[:MOST_FACTS]:
            if other.name != h and other.head not in FUNCTIONS:
                yield Proposal("rw fact at", f"rw [{h}] at {other.name}")
                break
    if len(equations) > 1:
        names = ", ".join(fact.name for fact in equations)
        yield Proposal("simp [facts]", f"simp [{names}]")
        yield Proposal("rw facts", f"rw [{names}]")
    if focus.facts:
        yield Proposal("simp at *", "simp at *")
        yield Proposal("subst_vars", "subst_vars")


def _is_equation(fact: Hypothesis) -> bool:
    return fact.head in ("Eq", "Iff") or (
        fact.head == "∀" and (" = " in fact.type or "↔" in fact.type)
    )


def apply(focus: MainGoal) -> Iterator[Proposal]:
    """Applies a hypothesis to the target."""
    for fact in focus.facts[:MOST_FACTS]:
        h = fact.name
        if fact.head in FUNCTIONS:
            yield Proposal("apply fact", f"apply {h}")
            yield Proposal("apply fact <;> assumption", f"apply {h} <;> assumption")
            yield Proposal("apply fact <;> grind", f"apply {h} <;> grind")
        if fact.head in ("Not", "Ne"):
            yield Proposal("absurd", f"exact absurd ‹_› {h}")
        if fact.head == "Eq":
            yield Proposal("exact symm", f"exact {h}.symm")


def instantiate(focus: MainGoal) -> Iterator[Proposal]:
    """Adds instances of a universal hypothesis, for `grind` or for later."""
    [name] = focus.fresh("this")
    yield from _obtain_instances(focus)
    for fact in focus.facts[:4]:
        if fact.head not in ("∀", "→"):
            continue
        for given in islice(simplest(arguments(focus, fact)), MOST_INSTANCES):
            term = " ".join([fact.name, *given])
            if given:
                yield Proposal("have instance", f"have {name} := {term}")
                yield Proposal("grind instance", f"have {name} := {term}\ngrind")


def _obtain_instances(focus: MainGoal) -> Iterator[Proposal]:
    """What a universal hypothesis says to exist, for a variable at hand."""
    x, h = focus.fresh("x", "h")
    for fact in focus.facts[:6]:
        says_so = fact.head in ("∀", "→") and "∃" in fact.type
        if says_so or focus.defined(fact.head):
            for variable in focus.variables[::-1][:4]:
                term = f"{fact.name} {variable.name}"
                yield Proposal("obtain instance", f"obtain ⟨{x}, {h}⟩ := {term}")


def rename(focus: MainGoal) -> Iterator[Proposal]:
    """Names what has no name that a tactic can use."""
    hidden = [
        hypothesis
        for hypothesis in focus.goal.hypotheses
        if not hypothesis.accessible and not hypothesis.name.startswith("inst")
    ]
    if hidden:
        names = [
            ("ih" if "ih" in item.name else "h") if item.is_proposition else "x" for item in hidden
        ]
        yield Proposal("rename_i", f"rename_i {' '.join(focus.fresh(*names))}")
