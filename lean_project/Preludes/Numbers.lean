/-!
What the statements of Mathlib's world need to be read with core Lean alone: the names of the number
systems. `ℝ` is any ordered field, so what is proved of it holds for the real numbers too.
-/

notation "ℕ" => Nat
notation "ℤ" => Int
notation "ℚ" => Rat

variable {ℝ : Type} [Lean.Grind.Field ℝ] [LE ℝ] [LT ℝ] [Std.LawfulOrderLT ℝ] [Std.IsLinearOrder ℝ]
  [Lean.Grind.OrderedRing ℝ]
