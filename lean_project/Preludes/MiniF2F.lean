/-!
What statements that were written for `import Mathlib` need to be read with core Lean alone: the
names of the number systems, and Mathlib's small definitions with Mathlib's meaning.

`ℝ` is any ordered field and `ℂ` any field of characteristic zero, so what is proved of them holds
for the real and the complex numbers too. A name whose meaning needs more (`Real.sqrt`, `π`, the
floor of a real number …) is left undefined: a statement that uses it is refused, never changed.
-/

set_option autoImplicit false -- an unknown name is an error, never a variable

notation "ℕ" => Nat
notation "ℤ" => Int
notation "ℚ" => Rat

attribute [instance low] Lean.Grind.Semiring.natCast Lean.Grind.Ring.intCast

/-! ## Notation -/

def Set.{u} (α : Type u) : Type u := α → Prop
def setOf {α : Type _} (p : α → Prop) : Set α := p

/-- Exactly one. -/
def ExistsUnique {α : Sort _} (p : α → Prop) : Prop := ∃ x, p x ∧ ∀ y, p y → y = x

syntax "{" ident (" : " term)? " | " term "}" : term
macro_rules
  | `({ $x:ident | $p }) => `(setOf fun $x:ident => $p)
  | `({ $x:ident : $t | $p }) => `(setOf fun $x:ident : $t => $p)

syntax "∃! " ident (" : " term)? ", " term : term
macro_rules
  | `(∃! $x:ident, $p) => `(ExistsUnique fun $x:ident => $p)
  | `(∃! $x:ident : $t, $p) => `(ExistsUnique fun $x:ident : $t => $p)

noncomputable section

/-! ## Sets -/

namespace Set
variable {α β : Type _}

