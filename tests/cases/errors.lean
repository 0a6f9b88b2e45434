structure Box where
  size : Nat
  full : 3

theorem own (n : Nat) : n + 0 = n := by sorry

theorem of_missing (x : Box) : x = x := by sorry

theorem auto_bound (x : Bo) : x = x := by sorry

def good (n : Nat) : Nat := n + 1
def bad (n : Nat) : Nat := n + "x"
theorem of_good (n : Nat) : good n = n + 1 := by sorry
theorem of_bad (n : Nat) : bad n = bad n := by sorry
def worse (n : Nat) : Nat := bad (bad n)
theorem of_worse (n : Nat) : worse n = worse n := by sorry

theorem broken : 1 = 2 := by rfl
theorem by_broken : 1 = 2 := by
  have := broken
  sorry

lemma unread (n : Nat) : n = n := by sorry
theorem of_unread (h : unread) : 1 = 1 := by sorry

theorem halves (a b : Nat) (h : a = b) : b = a ∧ a = b := by
  constructor
  · sorry
  · exact missing

theorem closed (n : Nat) : n ≤ n + 2 := by sorry)

#check missing
example : 1 = 3 := rfl
attribute [simp] missing
def Space.good (n : Nat) : Nat := n + missing
namespace Space
theorem shadowed (n : Nat) : good n = good n := by sorry
theorem untouched (n : Nat) : n ≤ n + 3 := by sorry
end Space
variable (n : Nat) (h : missing n)
theorem after_scene : n ≤ n + 4 := by sorry
