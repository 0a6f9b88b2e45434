"""What divides what: theorems of the library by the shape of the claim."""

from __future__ import annotations

from collections.abc import Iterator

from prover.policy.builtin.focus import Focus, Proposal

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


def divides(focus: Focus) -> Iterator[Proposal]:
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


def from_divisors(focus: Focus) -> Iterator[Proposal]:
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
