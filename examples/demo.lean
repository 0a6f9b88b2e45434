/-!
Theorems without proofs. `prover prove examples/demo.lean` finds them.
-/

/-- The sum of the first `n` odd numbers. -/
def oddSum : Nat → Nat
  | 0 => 0
  | n + 1 => oddSum n + (2 * n + 1)

theorem oddSum_eq (n : Nat) : oddSum n = n * n := by
  sorry

theorem and_or_distrib (p q r : Prop) : p ∧ (q ∨ r) ↔ (p ∧ q) ∨ (p ∧ r) := by
  sorry

/-- Two holes, each in the place of a term. -/
theorem between (a b : Nat) (h : a < b) : a ≤ b ∧ a ≠ b :=
  ⟨sorry, sorry⟩

theorem exists_greater (n : Nat) : ∃ m, n < m ∧ m % 2 = 0 := by
  refine ⟨2 * n + 2, ?_, ?_⟩
  · sorry
  · sorry

theorem linear (x y : Int) (h : 2 * x + 3 * y = 12) (g : x - y = 1) : x = 3 ∧ y = 2 := sorry

inductive Tree where
  | leaf
  | node (left : Tree) (value : Nat) (right : Tree)

namespace Tree

def mirror : Tree → Tree
  | leaf => leaf
  | node left value right => node right.mirror value left.mirror

def size : Tree → Nat
  | leaf => 0
  | node left _ right => left.size + 1 + right.size

theorem mirror_mirror (t : Tree) : t.mirror.mirror = t := by
  sorry

theorem size_mirror (t : Tree) : t.mirror.size = t.size := by
  sorry

end Tree

theorem even_or_odd (n : Nat) : ∃ k, n = 2 * k ∨ n = 2 * k + 1 := by
  sorry

theorem drop_cases (P Q : Nat → Prop) (h : ∃ n, P n ∧ (Q n ∨ n < 0)) : ∃ n, Q n := by
  sorry

section OrderedField

variable {K : Type} [Lean.Grind.Field K] [LE K] [LT K] [Std.LawfulOrderLT K] [Std.IsLinearOrder K]
  [Lean.Grind.OrderedRing K]

theorem midpoint (a b : K) (h : a < b) : a < (a + b) / 2 ∧ (a + b) / 2 < b := by
  sorry

end OrderedField