instance : Membership α (Set α) := ⟨fun s a => s a⟩
instance : CoeSort (Set α) (Type _) := ⟨fun s => { a : α // a ∈ s }⟩
instance : EmptyCollection (Set α) := ⟨setOf fun _ => False⟩
instance : Singleton α (Set α) := ⟨fun a => setOf fun x => x = a⟩
instance : Insert α (Set α) := ⟨fun a s => setOf fun x => x = a ∨ x ∈ s⟩
instance : Union (Set α) := ⟨fun s t => setOf fun x => x ∈ s ∨ x ∈ t⟩
instance : Inter (Set α) := ⟨fun s t => setOf fun x => x ∈ s ∧ x ∈ t⟩
instance : SDiff (Set α) := ⟨fun s t => setOf fun x => x ∈ s ∧ x ∉ t⟩
instance : HasSubset (Set α) := ⟨fun s t => ∀ a, a ∈ s → a ∈ t⟩

def preimage (f : α → β) (s : Set β) : Set α := setOf fun x => f x ∈ s
def image (f : α → β) (s : Set α) : Set β := setOf fun y => ∃ x, x ∈ s ∧ f x = y

section
set_option linter.unusedSectionVars false
variable [LE α] [LT α]
def Icc (a b : α) : Set α := setOf fun x => a ≤ x ∧ x ≤ b
def Ico (a b : α) : Set α := setOf fun x => a ≤ x ∧ x < b
def Ioc (a b : α) : Set α := setOf fun x => a < x ∧ x ≤ b
def Ioo (a b : α) : Set α := setOf fun x => a < x ∧ x < b
def Ici (a : α) : Set α := setOf fun x => a ≤ x
def Ioi (a : α) : Set α := setOf fun x => a < x
def Iic (b : α) : Set α := setOf fun x => x ≤ b
def Iio (b : α) : Set α := setOf fun x => x < b
@[simp, grind =] theorem mem_Icc (a b x : α) : x ∈ Icc a b ↔ a ≤ x ∧ x ≤ b := .rfl
@[simp, grind =] theorem mem_Ico (a b x : α) : x ∈ Ico a b ↔ a ≤ x ∧ x < b := .rfl
@[simp, grind =] theorem mem_Ioc (a b x : α) : x ∈ Ioc a b ↔ a < x ∧ x ≤ b := .rfl
@[simp, grind =] theorem mem_Ioo (a b x : α) : x ∈ Ioo a b ↔ a < x ∧ x < b := .rfl
@[simp, grind =] theorem mem_Ici (a x : α) : x ∈ Ici a ↔ a ≤ x := .rfl
@[simp, grind =] theorem mem_Ioi (a x : α) : x ∈ Ioi a ↔ a < x := .rfl
@[simp, grind =] theorem mem_Iic (b x : α) : x ∈ Iic b ↔ x ≤ b := .rfl
@[simp, grind =] theorem mem_Iio (b x : α) : x ∈ Iio b ↔ x < b := .rfl
end

@[ext, grind ext] theorem ext {s t : Set α} (h : ∀ x, x ∈ s ↔ x ∈ t) : s = t :=
  funext fun x => propext (h x)
@[simp, grind =] theorem mem_setOf (p : α → Prop) (a : α) : a ∈ setOf p ↔ p a := .rfl
instance (p : α → Prop) (a : α) [Decidable (p a)] : Decidable (a ∈ setOf p) :=
  inferInstanceAs (Decidable (p a))
@[simp, grind =] theorem mem_empty (a : α) : a ∈ (∅ : Set α) ↔ False := .rfl
@[simp, grind =] theorem mem_singleton (a b : α) : a ∈ ({b} : Set α) ↔ a = b := .rfl
@[simp, grind =] theorem mem_insert (a b : α) (s : Set α) : a ∈ insert b s ↔ a = b ∨ a ∈ s := .rfl
@[simp, grind =] theorem mem_union (a : α) (s t : Set α) : a ∈ s ∪ t ↔ a ∈ s ∨ a ∈ t := .rfl
@[simp, grind =] theorem mem_inter (a : α) (s t : Set α) : a ∈ s ∩ t ↔ a ∈ s ∧ a ∈ t := .rfl
@[simp, grind =] theorem mem_diff (a : α) (s t : Set α) : a ∈ s \ t ↔ a ∈ s ∧ a ∉ t := .rfl
@[simp, grind =] theorem subset_iff (s t : Set α) : s ⊆ t ↔ ∀ a, a ∈ s → a ∈ t := .rfl
@[simp, grind =] theorem mem_preimage (f : α → β) (s : Set β) (a : α) :
    a ∈ preimage f s ↔ f a ∈ s := .rfl
@[simp, grind =] theorem mem_image (f : α → β) (s : Set α) (b : β) :
    b ∈ image f s ↔ ∃ a, a ∈ s ∧ f a = b := .rfl
end Set

infixl:80 " ⁻¹' " => Set.preimage
infixl:80 " '' " => Set.image

section
variable {α : Type _} [LE α]
def upperBounds (s : Set α) : Set α := setOf fun x => ∀ a, a ∈ s → a ≤ x
def lowerBounds (s : Set α) : Set α := setOf fun x => ∀ a, a ∈ s → x ≤ a
def IsGreatest (s : Set α) (a : α) : Prop := a ∈ s ∧ a ∈ upperBounds s
def IsLeast (s : Set α) (a : α) : Prop := a ∈ s ∧ a ∈ lowerBounds s
@[simp, grind =] theorem isGreatest_iff (s : Set α) (a : α) :
    IsGreatest s a ↔ a ∈ s ∧ ∀ b, b ∈ s → b ≤ a := .rfl
@[simp, grind =] theorem isLeast_iff (s : Set α) (a : α) :
    IsLeast s a ↔ a ∈ s ∧ ∀ b, b ∈ s → a ≤ b := .rfl
end

/-! ## Functions -/

structure Equiv (α β : Sort _) where
  toFun : α → β
  invFun : β → α
  left_inv : ∀ x, invFun (toFun x) = x
  right_inv : ∀ y, toFun (invFun y) = y

infixl:25 " ≃ " => Equiv
attribute [simp, grind =] Equiv.left_inv Equiv.right_inv

section
variable {α β : Type _}
def Monotone [LE α] [LE β] (f : α → β) : Prop := ∀ ⦃a b⦄, a ≤ b → f a ≤ f b
def Antitone [LE α] [LE β] (f : α → β) : Prop := ∀ ⦃a b⦄, a ≤ b → f b ≤ f a
def StrictMono [LT α] [LT β] (f : α → β) : Prop := ∀ ⦃a b⦄, a < b → f a < f b
def StrictAnti [LT α] [LT β] (f : α → β) : Prop := ∀ ⦃a b⦄, a < b → f b < f a
end

/-! ## Absolute value -/

/-- Where `abs` is computed for `ℤ` and `ℚ`, and chosen by cases for any other ordered ring. -/
class Abs (α : Type _) where
  abs : α → α
export Abs (abs)

instance : Abs Int := ⟨fun a => if 0 ≤ a then a else -a⟩
instance : Abs Rat := ⟨fun a => if 0 ≤ a then a else -a⟩
open Classical in
instance (priority := low) {α : Type _} [Lean.Grind.Ring α] [LE α] : Abs α :=
  ⟨fun a => if 0 ≤ a then a else -a⟩

@[simp, grind =] theorem Int.abs_eq (a : Int) : abs a = if 0 ≤ a then a else -a := rfl
@[simp, grind =] theorem Rat.abs_eq (a : Rat) : abs a = if 0 ≤ a then a else -a := rfl
open Classical in
@[grind =] theorem abs_eq {α : Type _} [Lean.Grind.Ring α] [LE α] (a : α) :
    abs a = if 0 ≤ a then a else -a := rfl

/-! ## Numbers -/

def Even {α : Type _} [Add α] (a : α) : Prop := ∃ r, a = r + r
def Odd {α : Type _} [Add α] [Mul α] [OfNat α 1] [OfNat α 2] (a : α) : Prop :=
  ∃ m, a = 2 * m + 1

namespace Nat

@[grind =] theorem even_iff (n : Nat) : Even n ↔ n % 2 = 0 :=
  ⟨fun ⟨r, h⟩ => by omega, fun h => ⟨n / 2, by omega⟩⟩
@[grind =] theorem odd_iff (n : Nat) : Odd n ↔ n % 2 = 1 :=
  ⟨fun ⟨r, h⟩ => by omega, fun h => ⟨n / 2, by omega⟩⟩
instance (n : Nat) : Decidable (Even n) := decidable_of_iff _ (even_iff n).symm
instance (n : Nat) : Decidable (Odd n) := decidable_of_iff _ (odd_iff n).symm

def factorial : Nat → Nat
  | 0 => 1
  | n + 1 => (n + 1) * factorial n
@[simp, grind =] theorem factorial_zero : factorial 0 = 1 := rfl
@[simp, grind =] theorem factorial_succ (n : Nat) :
    factorial (n + 1) = (n + 1) * factorial n := rfl

def choose : Nat → Nat → Nat
  | _, 0 => 1
  | 0, _ + 1 => 0
  | n + 1, k + 1 => choose n k + choose n (k + 1)
@[simp, grind =] theorem choose_zero_right (n : Nat) : choose n 0 = 1 := by cases n <;> rfl
@[simp, grind =] theorem choose_zero_succ (k : Nat) : choose 0 (k + 1) = 0 := rfl
@[grind =] theorem choose_succ_succ (n k : Nat) :
    choose (n + 1) (k + 1) = choose n k + choose n (k + 1) := rfl

/-- The greatest number whose square is at most `n`. -/
def sqrt : Nat → Nat
  | 0 => 0
  | n + 1 => if (sqrt n + 1) * (sqrt n + 1) ≤ n + 1 then sqrt n + 1 else sqrt n

theorem sqrt_spec (n : Nat) : sqrt n * sqrt n ≤ n ∧ n < (sqrt n + 1) * (sqrt n + 1) := by
  induction n with
  | zero => decide
  | succ n ih =>
    rw [sqrt]
    split
    · refine ⟨by assumption, ?_⟩
      have : (sqrt n + 1 + 1) * (sqrt n + 1 + 1) =
        (sqrt n + 1) * (sqrt n + 1) + 2 * sqrt n + 3 := by
        simp only [Nat.add_mul, Nat.mul_add]
        omega
      omega
    · omega
grind_pattern sqrt_spec => sqrt n

/-- As Mathlib's, which is stated as irreducibility: see `Nat.prime_def`. -/
def Prime (p : Nat) : Prop := 2 ≤ p ∧ ∀ m, m ∣ p → m = 1 ∨ m = p
theorem prime_def (p : Nat) : Prime p ↔ 2 ≤ p ∧ ∀ m, m ∣ p → m = 1 ∨ m = p := .rfl
@[grind →] theorem Prime.two_le {p : Nat} (h : Prime p) : 2 ≤ p := h.1
@[grind →] theorem Prime.eq_one_or_self {p m : Nat} (h : Prime p) (d : m ∣ p) :
    m = 1 ∨ m = p := h.2 m d

theorem prime_iff_bounded (p : Nat) : Prime p ↔ 2 ≤ p ∧ ∀ m, m < p → m ∣ p → m = 1 := by
  constructor
  · intro h
    refine ⟨h.1, fun m less divides => ?_⟩
    have := h.2 m divides
    omega
  · intro h
    refine ⟨h.1, fun m divides => ?_⟩
    have := Nat.le_of_dvd (by omega) divides
    if less : m < p then exact .inl (h.2 m less divides) else omega
instance (p : Nat) : Decidable (Prime p) := decidable_of_iff _ (prime_iff_bounded p).symm

def ModEq (n a b : Nat) : Prop := a % n = b % n
@[simp, grind =] theorem modEq_iff (n a b : Nat) : ModEq n a b ↔ a % n = b % n := .rfl
instance (n a b : Nat) : Decidable (ModEq n a b) := inferInstanceAs (Decidable (_ = _))

end Nat

namespace Int
@[grind =] theorem even_iff (n : Int) : Even n ↔ n % 2 = 0 :=
  ⟨fun ⟨r, h⟩ => by omega, fun h => ⟨n / 2, by omega⟩⟩
@[grind =] theorem odd_iff (n : Int) : Odd n ↔ n % 2 = 1 :=
  ⟨fun ⟨r, h⟩ => by omega, fun h => ⟨n / 2, by omega⟩⟩
instance (n : Int) : Decidable (Even n) := decidable_of_iff _ (even_iff n).symm
instance (n : Int) : Decidable (Odd n) := decidable_of_iff _ (odd_iff n).symm

def ModEq (n a b : Int) : Prop := a % n = b % n
@[simp, grind =] theorem modEq_iff (n a b : Int) : ModEq n a b ↔ a % n = b % n := .rfl
instance (n a b : Int) : Decidable (ModEq n a b) := inferInstanceAs (Decidable (_ = _))
end Int

notation:10000 n "!" => Nat.factorial n
notation:50 a " ≡ " b " [MOD " n "]" => Nat.ModEq n a b
notation:50 a " ≡ " b " [ZMOD " n "]" => Int.ModEq n a b

/-! ## Finite sets: lists without duplicates, up to their order -/

theorem List.perm_of_mem_iff {α : Type _} : ∀ {l m : List α}, l.Nodup → m.Nodup →
    (∀ a, a ∈ l ↔ a ∈ m) → l.Perm m
  | [], m, _, _, h => by
    cases m with
    | nil => exact .refl _
    | cons b m => exact absurd ((h b).2 (by simp)) (by simp)
  | a :: l, m, hl, hm, h => by
    haveI : DecidableEq α := fun _ _ => Classical.propDecidable _
    have inside : a ∈ m := (h a).1 (by simp)
    have rest : ∀ b, b ∈ l ↔ b ∈ m.erase a := by
      intro b
      rw [hm.mem_erase_iff, ← h b]
      have fresh := (List.nodup_cons.1 hl).1
      exact ⟨fun i => ⟨fun e => fresh (e ▸ i), .tail _ i⟩,
        fun i => (List.mem_cons.1 i.2).resolve_left i.1⟩
    have := perm_of_mem_iff (List.nodup_cons.1 hl).2 (hm.erase a) rest
    exact (this.cons a).trans (List.perm_cons_erase inside).symm

def Finset.setoid.{u} (α : Type u) : Setoid { l : List α // l.Nodup } where
  r l m := l.1.Perm m.1
  iseqv := ⟨fun _ => .refl _, .symm, .trans⟩

def Finset.{u} (α : Type u) : Type u := Quotient (Finset.setoid α)

/-- Sums do not depend on the order of the terms. -/
class Finset.AddLaws (β : Type _) [Add β] : Prop where
  comm : ∀ a b : β, a + b = b + a
  assoc : ∀ a b c : β, a + b + c = a + (b + c)

/-- Products do not depend on the order of the factors. -/
class Finset.MulLaws (β : Type _) [Mul β] : Prop where
  comm : ∀ a b : β, a * b = b * a
  assoc : ∀ a b c : β, a * b * c = a * (b * c)

namespace Finset
variable {α β : Type _}

instance : AddLaws Nat := ⟨Nat.add_comm, Nat.add_assoc⟩
instance : AddLaws Int := ⟨Int.add_comm, Int.add_assoc⟩
instance : AddLaws Rat := ⟨Rat.add_comm, Rat.add_assoc⟩
instance (priority := low) [Lean.Grind.Semiring β] : AddLaws β :=
  ⟨Lean.Grind.Semiring.add_comm, Lean.Grind.Semiring.add_assoc⟩
instance : MulLaws Nat := ⟨Nat.mul_comm, Nat.mul_assoc⟩
instance : MulLaws Int := ⟨Int.mul_comm, Int.mul_assoc⟩
instance : MulLaws Rat := ⟨Rat.mul_comm, Rat.mul_assoc⟩
instance (priority := low) [Lean.Grind.CommSemiring β] : MulLaws β :=
  ⟨Lean.Grind.CommSemiring.mul_comm, Lean.Grind.Semiring.mul_assoc⟩

theorem foldr_perm {γ : Type _} (f : α → γ → γ) (h : ∀ a b c, f a (f b c) = f b (f a c)) (c : γ)
    {l m : List α} (p : l.Perm m) : l.foldr f c = m.foldr f c := by
  induction p with
  | nil => rfl
  | cons a _ ih => simp [ih]
  | swap a b l => exact h b a _
  | trans _ _ ih ih' => exact ih.trans ih'

def ofList (l : List α) (h : l.Nodup) : Finset α := Quotient.mk (setoid α) ⟨l, h⟩
def card (s : Finset α) : Nat := Quotient.lift (fun l => l.1.length) (fun _ _ p => List.Perm.length_eq p) s
def Mem (s : Finset α) (a : α) : Prop :=
  Quotient.lift (fun l => a ∈ l.1) (fun _ _ p => propext (List.Perm.mem_iff p)) s
def sum [Add β] [OfNat β 0] [AddLaws β] (s : Finset α) (f : α → β) : β :=
  Quotient.lift (fun l => l.1.foldr (fun a b => f a + b) 0)
    (fun _ _ p => foldr_perm (fun a b => f a + b) (fun a b c => by
      show f a + (f b + c) = f b + (f a + c)
      rw [← AddLaws.assoc, AddLaws.comm (f a), AddLaws.assoc]) 0 p) s
def prod [Mul β] [OfNat β 1] [MulLaws β] (s : Finset α) (f : α → β) : β :=
  Quotient.lift (fun l => l.1.foldr (fun a b => f a * b) 1)
    (fun _ _ p => foldr_perm (fun a b => f a * b) (fun a b c => by
      show f a * (f b * c) = f b * (f a * c)
      rw [← MulLaws.assoc, MulLaws.comm (f a), MulLaws.assoc]) 1 p) s
def filter (p : α → Prop) [DecidablePred p] (s : Finset α) : Finset α :=
  Quotient.lift (fun l => ofList (l.1.filter p) (l.2.sublist List.filter_sublist))
    (fun l m h => Quotient.sound (s := setoid α)
      (show (l.1.filter p).Perm (m.1.filter p) from List.Perm.filter _ h)) s
def map' (f : α → β) (h : Function.Injective f) (s : Finset α) : Finset β :=
  Quotient.lift (fun l => ofList (l.1.map f) (l.2.map f fun _ _ n e => n (h e)))
    (fun l m p => Quotient.sound (s := setoid β)
      (show (l.1.map f).Perm (m.1.map f) from List.Perm.map f p)) s

instance : Membership α (Finset α) := ⟨Mem⟩
instance [DecidableEq α] (a : α) (s : Finset α) : Decidable (a ∈ s) :=
  Quotient.recOnSubsingleton s fun l => inferInstanceAs (Decidable (a ∈ l.1))
instance : EmptyCollection (Finset α) := ⟨ofList [] .nil⟩
instance : Singleton α (Finset α) := ⟨fun a => ofList [a] (by simp)⟩
instance : HasSubset (Finset α) := ⟨fun s t => ∀ ⦃a⦄, a ∈ s → a ∈ t⟩

theorem mem_ofList (l : List α) (h : l.Nodup) (a : α) : a ∈ ofList l h ↔ a ∈ l := .rfl

@[ext, grind ext] theorem ext {s t : Finset α} (h : ∀ a, a ∈ s ↔ a ∈ t) : s = t := by
  induction s using Quotient.inductionOn with | _ l =>
  induction t using Quotient.inductionOn with | _ m =>
  exact Quotient.sound (List.perm_of_mem_iff l.2 m.2 h)

@[simp, grind =] theorem mem_filter (p : α → Prop) [DecidablePred p] (s : Finset α) (a : α) :
    a ∈ filter p s ↔ a ∈ s ∧ p a := by
  induction s using Quotient.inductionOn with | _ l =>
  exact (List.mem_filter (p := fun a => decide (p a))).trans (by simp; exact fun _ => .rfl)

@[simp, grind =] theorem mem_map' (f : α → β) (h : Function.Injective f) (s : Finset α) (b : β) :
    b ∈ map' f h s ↔ ∃ a, a ∈ s ∧ f a = b := by
  induction s using Quotient.inductionOn with | _ l =>
  exact List.mem_map
@[simp, grind =] theorem mem_singleton (a b : α) : a ∈ ({b} : Finset α) ↔ a = b := List.mem_singleton
@[simp, grind =] theorem mem_empty (a : α) : a ∈ (∅ : Finset α) ↔ False := by
  simp [EmptyCollection.emptyCollection, mem_ofList]

def range (n : Nat) : Finset Nat := ofList (List.range n) List.nodup_range
@[simp, grind =] theorem mem_range (n a : Nat) : a ∈ range n ↔ a < n := List.mem_range

/-- Where an interval of numbers is finite. -/
class Interval (α : Type _) where
  Icc : α → α → Finset α
  Ico : α → α → Finset α
  Ioc : α → α → Finset α
  Ioo : α → α → Finset α
export Interval (Icc Ico Ioc Ioo)

/-- The `n` numbers from `a` on. -/
def fromNat (a n : Nat) : Finset Nat := ofList (List.range' a n) List.nodup_range'
@[simp, grind =] theorem mem_fromNat (a n x : Nat) : x ∈ fromNat a n ↔ a ≤ x ∧ x < a + n :=
  List.mem_range'_1
instance : Interval Nat where
  Icc a b := fromNat a (b + 1 - a)
  Ico a b := fromNat a (b - a)
  Ioc a b := fromNat (a + 1) (b - a)
  Ioo a b := fromNat (a + 1) (b - a - 1)

/-- The `n` numbers from `a` on. -/
def fromInt (a : Int) (n : Nat) : Finset Int := map' (fun k : Nat => a + k)
  (fun _ _ h => by simp at h; omega) (range n)
@[simp, grind =] theorem mem_fromInt (a : Int) (n : Nat) (x : Int) :
    x ∈ fromInt a n ↔ a ≤ x ∧ x < a + n := by
  simp only [fromInt, mem_map', mem_range]
  exact ⟨fun ⟨k, h⟩ => by omega, fun h => ⟨(x - a).toNat, by omega⟩⟩
instance : Interval Int where
  Icc a b := fromInt a (b + 1 - a).toNat
  Ico a b := fromInt a (b - a).toNat
  Ioc a b := fromInt (a + 1) (b - a).toNat
  Ioo a b := fromInt (a + 1) (b - a - 1).toNat

@[simp, grind =] theorem mem_Icc_nat (a b x : Nat) : x ∈ Icc a b ↔ a ≤ x ∧ x ≤ b :=
  (mem_fromNat ..).trans (by omega)
@[simp, grind =] theorem mem_Ico_nat (a b x : Nat) : x ∈ Ico a b ↔ a ≤ x ∧ x < b :=
  (mem_fromNat ..).trans (by omega)
@[simp, grind =] theorem mem_Ioc_nat (a b x : Nat) : x ∈ Ioc a b ↔ a < x ∧ x ≤ b :=
  (mem_fromNat ..).trans (by omega)
@[simp, grind =] theorem mem_Ioo_nat (a b x : Nat) : x ∈ Ioo a b ↔ a < x ∧ x < b :=
  (mem_fromNat ..).trans (by omega)
@[simp, grind =] theorem mem_Icc_int (a b x : Int) : x ∈ Icc a b ↔ a ≤ x ∧ x ≤ b :=
  (mem_fromInt ..).trans (by omega)
@[simp, grind =] theorem mem_Ico_int (a b x : Int) : x ∈ Ico a b ↔ a ≤ x ∧ x < b :=
  (mem_fromInt ..).trans (by omega)
@[simp, grind =] theorem mem_Ioc_int (a b x : Int) : x ∈ Ioc a b ↔ a < x ∧ x ≤ b :=
  (mem_fromInt ..).trans (by omega)
@[simp, grind =] theorem mem_Ioo_int (a b x : Int) : x ∈ Ioo a b ↔ a < x ∧ x < b :=
  (mem_fromInt ..).trans (by omega)

/-- What no longer depends on which proof says that a list has no duplicates. -/
theorem sum_ofList [Add β] [OfNat β 0] [AddLaws β] (l : List α) (h : l.Nodup) (f : α → β) :
    sum (ofList l h) f = l.foldr (fun a b => f a + b) 0 := rfl
theorem prod_ofList [Mul β] [OfNat β 1] [MulLaws β] (l : List α) (h : l.Nodup) (f : α → β) :
    prod (ofList l h) f = l.foldr (fun a b => f a * b) 1 := rfl

theorem foldr_add_comm [Add β] [AddLaws β] (f : α → β) (l : List α) (a z : β) :
    l.foldr (fun a b => f a + b) (a + z) = a + l.foldr (fun a b => f a + b) z := by
  induction l with
  | nil => rfl
  | cons b l ih =>
    rw [List.foldr_cons, ih, List.foldr_cons, ← AddLaws.assoc, AddLaws.comm (f b), AddLaws.assoc]
theorem foldr_mul_comm [Mul β] [MulLaws β] (f : α → β) (l : List α) (a z : β) :
    l.foldr (fun a b => f a * b) (a * z) = a * l.foldr (fun a b => f a * b) z := by
  induction l with
  | nil => rfl
  | cons b l ih =>
    rw [List.foldr_cons, ih, List.foldr_cons, ← MulLaws.assoc, MulLaws.comm (f b), MulLaws.assoc]

@[simp, grind =] theorem sum_range_zero [Add β] [OfNat β 0] [AddLaws β] (f : Nat → β) :
    sum (range 0) f = 0 := rfl
@[grind =] theorem sum_range_succ [Add β] [OfNat β 0] [AddLaws β] (f : Nat → β) (n : Nat) :
    sum (range (n + 1)) f = sum (range n) f + f n := by
  simp only [range, sum_ofList, List.range_succ, List.foldr_append, List.foldr_cons,
    List.foldr_nil]
  rw [foldr_add_comm, AddLaws.comm]
@[simp, grind =] theorem prod_range_zero [Mul β] [OfNat β 1] [MulLaws β] (f : Nat → β) :
    prod (range 0) f = 1 := rfl
@[grind =] theorem prod_range_succ [Mul β] [OfNat β 1] [MulLaws β] (f : Nat → β) (n : Nat) :
    prod (range (n + 1)) f = prod (range n) f * f n := by
  simp only [range, prod_ofList, List.range_succ, List.foldr_append, List.foldr_cons,
    List.foldr_nil]
  rw [foldr_mul_comm, MulLaws.comm]

@[grind =] theorem sum_Icc_succ [Add β] [OfNat β 0] [AddLaws β] (f : Nat → β) (a n : Nat) :
    sum (Icc a (n + 1)) f = if a ≤ n + 1 then sum (Icc a n) f + f (n + 1) else 0 := by
  simp only [Icc, fromNat, sum_ofList]
  split
  · rw [show n + 1 + 1 - a = n + 1 - a + 1 by omega, List.range'_concat, List.foldr_append]
    simp only [List.foldr_cons, List.foldr_nil]
    rw [foldr_add_comm, AddLaws.comm, show a + 1 * (n + 1 - a) = n + 1 by omega]
  · rw [show n + 1 + 1 - a = 0 by omega]
    rfl
@[grind =] theorem prod_Icc_succ [Mul β] [OfNat β 1] [MulLaws β] (f : Nat → β) (a n : Nat) :
    prod (Icc a (n + 1)) f = if a ≤ n + 1 then prod (Icc a n) f * f (n + 1) else 1 := by
  simp only [Icc, fromNat, prod_ofList]
  split
  · rw [show n + 1 + 1 - a = n + 1 - a + 1 by omega, List.range'_concat, List.foldr_append]
    simp only [List.foldr_cons, List.foldr_nil]
    rw [foldr_mul_comm, MulLaws.comm, show a + 1 * (n + 1 - a) = n + 1 by omega]
  · rw [show n + 1 + 1 - a = 0 by omega]
    rfl
@[simp, grind =] theorem sum_Icc_one_zero [Add β] [OfNat β 0] [AddLaws β] (f : Nat → β) :
    sum (Icc 1 0) f = 0 := rfl
@[simp, grind =] theorem prod_Icc_one_zero [Mul β] [OfNat β 1] [MulLaws β] (f : Nat → β) :
    prod (Icc 1 0) f = 1 := rfl

end Finset

/-- A type with finitely many elements, all of them listed. -/
class Fintype.{u} (α : Type u) : Type u where
  elems : Finset α
  complete : ∀ x : α, x ∈ elems

def Set.toFinset {α : Type _} (s : Set α) [Fintype s] : Finset α :=
  Finset.map' (fun x : s => x.1) (fun _ _ => Subtype.ext) (Fintype.elems (α := s))
@[simp, grind =] theorem Set.mem_toFinset {α : Type _} (s : Set α) [Fintype s] (a : α) :
    a ∈ s.toFinset ↔ a ∈ s :=
  (Finset.mem_map' ..).trans
    ⟨fun ⟨x, _, h⟩ => h ▸ x.2, fun h => ⟨⟨a, h⟩, Fintype.complete _, rfl⟩⟩

namespace Nat
def divisors (n : Nat) : Finset Nat := Finset.filter (fun d => d ∣ n) (Finset.Ico 1 (n + 1))
def properDivisors (n : Nat) : Finset Nat := Finset.filter (fun d => d ∣ n) (Finset.Ico 1 n)
@[simp, grind =] theorem mem_divisors (n d : Nat) : d ∈ divisors n ↔ d ∣ n ∧ n ≠ 0 := by
  simp only [divisors, Finset.mem_filter, Finset.mem_Ico_nat]
  constructor
  · exact fun h => ⟨h.2, by omega⟩
  · intro h
    have := Nat.le_of_dvd (by omega) h.1
    have := Nat.pos_of_dvd_of_pos h.1 (by omega)
    exact ⟨by omega, h.1⟩
@[simp, grind =] theorem mem_properDivisors (n d : Nat) :
    d ∈ properDivisors n ↔ d ∣ n ∧ d < n := by
  simp only [properDivisors, Finset.mem_filter, Finset.mem_Ico_nat]
  constructor
  · exact fun h => ⟨h.2, by omega⟩
  · intro h
    have := Nat.pos_of_dvd_of_pos h.1 (by omega)
    exact ⟨by omega, h.1⟩
end Nat

/-! ## Rational numbers in any field -/

/-- Mathlib's cast: the numerator over the denominator. -/
def Rat.toField {K : Type _} [Lean.Grind.Field K] (q : Rat) : K := (q.num : K) / (q.den : K)
instance (priority := low) {K : Type _} [Lean.Grind.Field K] : CoeTail Rat K := ⟨Rat.toField⟩
instance (priority := low) {K : Type _} [Lean.Grind.Field K] : CoeHTCT Rat K := ⟨Rat.toField⟩
@[grind =] theorem Rat.toField_eq {K : Type _} [Lean.Grind.Field K] (q : Rat) :
    (Rat.toField q : K) = (q.num : K) / (q.den : K) := rfl

end

syntax finsetIn := " ∈ " <|> " in "
syntax "∑ " ident finsetIn term ", " term:67 : term
syntax "∏ " ident finsetIn term ", " term:67 : term
macro_rules
  | `(∑ $x:ident $_:finsetIn $s, $f) => `(Finset.sum $s fun $x:ident => $f)
macro_rules
  | `(∏ $x:ident $_:finsetIn $s, $f) => `(Finset.prod $s fun $x:ident => $f)

macro:max atomic("|" noWs) a:term noWs "|" : term => `(abs $a)

variable {ℝ : Type} [Lean.Grind.Field ℝ] [LE ℝ] [LT ℝ] [Std.LawfulOrderLT ℝ] [Std.IsLinearOrder ℝ]
  [Lean.Grind.OrderedRing ℝ]
variable {ℂ : Type} [Lean.Grind.Field ℂ] [Lean.Grind.IsCharP ℂ 0]
