"""Natural numbers and integers: comparisons, divisibility, powers, remainders, linear equations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, pairwise

from prover.policy.builtin.main_goal import MODULUS, MainGoal, Proposal
from prover.policy.builtin.terms import comparison, equations

DIVISION = re.compile(r"([^\W\d][\w.'₀-₉]*) [/%] ([^\W\d][\w.'₀-₉]*)")


def larger(focus: MainGoal) -> Iterator[Proposal]:
    """Writes the greater of two naturals as a sum, and multiplies comparisons."""
    [k] = focus.fresh("k")
    facts = [(fact.name, c) for fact in focus.facts if (c := comparison(fact.type))][:4]
    for name, found in facts:
        if found.greater in focus.of_type("Nat"):
            lemma = "Nat.exists_eq_add_of_lt" if found.strict else "Nat.exists_eq_add_of_le"
            yield Proposal("sum for greater", f"obtain ⟨{k}, rfl⟩ := {lemma} {name}")
        yield Proposal("square of comparison", f"have := Nat.mul_le_mul {name} {name}\ngrind")
    for (first, _), (second, _) in combinations(facts, 2):
        tactic = f"have := Nat.mul_le_mul {first} {second}\ngrind"
        yield Proposal("product of comparisons", tactic)


def divisions(focus: MainGoal) -> Iterator[Proposal]:
    """What is known of the quotients and remainders of variables."""
    pairs = dict.fromkeys(DIVISION.findall(focus.text))
    for n, d in list(pairs)[:2]:
        if {n, d} <= {*focus.of_type("Nat")}:
            yield Proposal(
                "division",
                f"have := Nat.div_add_mod {n} {d}\nhave := Nat.mod_lt {n} (y := {d})\ngrind",
            )


def compare(focus: MainGoal) -> Iterator[Proposal]:
    """Compares two natural numbers."""
    k, h = focus.fresh("k", "h")
    for a, b in combinations(focus.of_type("Nat")[:4], 2):
        either = f"rcases Nat.le_total {a} {b} with {h} | {h}"
        yield Proposal("compare naturals", f"{either} <;> grind")
        obtain = f"obtain ⟨{k}, rfl⟩ := Nat.exists_eq_add_of_le {h}"
        yield Proposal("compare and sum", f"{either} <;> {obtain} <;> grind")
        each = f"rcases Nat.lt_trichotomy {a} {b} with {h} | {h} | {h} <;> first"
        strictly = f"have := Nat.mul_lt_mul'' {h} {h}; grind"
        weakly = f"have := Nat.mul_le_mul {h} {h}; grind"
        tactic = f"{each}\n  | grind\n  | {strictly}\n  | {weakly}"
        yield Proposal("compare and square", tactic)
        yield Proposal("product of positives", f"have := Nat.mul_pos (m := {a}) (n := {b})\ngrind")


NATURAL = {
    "+": ("Nat.dvd_add",),
    "-": ("Nat.dvd_sub", "Nat.dvd_of_mod_eq_zero; apply Nat.sub_mod_eq_zero_of_mod_eq"),
    "*": ("Nat.dvd_mul_left_of_dvd", "Nat.dvd_mul_right_of_dvd", "Nat.mul_dvd_mul"),
    "gcd": ("Nat.dvd_gcd",),
    "": ("Nat.dvd_of_mod_eq_zero", "Nat.dvd_trans"),
}
INTEGER = {
    "+": ("Int.dvd_add",),
    "-": ("Int.dvd_sub",),
    "*": ("Int.dvd_mul_of_dvd_left", "Int.dvd_mul_of_dvd_right", "Int.mul_dvd_mul"),
    "": ("Int.dvd_of_emod_eq_zero", "Int.dvd_trans"),
}


def divides(focus: MainGoal) -> Iterator[Proposal]:
    """A divisor of a sum, of a product, of a greatest common divisor."""
    if focus.goal.head != "Dvd.dvd":
        return
    _, _, whole = focus.goal.target.partition(" ∣ ")
    lemmas = INTEGER if any(number.type == "Int" for number in focus.numbers) else NATURAL
    for sign, names in lemmas.items():
        if sign in whole:
            for name in names:
                yield Proposal("dvd lemma <;> assumption", f"apply {name} <;> assumption")
                yield Proposal("dvd lemma <;> grind", f"apply {name} <;> grind")
                yield Proposal("dvd lemma", f"apply {name}")


def from_divisors(focus: MainGoal) -> Iterator[Proposal]:
    """Natural numbers that divide each other are equal; a divisor is not greater."""
    if not focus.of_type("Nat"):
        return
    if focus.goal.head == "Eq" and any(fact.head == "Dvd.dvd" for fact in focus.facts):
        yield Proposal("dvd_antisymm", "apply Nat.dvd_antisymm <;> assumption")
    if focus.goal.head == "Eq" and ("∣" in focus.text or "gcd" in focus.text):
        yield Proposal("apply dvd_antisymm", "apply Nat.dvd_antisymm")
    if focus.goal.head == "LE.le" and ("∣" in focus.text or "gcd" in focus.text):
        yield Proposal("apply le_of_dvd", "apply Nat.le_of_dvd")
    if focus.goal.head == "LT.lt" and "gcd" in focus.goal.target:
        for side in ("left", "right"):
            lemma = f"Nat.gcd_pos_of_pos_{side}"
            yield Proposal("gcd is positive", f"apply {lemma} <;> assumption")


BASE = r"(?P<base>[^\W\d][\w.'₀-₉]*|\d+|\([^()]+\))"
SUCCESSOR = re.compile(rf"{BASE} \^ \((?P<n>[^\W\d][\w.'₀-₉]*) \+ \d+\)")
MULTIPLE = re.compile(rf"{BASE} \^ \((?P<k>\d+) \* \((?P<n>[^\W\d][\w.'₀-₉]*) \+ 1\)\)")
FACTOR = re.compile(r"\* (?P<factor>[^\W\d][\w.'₀-₉]*(?! \^)|\d+(?! \^)|\([^()]+\)(?! \^))")
SUCC = ("Nat.pow_succ", "Int.pow_succ", "Lean.Grind.Semiring.pow_succ")
ADD = ("Nat.mul_succ", "Nat.pow_add", "Int.pow_add", "Lean.Grind.Semiring.pow_add")


def successors(focus: MainGoal) -> Iterator[Proposal]:
    """Splits a factor off a power and forgets that the rest is one: what is known of it stands in
    the hypotheses, and what is left is a polynomial."""
    [y] = focus.fresh("y")
    for pattern, lemmas in ((SUCCESSOR, SUCC), (MULTIPLE, (*ADD, *SUCC))):
        for found in list(pattern.finditer(focus.goal.target))[:2]:
            exponent = f"({found['k']} * {found['n']})" if "k" in found.groupdict() else found["n"]
            power = f"{found['base']} ^ {exponent}"
            rewritten = f"simp only [{', '.join(lemmas)}]"
            yield Proposal("generalize power", f"{rewritten}\ngeneralize {power} = {y} at *")


def multiples(focus: MainGoal) -> Iterator[Proposal]:
    """Multiplies a comparison of natural numbers with a factor from the target."""
    if focus.goal.head not in ("LE.le", "LT.lt", "GE.ge", "GT.gt"):
        return
    factors = dict.fromkeys(found["factor"] for found in FACTOR.finditer(focus.goal.target))
    for fact in [fact for fact in focus.facts if comparison(fact.type)][:3]:
        for factor in list(factors)[:3]:
            hint = f"have := Nat.mul_le_mul_right {factor} {fact.name}"
            yield Proposal("multiple of comparison", f"{hint}\ngrind")


FLIPPED = {"+": "-", "-": "+"}


def eliminate(focus: MainGoal) -> Iterator[Proposal]:
    """Solves a linear equation for one of its variables."""
    names = {number.name for number in focus.numbers if number.type != "Nat"}
    for fact in focus.facts[:6]:
        sides = equations(fact.type) if fact.head == "Eq" else []
        for left, right in sides[:1]:
            parts = re.split(r" ([+\-]) ", f"0 + {left}")
            terms = list(zip(parts[1::2], parts[2::2], strict=True))
            if len(terms) < 2 or any(text.count("(") != text.count(")") for _, text in terms):
                continue
            for place, (sign, name) in enumerate(terms):
                others = terms[:place] + terms[place + 1 :]
                alone = not any(name in text.split() for _, text in others)
                if name in names and sign == "+" and alone:
                    moved = "".join(f" {FLIPPED[s]} {text}" for s, text in others)
                    yield Proposal("eliminate", f"obtain rfl : {name} = {right}{moved} := by grind")


LARGEST = 13
SIMP = {
    "Nat": "Nat.dvd_iff_mod_eq_zero, Nat.pow_succ, Nat.mul_mod, Nat.add_mod",
    "Int": "Int.dvd_iff_emod_eq_zero, Int.pow_succ, Int.mul_emod, Int.add_emod, Int.sub_emod",
}
VALUES = 24


def moduli(focus: MainGoal) -> list[int]:
    """The moduli that the goal speaks of, those of its target first; even ones if it has none."""
    found = [int(a or b) for a, b in MODULUS.findall(focus.text)]
    return [m for m in dict.fromkeys(found) if 1 < m <= LARGEST]


def by_remainders(focus: MainGoal) -> Iterator[Proposal]:
    """Goes through the remainders of one or two variables."""
    variables = [v for v in focus.numbers if v.type in SIMP][:3]
    named = moduli(focus)[:3]
    if not named:
        yield from _parity(focus, [variable.name for variable in variables])
    for m in named:
        for variable in variables:
            yield Proposal("remainders <;> simp", _remainders(variable.name, variable.type, m))
            yield Proposal("quotients <;> grind", _quotients(focus, variable.name, m))
            yield Proposal("remainders", _split(variable.name, m, focus.fresh("h")[0]))
        if len(variables) > 1:
            yield Proposal("known remainders", f"simp_all [{SIMP[variables[0].type]}]")
        for first, second in pairwise(variables):
            if m <= 5:
                one = _split(first.name, m, "hx")
                two = _split(second.name, m, "hy")
                told = SIMP[first.type]
                tactic = f"{one} <;> {two} <;> simp_all [{told}]"
                yield Proposal("remainders of two", tactic)


def _parity(focus: MainGoal, names: list[str]) -> Iterator[Proposal]:
    """Even or odd, where the goal speaks of no remainder."""
    for name in names:
        yield Proposal("parity <;> grind", _quotients(focus, name, 2))


def powers(focus: MainGoal) -> Iterator[Proposal]:
    """Remainders of powers with a variable exponent."""
    if "^" in focus.text:
        yield Proposal("simp [pow_mod]", "simp [Nat.pow_mod]")
        yield Proposal("simp [pow_mul, pow_mod]", "simp [Nat.pow_mul, Nat.pow_mod]")
        yield Proposal("simp [pow_succ] at *", "simp only [Nat.pow_succ, Int.pow_succ] at *")
        yield Proposal(
            "pow_succ; omega", "simp only [Nat.pow_succ, Nat.pow_add, Nat.mul_add] at *\nomega"
        )
        yield Proposal(
            "grind [pow_succ]", "grind [Nat.pow_succ, Int.pow_succ, Lean.Grind.Semiring.pow_succ]"
        )


def by_values(focus: MainGoal) -> Iterator[Proposal]:
    """Goes through the values of a bounded variable, where `omega` can see the bound."""
    bounds = [number for number in focus.numerals if 0 < number <= VALUES]
    tried = dict.fromkeys((*bounds[:2], *([max(bounds)] if bounds else [])))
    for variable in [v for v in focus.numbers if v.type in SIMP][:3]:
        for bound in tried:
            least = -bound if variable.type == "Int" else 0
            values = range(least, bound + 1)
            cases = " ∨ ".join(f"{variable.name} = {value}" for value in values)
            names = " | ".join(["rfl"] * len(values))
            each = f"have h : {cases} := by omega\nrcases h with {names} <;>"
            for closer in ("omega", "simp_all", "grind"):
                yield Proposal(f"values <;> {closer}", f"{each} {closer}")
            if variable.type == "Nat":
                bounded = _bounded(variable.name, bound)
                yield Proposal("bounded values", f"{bounded}\n{each} simp_all")


def _bounded(name: str, bound: int) -> str:
    """That a natural number is bounded, since its square would be too large."""
    return f"""have hb : {name} ≤ {bound} := by
  apply Classical.byContradiction
  intro hn
  have hs : {bound} + 1 ≤ {name} := by omega
  have := Nat.mul_le_mul hs hs
  grind"""


def _split(name: str, m: int, h: str) -> str:
    cases = " ∨ ".join(f"{name} % {m} = {r}" for r in range(m))
    names = " | ".join([h] * m)
    return f"rcases (by omega : {cases}) with {names}"


def _remainders(name: str, type_: str, m: int) -> str:
    return f"{_split(name, m, 'h')} <;> simp [{SIMP[type_]}, h]"


def _quotients(focus: MainGoal, name: str, m: int) -> str:
    [k] = focus.fresh("k")
    cases = " ∨ ".join(f"{name} = {m} * {k} + {r}" for r in range(m))
    names = " | ".join(["rfl"] * m)
    return (
        f"obtain ⟨{k}, hk⟩ : ∃ {k}, {cases} := ⟨{name} / {m}, by omega⟩\n"
        f"rcases hk with {names} <;> grind"
    )
