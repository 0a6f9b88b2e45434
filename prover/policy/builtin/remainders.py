"""Case distinction on remainders, and on the few values that a bounded number can have."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from prover.policy.builtin.focus import MODULUS, Focus, Proposal

LARGEST = 13
SIMP = {
    "Nat": "Nat.dvd_iff_mod_eq_zero, Nat.pow_succ, Nat.mul_mod, Nat.add_mod",
    "Int": "Int.dvd_iff_emod_eq_zero, Int.pow_succ, Int.mul_emod, Int.add_emod, Int.sub_emod",
}
VALUES = 24


def moduli(focus: Focus) -> list[int]:
    """The moduli that the goal speaks of, those of its target first; even ones if it has none."""
    found = [int(a or b) for a, b in MODULUS.findall(focus.text)]
    return [m for m in dict.fromkeys(found) if 1 < m <= LARGEST]


def by_remainders(focus: Focus) -> Iterator[Proposal]:
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


def _parity(focus: Focus, names: list[str]) -> Iterator[Proposal]:
    """Even or odd, where the goal speaks of no remainder."""
    for name in names:
        yield Proposal("parity <;> grind", _quotients(focus, name, 2))


def powers(focus: Focus) -> Iterator[Proposal]:
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


def by_values(focus: Focus) -> Iterator[Proposal]:
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


def _quotients(focus: Focus, name: str, m: int) -> str:
    [k] = focus.fresh("k")
    cases = " ∨ ".join(f"{name} = {m} * {k} + {r}" for r in range(m))
    names = " | ".join(["rfl"] * m)
    return (
        f"obtain ⟨{k}, hk⟩ : ∃ {k}, {cases} := ⟨{name} / {m}, by omega⟩\n"
        f"rcases hk with {names} <;> grind"
    )
