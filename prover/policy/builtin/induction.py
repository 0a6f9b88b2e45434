"""Induction and case distinction on the values of an inductive type."""

from __future__ import annotations

from collections.abc import Iterator

from prover.lean.interface import Hypothesis
from prover.policy.builtin.main_goal import MainGoal, Proposal

MOST = 5
NOT_BY_CASES = ("Int", "Rat", "Fin", "BitVec", "String", "Char", "Float", "Array", "UInt8")
CLOSERS = ("simp_all", "grind", "omega")


def by_induction(focus: MainGoal) -> Iterator[Proposal]:
    """Induction on a variable or on an inductive fact, alone or with a closer for every case."""
    told = _told(focus)
    for subject in _subjects(focus):
        x = subject.name
        others = _others(focus, subject)
        for suffix, kind in (("", ""), (f" generalizing {others}", " generalizing")):
            if suffix and not others:
                continue
            for closer in CLOSERS:
                tactic = f"induction {x}{suffix} <;> {closer}"
                yield Proposal(f"induction{kind} <;> {closer}", tactic)
                if told and closer != "omega":
                    yield Proposal(
                        f"induction{kind} <;> {closer} [definitions]", f"{tactic} [{told}]"
                    )
            yield Proposal(f"induction{kind}", _cases(focus, f"induction {x}{suffix}", subject))


def strongly(focus: MainGoal) -> Iterator[Proposal]:
    """Strong induction on a natural number."""
    for subject in focus.variables:
        if subject.type == "Nat":
            others = _others(focus, subject)
            suffix = f" generalizing {others}" if others else ""
            [ih] = focus.fresh("ih")
            x = subject.name
            start = f"induction {x} using Nat.strongRecOn{suffix} with\n| _ {x} {ih} =>"
            yield Proposal("strong induction", f"{start} ?_")
            for closer in CLOSERS[:2]:
                cases = f"rcases {x} with _ | _ | {x} <;> {closer}"
                yield Proposal(f"strong induction <;> {closer}", f"{start}\n  {cases}")


def by_recursion(focus: MainGoal) -> Iterator[Proposal]:
    """Follows the recursion of a function of the file."""
    told = _told(focus)
    for item in focus.definitions[:3]:
        for closer in ("simp_all", "grind"):
            yield Proposal(
                f"fun_induction <;> {closer}", f"fun_induction {item.name} <;> {closer} [{told}]"
            )
        yield Proposal("fun_induction", f"fun_induction {item.name}")
        yield Proposal("fun_cases <;> grind", f"fun_cases {item.name} <;> grind [{told}]")


def by_cases(focus: MainGoal) -> Iterator[Proposal]:
    """Tells the constructors of a variable's value apart."""
    told = _told(focus)
    for subject in focus.variables:
        head = subject.head
        if not subject.constructors or head in NOT_BY_CASES or head in ("Bool", "∀", "→"):
            continue
        x = subject.name
        for closer in CLOSERS[:2]:
            hint = f" [{told}]" if told else ""
            yield Proposal(f"cases <;> {closer}", f"cases {x} <;> {closer}{hint}")
        yield Proposal("cases", _cases(focus, f"cases {x}", subject))


def _told(focus: MainGoal) -> str:
    """The definitions of the file that closers are told."""
    return ", ".join(item.name for item in focus.definitions[:8])


def _subjects(focus: MainGoal) -> list[Hypothesis]:
    """What induction can be on: variables first, then inductive facts of the file's own."""
    variables = [v for v in focus.variables if v.recursive and v.head not in NOT_BY_CASES]
    facts = [
        fact
        for fact in focus.facts
        if (focus.inductive(fact.head) and fact.recursive)
        or (fact.head == "LE.le" and _is_natural(focus, fact))
    ]
    return [*facts, *variables][:MOST]


def _is_natural(focus: MainGoal, fact: Hypothesis) -> bool:
    """Whether a comparison's greater side is a variable that is a natural number."""
    return fact.type.rpartition(" ≤ ")[2] in focus.of_type("Nat")


def _others(focus: MainGoal, subject: Hypothesis) -> str:
    """The other variables, which the induction hypothesis should be about as well."""
    fixed = ("∀", "→", "Prop")
    return " ".join(
        variable.name
        for variable in focus.variables
        if variable.name != subject.name
        and variable.head not in fixed
        and f" {variable.name} " not in f" {subject.type} "
    )


def _cases(focus: MainGoal, start: str, subject: Hypothesis) -> str:
    """The tactic with names for what the constructors hold, where we know them."""
    x = subject.name
    recursive = start.startswith("induction")
    match subject.head:
        case "Nat":
            [ih] = focus.fresh("ih")
            zero, successor = "zero", f"succ {x}" + (f" {ih}" if recursive else "")
            return f"{start} with\n| {zero} => ?_\n| {successor} => ?_"
        case "List":
            head, tail, ih = focus.fresh("a", x, "ih")
            cons = f"cons {head} {tail}" + (f" {ih}" if recursive else "")
            return f"{start} with\n| nil => ?_\n| {cons} => ?_"
    return start
