theorem bullet_have (a b c : Nat) (h : a = b) (k : b = c) : a = c ∧ c = a := by
  constructor
  · have e : b = a := by sorry
    rw [← e, k]
  · rw [h, k]

theorem one_line (n : Nat) : n = n + 0 := by exact sorry

theorem alts (n : Nat) : n = 0 ∨ n > 0 := by
  cases n with
  | zero => exact sorry
  | succ k => have e : k + 1 > 0 := by sorry
              exact Or.inr e

theorem nested_by (a b : Nat) (h : a = b) : b = a := by
  have e : b = a := by exact sorry
  exact e

theorem deep_bullets (p q r : Prop) (hp : p) (hq : q) (hr : r) : (p ∧ q) ∧ r := by
  constructor
  · constructor
    · exact hp
    · · exact sorry
  · case right => exact sorry

theorem show_from (n : Nat) (h : 2 ≤ n) : n ≠ 1 := by
  intro e; have k : 2 ≤ 1 := sorry
  exact absurd k (by decide)

theorem calc_block (a b c : Nat) (h : a = b) (k : b = c) : a = c := by
  calc a = b := sorry
    _ = c := by sorry

theorem calc_by (a b c : Nat) (h : a = b) (k : b = c) : a = c := by
  calc a = b := by sorry
    _ = c := k

theorem case_have (p q : Prop) (h : p ∨ q) : q ∨ p := by
  cases h
  case inl h => have k : p := by sorry
                exact Or.inr k
  case inr h => exact Or.inl h

theorem bullet_obtain (n : Nat) (h : 2 ≤ n) : 1 ≤ n ∧ ∃ k, k < n := by
  refine ⟨?_, ?_⟩
  · exact sorry
  · obtain ⟨k, hk⟩ : ∃ k, n = k + 1 := by sorry
    exact ⟨k, by omega⟩

theorem one_liner (n : Nat) : n = 0 ∨ 0 < n := by
  induction n with | zero => exact sorry | succ k _ => exact sorry

theorem by_exact (p q : Prop) (h : p ∨ q) : q ∨ p :=
  match h with
  | .inl hp => .inr hp
  | .inr hq => by exact sorry
