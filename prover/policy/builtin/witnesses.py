"""Values for `∃`: terms built from what is at hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product

from prover.policy.builtin.focus import Focus, Proposal
from prover.policy.builtin.terms import candidates, of_type

BOUND = re.compile(r"∃ (?P<names>[^,]+),")
MOST = 24
MOST_TUPLES = 60
OPEN = 8


def give(focus: Focus) -> Iterator[Proposal]:
    """Gives a value and proves the rest at once, or leaves the rest as a goal."""
    goal = focus.goal
    if goal.head != "Exists":
        return
    count = _count(goal.target)
    whole = all(number.type in ("Nat", "Int") for number in focus.numbers)
    closers = ("omega", "grind") if whole else ("grind", "simp_all")
    terms = list(dict.fromkeys((*candidates(focus, MOST), *of_type(focus, ""))))
    plain = [variable.name for variable in focus.variables]
    pool = list(dict.fromkeys((*plain, *terms)))[:MOST]
    if count > 1:
        for chosen in _tuples(_simple(focus), count, MOST_TUPLES):
            for closer in closers:
                tactic = f"exact ⟨{', '.join(chosen)}, by {closer}⟩"
                yield Proposal(f"give several, {closer}", tactic)
    else:
        for term in pool:
            for closer in closers:
                yield Proposal(f"give, {closer}", f"exact ⟨{term}, by {closer}⟩")
    for term in pool[:OPEN]:
        yield Proposal("give", f"refine ⟨{term}, ?_⟩")
    yield Proposal("give later", "refine ⟨?_, ?_⟩")
    yield Proposal("give a function", "exact ⟨_, rfl⟩")


def _count(target: str) -> int:
    """How many variables the leading quantifiers bind."""
    found = BOUND.match(target)
    if found is None:
        return 1
    names = re.sub(r":[^)]*", "", found["names"]).replace("(", " ").replace(")", " ").split()
    return max(1, len(names))


def _simple(focus: Focus) -> list[str]:
    """Terms of which several are given at once."""
    names = [variable.name for variable in focus.variables]
    first = names[0] if focus.numbers else ""
    multiples = [f"{first} + 1", f"2 * {first}", f"-{first}", f"-2 * {first}"] if first else []
    return list(dict.fromkeys((*names[:3], "0", "1", *multiples, *candidates(focus, 10))))


def _tuples(pool: list[str], count: int, most: int) -> Iterator[tuple[str, ...]]:
    """The combinations whose terms are simplest together."""
    small = pool[: 10 if count == 2 else 4]
    ranked = sorted(
        product(range(len(small)), repeat=count), key=lambda places: (sum(places), places)
    )
    for places in islice(ranked, most):
        yield tuple(small[place] for place in places)
