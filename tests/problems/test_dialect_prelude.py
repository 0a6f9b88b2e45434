"""The prelude's definitions mean what Mathlib's mean, and its notation is read as Mathlib's is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from textwrap import indent

import pytest
import pytest_asyncio

from prover.errors import InputError
from prover.file_check import check_file
from prover.lean.interface import Closed, TacticLimit
from prover.lean.pool import LeanPool
from prover.lean.process import Command
from prover.lean_file import LeanFile
from prover.problems.dialect import DIALECTS, needs_mathlib
from prover.problems.problem import Problem

pytestmark = [pytest.mark.lean, pytest.mark.slow]

EMBEDDED = DIALECTS["minif2f-embedded"]
HEADER = "import Mathlib\n\nset_option maxHeartbeats 0\n\nopen BigOperators Real Nat Topology Rat\n"
OPEN_SECONDS = 300.0
"""The first theorem waits for the whole prelude, also on a machine that is busy."""
LIMIT = TacticLimit(seconds=120.0)
STANDARD = {"propext", "Quot.sound", "Classical.choice"}

# What a definition means, and a proof. Statements are as they would be below `import Mathlib`.
MEANINGS = [
    # natural numbers
    ("Nat.Prime 2 ∧ Nat.Prime 97 ∧ ¬ Nat.Prime 0 ∧ ¬ Nat.Prime 1 ∧ ¬ Nat.Prime 91", "decide"),
    ("∀ p, Nat.Prime p ↔ 2 ≤ p ∧ ∀ m, m ∣ p → m = 1 ∨ m = p", "exact Nat.prime_def"),
    ("∀ n : ℕ, (n + 1)! = (n + 1) * n !", "intro n; rfl"),
    ("0 ! = 1 ∧ 5! = 120 ∧ Nat.gcd 20! 200000 = 40000", "decide"),
    ("2 * 3! = 12 ∧ 2 ^ 3! = 64 ∧ Nat.gcd 4! 3! = 6", "decide"),
    ("Nat.choose 5 2 = 10 ∧ Nat.choose 3 5 = 0 ∧ Nat.choose 0 0 = 1", "decide"),
    ("∀ n k, Nat.choose (n + 1) (k + 1) = Nat.choose n k + Nat.choose n (k + 1)", "intros; rfl"),
    ("Nat.sqrt 0 = 0 ∧ Nat.sqrt 8 = 2 ∧ Nat.sqrt 9 = 3 ∧ Nat.sqrt 196 = 14", "decide +kernel"),
    (
        "∀ n, Nat.sqrt n * Nat.sqrt n ≤ n ∧ n < (Nat.sqrt n + 1) * (Nat.sqrt n + 1)",
        "exact Nat.sqrt_spec",
    ),
    ("Even (4 : ℕ) ∧ ¬ Even (3 : ℕ) ∧ Odd (3 : ℕ) ∧ ¬ Odd (0 : ℕ)", "decide"),
    ("Even (-4 : ℤ) ∧ Odd (-3 : ℤ) ∧ ¬ Odd (-4 : ℤ)", "decide"),
    (
        "∀ n : ℕ, (Even n ↔ ∃ r, n = r + r) ∧ (Odd n ↔ ∃ m, n = 2 * m + 1)",
        "exact fun _ => ⟨.rfl, .rfl⟩",
    ),
    ("∀ x : ℝ, Even x", "intro x; exact ⟨x / 2, by grind⟩"),
    ("∀ a b n : ℕ, a ≡ b [MOD n] ↔ a % n = b % n", "exact fun _ _ _ => .rfl"),
    ("∀ a b n : ℤ, a ≡ b [ZMOD n] ↔ a % n = b % n", "exact fun _ _ _ => .rfl"),
    ("171 ≡ 80 [MOD 91] ∧ 2 + 2 ≡ 0 [MOD 4] ∧ -1 ≡ 6 [ZMOD 7]", "decide"),
    ("Nat.divisors 0 = ∅ ∧ (∑ d ∈ Nat.divisors 6, d) = 12", "exact ⟨rfl, by decide⟩"),
    ("(∑ d ∈ Nat.properDivisors 198, d) = 270 ∧ (Nat.divisors 12).card = 6", "decide"),
    ("∀ n d : ℕ, d ∈ Nat.divisors n ↔ d ∣ n ∧ n ≠ 0", "exact Nat.mem_divisors"),
    ("∀ n d : ℕ, d ∈ Nat.properDivisors n ↔ d ∣ n ∧ d < n", "exact Nat.mem_properDivisors"),
    # absolute value
    ("abs (-3 : ℤ) = 3 ∧ |(3 : ℤ)| = 3 ∧ |(-2 : ℤ)| * |(-3 : ℤ)| = 6", "decide"),
    ("|(-1 / 2 : ℚ)| = 1 / 2", "decide +kernel"),
    ("∀ x : ℝ, (0 ≤ x → |x| = x) ∧ (x ≤ 0 → |x| = -x)", "grind"),
    ("∀ x y : ℝ, |x - y| = |y - x| ∧ -|x| ≤ x ∧ x ≤ |x|", "grind"),
    # sets
    ("∀ (p : ℕ → Prop) a, a ∈ { n : ℕ | p n } ↔ p a", "exact fun _ _ => .rfl"),
    ("∀ x a b : ℝ, x ∈ Set.Ioc a b ↔ a < x ∧ x ≤ b", "exact fun _ _ _ => .rfl"),
    ("∀ (s t : Set ℕ) (a : ℕ), a ∈ s \\ t ↔ a ∈ s ∧ a ∉ t", "exact fun _ _ _ => .rfl"),
    ("({1, 2} : Set ℕ) = { x | 1 ≤ x ∧ x ≤ 2 }", "ext x; simp; omega"),
    ("∀ (s : Set ℕ) a, IsLeast s a ↔ a ∈ s ∧ ∀ b ∈ s, a ≤ b", "exact fun _ _ => .rfl"),
    ("∀ (s : Set ℝ) a, IsGreatest s a ↔ a ∈ s ∧ ∀ b ∈ s, b ≤ a", "exact fun _ _ => .rfl"),
    (
        "IsLeast { x : ℕ | 30 * x ≡ 42 [MOD 47] } 39",
        "constructor\n· decide\n· intro a h; simp at h; omega",
    ),
    (
        "∀ (f : ℕ → ℕ) s y, (y ∈ f '' s ↔ ∃ x ∈ s, f x = y) ∧ (y ∈ f ⁻¹' s ↔ f y ∈ s)",
        "exact fun _ _ _ => ⟨.rfl, .rfl⟩",
    ),
    (
        "∀ s : Set ℕ, ∀ _ : Fintype s, ∀ a, a ∈ s.toFinset ↔ a ∈ s",
        "intro s _ a; exact Set.mem_toFinset s a",
    ),
    # finite sets
    ("∀ a n : ℕ, a ∈ Finset.range n ↔ a < n", "exact fun a n => Finset.mem_range n a"),
    ("∀ a b x : ℕ, x ∈ Finset.Icc a b ↔ a ≤ x ∧ x ≤ b", "exact Finset.mem_Icc_nat"),
    ("∀ a b x : ℤ, x ∈ Finset.Ioo a b ↔ a < x ∧ x < b", "exact Finset.mem_Ioo_int"),
    ("∀ s t : Finset ℝ, (∀ a, a ∈ s ↔ a ∈ t) → s = t", "exact fun _ _ => Finset.ext"),
    ("(Finset.filter (fun x => x % 19 = 7) (Finset.Icc 100 999)).card = 48", "decide +kernel"),
    (
        "(Finset.Icc 3 2).card = 0 ∧ (Finset.Ico 2 5).card = 3 ∧ (Finset.Icc (-1 : ℤ) 1).card = 3",
        "decide",
    ),
    ("3 ∈ Finset.range 4 ∧ 4 ∉ Finset.range 4", "decide"),
    ("(∑ k ∈ Finset.range 5, k) = 10 ∧ (∏ k ∈ Finset.Icc 1 5, k) = 120", "decide"),
    ("(∑ k in Finset.range 0, k) = 0 ∧ (∏ k in Finset.range 0, k) = 1", "decide"),
    (
        "∀ (f : ℕ → ℝ) n, ∑ k ∈ Finset.range (n + 1), f k = (∑ k ∈ Finset.range n, f k) + f n",
        "exact Finset.sum_range_succ",
    ),
    (
        "∀ (f : ℕ → ℂ) n, ∏ k ∈ Finset.range (n + 1), f k = (∏ k ∈ Finset.range n, f k) * f n",
        "exact Finset.prod_range_succ",
    ),
    ("∀ n : ℕ, (∑ k ∈ Finset.range n, (2 * k + 1)) = n ^ 2", "intro n; induction n <;> grind"),
    ("∀ n : ℕ, (∑ k ∈ Finset.Icc 1 n, 2 * k) = n * (n + 1)", "intro n; induction n <;> grind"),
    # how far a sum reaches: over products, not over sums
    (
        "∀ f : ℕ → ℕ, ∑ x ∈ Finset.range 2, f x + 1 = (∑ x ∈ Finset.range 2, f x) + 1",
        "intro f; rfl",
    ),
    ("∑ x ∈ Finset.range 3, 2 * x = 6 ∧ 2 * ∑ x ∈ Finset.range 3, x = 6", "decide"),
    ("∑ x ∈ Finset.range 3, x + 1 = 4 ∧ ∑ x ∈ Finset.range 3, (x + 1) = 6", "decide"),
    # functions, uniqueness
    ("∀ σ : Equiv ℝ ℝ, ∀ x, σ.2 (σ.1 x) = x ∧ σ.1 (σ.2 x) = x", "exact fun σ x => ⟨σ.3 x, σ.4 x⟩"),
    (
        "∀ f : ℕ → ℕ, Function.Injective f ↔ ∀ a b, f a = f b → a = b",
        "exact fun _ => ⟨fun h _ _ => @h _ _, fun h _ _ => h _ _⟩",
    ),
    ("∃! n : ℕ, n + 1 = 3 ∧ 0 < n", "exact ⟨2, by decide, by intro y h; omega⟩"),
    (
        "∀ f : ℝ → ℝ, StrictMono f ↔ ∀ a b, a < b → f a < f b",
        "exact fun _ => ⟨fun h _ _ => @h _ _, fun h _ _ => h _ _⟩",
    ),
    # the fields, and what goes into them
    ("(1 : ℝ) ≠ 0 ∧ (2 : ℝ) * 3 = 6 ∧ (1 : ℝ) < 2 ∧ (1 : ℝ) / 0 = 0", "grind"),
    ("(1 : ℂ) ≠ 0 ∧ (2 : ℂ) * 3 = 6 ∧ (2 : ℂ) ≠ 0", "grind"),
    ("((3 : ℕ) : ℝ) = 3 ∧ ((-3 : ℤ) : ℝ) = -3 ∧ ((3 : ℕ) : ℚ) = 3", "grind"),
    ("∀ m n : ℕ, ((m + n : ℕ) : ℝ) = (m : ℝ) + n ∧ ((m * n : ℕ) : ℝ) = m * n", "grind"),
    (
        "((1 / 2 : ℚ) : ℝ) = 1 / 2",
        "have n : (1 / 2 : ℚ).num = 1 := by decide +kernel\n"
        "have d : (1 / 2 : ℚ).den = 2 := by decide +kernel\n"
        "rw [Rat.toField_eq, n, d]; grind",
    ),
    ("∀ m n : ℕ, n ≤ m → ((m - n : ℕ) : ℤ) = (m : ℤ) - n", "omega"),
    ("∀ q : ℚ, (q : ℝ) = (q.num : ℝ) / (q.den : ℝ)", "exact fun _ => rfl"),
    (
        "∀ x : ℝ, x ^ (-(2 : ℤ)) = (x ^ 2)⁻¹",
        "intro x; rw [Lean.Grind.Field.zpow_neg]; congr 1; exact Lean.Grind.Field.zpow_natCast x 2",
    ),
    ("(7 : ℕ) / 2 = 3 ∧ (2 : ℕ) - 3 = 0 ∧ (-7 : ℤ) / 2 = -4 ∧ (-7 : ℤ) % 2 = 1", "decide"),
    ("(7 : ℚ) / 2 ≠ 3 ∧ (1 : ℚ) / 0 = 0 ∧ (2 : ℚ)⁻¹ * 2 = 1", "decide +kernel"),
]

REFUSED = [
    ("Real.sqrt 4 = 2", "Real.sqrt"),
    ("Real.log 1 = 0", "Real.log"),
    ("0 < π", "π"),
    ("Complex.I ^ 2 = -1", "Complex.I"),
    ("(2 : ℝ) ^ (1 / 2 : ℝ) = 2", "HPow ℝ ℝ"),
    ("Int.floor (1 : ℝ) = 1", "Int.floor"),
    ("∀ x : NNReal, 0 ≤ x", "NNReal"),
    ("∀ x : ℝ, ((x : ℂ) = x)", "Type mismatch"),
]

FALSE = [
    "∀ x : ℝ, x = 0",
    "(2 : ℝ) = 3",
    "∑ x ∈ Finset.range 3, x + 1 = 6",
    "Nat.Prime 1",
    "∀ x : ℝ, |x| = x",
    "∀ x : ℂ, x = 0",
    "({1} : Finset ℕ) = Finset.range 1",
]


@pytest_asyncio.fixture(scope="module")
async def prelude_pool(lean_command: Command) -> AsyncIterator[LeanPool]:
    """One Lean, which has read the prelude from the first theorem on."""
    async with LeanPool(lean_command, workers=1, open_seconds=OPEN_SECONDS, spare=False) as pool:
        yield pool


def problem(statement: str) -> Problem:
    return EMBEDDED.read(Problem("t", f"theorem t : {statement} := by", HEADER))


async def test_definitions_mean_what_they_say_and_rest_on_the_standard_axioms(
    prelude_pool: LeanPool,
) -> None:
    """Each meaning is a theorem behind the prelude, in one file."""
    theorems = (
        f"theorem meaning_{number} : {statement} := by\n{indent(script, '  ')}\n"
        for number, (statement, script) in enumerate(MEANINGS)
    )
    text = "\n".join([EMBEDDED.header, *theorems])
    report = await check_file(prelude_pool, LeanFile(Path("Meanings.lean"), text.encode()))
    assert report.errors == ()
    assert report.holes == ()
    names = {declaration.name for declaration in report.declarations}
    assert len(names) > len(MEANINGS) + 100
    assert names >= {f"meaning_{number}" for number in range(len(MEANINGS))}
    for declaration in report.declarations:
        assert declaration.accepted, declaration
        assert set(declaration.axioms) <= STANDARD


@pytest.mark.parametrize(("statement", "named"), REFUSED)
async def test_what_needs_mathlib_is_refused(
    prelude_pool: LeanPool, statement: str, named: str
) -> None:
    async with prelude_pool.session(alone=True) as session:
        with pytest.raises(InputError) as refusal:
            await session.open(problem(statement).theorem)
    assert named in needs_mathlib(refusal.value.message)


@pytest.mark.parametrize("statement", FALSE)
async def test_what_is_false_stays_unproved(prelude_pool: LeanPool, statement: str) -> None:
    tactics = ["decide", "rfl", "grind", "simp", "omega", "intros; simp_all", "intros; grind"]
    async with prelude_pool.session(alone=True) as session:
        state = await session.open(problem(statement).theorem)
        assert Closed() not in await session.run(state, tactics, LIMIT)
