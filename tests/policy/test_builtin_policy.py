"""The built-in policy: what it proposes for which goals."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.lean.interface import Binder, Definition, Goal, Hypothesis, Premise, State
from prover.policy.builtin.builtin_policy import (
    FAMILIES,
    BuiltinPolicy,
    Count,
    Priors,
    learned,
    proposals,
)
from prover.policy.builtin.main_goal import MainGoal
from prover.policy.builtin.terms import arguments
from prover.policy.policy import Candidate, Question


def hypothesis(name: str, type_: str, head: str, proposition: bool = True) -> Hypothesis:
    recursive = head in ("Nat", "List")
    constructors = 2 if head in ("Nat", "Int", "List", "Or", "Bool") else None
    return Hypothesis(
        name, type_, head, proposition, constructors=constructors, recursive=recursive
    )


A = hypothesis("a", "Int", "Int", False)
N = hypothesis("n", "Nat", "Nat", False)
RATIONALS = tuple(hypothesis(name, "Rat", "Rat", False) for name in "ab")


def goal(
    target: str,
    head: str,
    *hypotheses: Hypothesis,
    binders: tuple[Binder, ...] = (),
    definitions: tuple[Definition, ...] = (),
) -> Goal:
    return Goal(hypotheses, target, head, "key", f"⊢ {target}", binders, definitions)


def tactics(given: Goal, *premises: Premise) -> list[str]:
    return [proposal.tactic for proposal in proposals(MainGoal(given, tuple(premises)))]


async def ranked(given: Goal, count: int = 1000, seed: int = 0) -> list[Candidate]:
    question = Question(State(1, (given,), given.key))
    [candidates] = await BuiltinPolicy(seed=seed).propose([question], count)
    return candidates


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        (goal("p ∧ q", "And"), "constructor"),
        (goal("p ∨ q", "Or"), "left"),
        (goal("∃ n, n = a", "Exists", A), "exact ⟨a, by omega⟩"),
        (goal("∃ m n, m + n = a", "Exists", A), "exact ⟨a, a + 1, by omega⟩"),
        (goal("p", "", hypothesis("h", "p ∨ q", "Or")), "rcases h with h | h"),
        (goal("p", "", hypothesis("h", "∃ x, p x", "Exists")), "obtain ⟨x, h₁⟩ := h"),
        (goal("p", "", hypothesis("h", "q → p", "→")), "apply h"),
        (goal("a = b", "Eq", hypothesis("h", "a = c", "Eq")), "rw [h]"),
        (goal("a = b", "Eq", hypothesis("h", "a = c", "Eq")), "subst h"),
        (goal("¬p", "Not"), "intro h"),
        (goal("f = g", "Eq", hypothesis("f", "α → α", "→", False)), "funext x"),
        (goal("n = n", "Eq", N), "induction n <;> simp_all"),
        (
            goal("3 ∣ n", "Dvd.dvd", N),
            "rcases (by omega : n % 3 = 0 ∨ n % 3 = 1 ∨ n % 3 = 2) with h | h | h",
        ),
        (goal("0 ≤ a * a", "LE.le", A), "grind [Lean.Grind.OrderedRing.sq_nonneg (a := a)]"),
        (
            goal("p", "", A, hypothesis("h", "a + 2 * b = 3", "Eq")),
            "obtain rfl : a = 3 - 2 * b := by grind",
        ),
        (goal("f x = 1", "Eq", definitions=(Definition("f"),)), "simp_all [f]"),
        (goal("E 2", "E", definitions=(Definition("E", ("E.step",)),)), "apply E.step"),
        (
            goal("x ^ (n + 1) ≤ 1", "LE.le", N),
            "simp only [Nat.pow_succ, Int.pow_succ, Lean.Grind.Semiring.pow_succ]\n"
            "generalize x ^ n = y at *",
        ),
        (
            goal("1 + n ≤ y * (1 + n)", "LE.le", N, hypothesis("ih", "n ≤ y", "LE.le")),
            "have := Nat.mul_le_mul_right (1 + n) ih\ngrind",
        ),
        (
            goal("a = 0", "Eq", A, hypothesis("h", "a ^ 2 = 4 * a - 4", "Eq")),
            "have h00 : a - 2 = 0 := by\n  apply Classical.byContradiction; intro hn\n"
            "  grind [Lean.Grind.OrderedRing.sq_pos hn]\ngrind",
        ),
        (
            goal("∃ x y, 7 * x + 4 * y = n", "Exists", A),
            "exact ⟨(3 * n) % 4, (n - 7 * ((3 * n) % 4)) / 4, by omega⟩",
        ),
        (goal("∃ x, a * x + b = y", "Exists", A), "exact ⟨(y - b) / a, by grind⟩"),
        (
            goal("∃ c, a < c ∧ c < b", "Exists", RATIONALS[0], RATIONALS[1]),
            "exact ⟨(a + b) / 2, by grind⟩",
        ),
        (
            goal("∃ c d, a < c ∧ c < d", "Exists", RATIONALS[0], RATIONALS[1]),
            "exact ⟨(2 * a + 1 * b) / 3, (1 * a + 2 * b) / 3, by grind⟩",
        ),
        (
            goal("Nonempty β", "Nonempty", hypothesis("f", "α → β", "→", False), A),
            "exact ⟨f a⟩",
        ),
        (
            goal("a ≤ b", "LE.le", *RATIONALS, hypothesis("h", "∀ (e : Rat), a ≤ b + e", "∀")),
            "have this := h ((a - b) / 2)",
        ),
        (goal("d ∣ a * x + b * y", "Dvd.dvd", A), "apply Int.dvd_add"),
        (
            goal("n = m", "Eq", N, hypothesis("h", "n ∣ m", "Dvd.dvd")),
            "apply Nat.dvd_antisymm <;> assumption",
        ),
        (goal("d ≤ Nat.gcd n m", "LE.le", N), "apply Nat.le_of_dvd"),
        (
            goal("n / n * n ≤ n", "LE.le", N),
            "have := Nat.div_add_mod n n\nhave := Nat.mod_lt n (y := n)\ngrind",
        ),
    ],
)
def test_the_shape_of_a_goal_says_what_to_try(shape: Goal, wanted: str) -> None:
    assert wanted in tactics(shape)


def test_intro_takes_the_binders_own_names_where_they_are_free() -> None:
    binders = (Binder("n", True, False), Binder("a✝", False, True))
    assert "intro n h" in tactics(goal("∀ n, p n → q", "∀", binders=binders))
    assert "intro n₁ h" in tactics(goal("∀ n, p n → q", "∀", N, binders=binders))


def test_hypotheses_without_a_usable_name_are_not_named() -> None:
    hidden = Hypothesis("h✝", "p ∧ q", "And", True, accessible=False)
    proposed = tactics(goal("p", "", hidden))
    assert not any("h✝" in tactic for tactic in proposed)
    assert "rename_i h" in proposed


def test_premises_are_used_as_they_fit() -> None:
    fits = Premise("Nat.add_comm", "n + m = m + n", 2.0, ("rw",))
    internal = Premise("Nat.Linear.Expr", "…", 3.0, ("rw", "apply"))
    proposed = tactics(goal("a + b = b + a", "Eq"), fits, internal)
    assert "rw [Nat.add_comm]" in proposed
    assert not any("Nat.Linear" in tactic for tactic in proposed)


def test_arguments_of_a_universal_fact_have_its_types() -> None:
    x, p = hypothesis("x", "Rat", "Rat", False), hypothesis("p", "Prop", "Prop", False)
    fact = hypothesis("h", "∀ (a b : Rat), f (a + b) = f a + f b", "∀")
    focus = MainGoal(goal("f (x / 2) = f x / 2", "Eq", x, p, fact))
    first, second = arguments(focus, fact)
    assert first[:2] == ["x", "(x / 2)"]
    assert first == second
    assert "p" not in first


async def test_candidates_are_ordered_and_different() -> None:
    given = goal("a + b = b + a", "Eq", A, hypothesis("b", "Int", "Int", False))
    candidates = await ranked(given)
    logprobs = [candidate.logprob for candidate in candidates]
    assert logprobs == sorted(logprobs, reverse=True)
    assert all(math.isfinite(logprob) and logprob < 0 for logprob in logprobs)
    assert len({candidate.tactic for candidate in candidates}) == len(candidates)
    assert await ranked(given) == candidates
    assert await ranked(given, 5) == candidates[:5]
    assert await ranked(given, seed=1) == await ranked(given, seed=1) != candidates


TEXT = st.text(st.sampled_from("xyn01 23+-*/^%∣≤<=≠()∀∃,:→∧∨¬.fFi✝ₙ\n"), max_size=40)
HEADS = st.sampled_from(["Eq", "And", "Or", "Exists", "∀", "→", "Not", "Dvd.dvd", "LE.le", "", "E"])
NAMES = st.sampled_from(["x", "y", "n", "h", "h₁", "inst✝", "a✝¹"])
TYPES = st.one_of(TEXT, st.sampled_from(["Nat", "Int", "Rat", "List Nat", "Prop", "R"]))
HYPOTHESES = st.builds(
    Hypothesis,
    name=NAMES,
    type=TYPES,
    head=st.one_of(HEADS, st.sampled_from(["Nat", "List", "Lean.Grind.OrderedRing"])),
    is_proposition=st.booleans(),
    accessible=st.booleans(),
    constructors=st.sampled_from([None, 0, 1, 2]),
    recursive=st.booleans(),
)
GOALS = st.builds(
    Goal,
    hypotheses=st.lists(HYPOTHESES, max_size=6).map(tuple),
    target=TEXT,
    head=HEADS,
    key=st.just("k"),
    pretty=st.just("⊢"),
    binders=st.lists(st.builds(Binder, NAMES, st.booleans(), st.booleans()), max_size=3).map(tuple),
    definitions=st.lists(
        st.builds(Definition, st.sampled_from(["f", "E"]), st.sampled_from([(), ("E.a", "E.b")])),
        max_size=2,
    ).map(tuple),
)


@given(GOALS)
def test_no_goal_is_too_strange(given: Goal) -> None:
    for proposal in proposals(
        MainGoal(given, (Premise("Nat.succ_le", "…", 1.0, ("apply", "rw ←")),))
    ):
        assert proposal.family
        assert proposal.tactic.strip()


def test_every_family_has_a_prior() -> None:
    assert len(FAMILIES) > 20
    assert len(learned().families) > 100


def test_priors_follow_what_was_counted() -> None:
    priors = Priors(
        {"often": Count(50, 100, 1.0), "seldom": Count(1, 100, 1.0), "slow": Count(50, 100, 100.0)},
        {"Eq": {"seldom": Count(90, 100, 1.0)}},
    )
    assert priors.logprob("often", "And") > priors.logprob("seldom", "And")
    assert priors.logprob("often", "And") > priors.logprob("slow", "And")
    assert priors.logprob("seldom", "Eq") > priors.logprob("often", "Eq")
    assert priors.logprob("never heard of", "Eq") < priors.logprob("often", "Eq") <= 0


def test_notations_for_number_types_make_no_difference() -> None:
    noted = hypothesis("n", "ℕ", "Nat", False)
    assert tactics(goal("3 ∣ n", "Dvd.dvd", noted)) == tactics(goal("3 ∣ n", "Dvd.dvd", N))


def test_what_is_known_is_not_asked_again() -> None:
    asked = "by_cases h₁ : 0 ≤ a"
    other = hypothesis("h", "a = 3", "Eq")
    assert asked in tactics(goal("p", "", A, other))
    for known in ("0 ≤ a", "¬0 ≤ a"):
        assert asked not in tactics(goal("p", "", A, hypothesis("h", known, "LE.le")))
