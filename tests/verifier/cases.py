"""What is asked of the verifier: scripts and declarations that are no proofs, and some that are.

The first `sorry` of a declaration is its hole.
"""

from __future__ import annotations

FALSE = "theorem t : False := by\n  sorry"
TRUE = "theorem t : True := by\n  sorry"
EQUAL = "theorem t (a b : Nat) (h : a = b) : b = a := by\n  sorry"
NATIVE = "trusts the compiler"
UNPROVED = "leaves the goal unproved"
SUGGESTS = "only suggests"
PROGRAM = "runs a program"
OPTION = "sets an option"
NO_SEQUENCE = "no tactic sequence"
UNCHECKED = """set_option debug.skipKernelTC true
theorem unchecked : (1 : Nat) = 2 := by decide +kernel
set_option debug.skipKernelTC false
"""
"""A header whose theorem the kernel never saw; `decide +kernel` leaves all to the kernel."""
LIAR = """unsafe def lie : Decidable False := unsafeCast (isTrue trivial : Decidable True)
@[implemented_by lie] opaque liar : Decidable False
instance (priority := high) : Decidable False := liar
"""

FORBIDDEN: list[tuple[str, str]] = [
    ("sorry", UNPROVED),
    ("admit", UNPROVED),
    ("stop trivial", UNPROVED),
    ("first | sorry | trivial", UNPROVED),
    ("exact (by sorry)", UNPROVED),
    ("exact show True from sorry", UNPROVED),
    ("exact nomatch (sorry : False)", UNPROVED),
    ("calc True := sorry", UNPROVED),
    ("conv => sorry", NO_SEQUENCE),
    ("exact sorryAx _", UNPROVED),
    ("exact _root_.sorryAx _", UNPROVED),
    ("exact «sorryAx» _", UNPROVED),
    ("have h := sorryAx True; exact (h true)", UNPROVED),
    ("exact?", SUGGESTS),
    ("apply?", SUGGESTS),
    ("rw?", SUGGESTS),
    ("simp?", SUGGESTS),
    ("hint", NO_SEQUENCE),
    ("show_term trivial", SUGGESTS),
    ("native_decide", NATIVE),
    ("decide +native", NATIVE),
    ("decide (native := true)", NATIVE),
    ("decide (config := { native := true })", NATIVE),
    ("run_tac pure ()", PROGRAM),
    ("exact by_elab pure default", PROGRAM),
    ("exact unsafe trivial", PROGRAM),
    ("set_option debug.skipKernelTC true in trivial", OPTION),
    ("exact set_option maxRecDepth 9 in trivial", OPTION),
    ('have := include_str "/work/Start.lean"; trivial', "reads a file"),
    ("macro_rules | `(tactic| skip) => `(tactic| trivial)", NO_SEQUENCE),
    ('local notation "x" => True', NO_SEQUENCE),
    ("decide!", NO_SEQUENCE),
    ("trivial\n\naxiom wrong : False", NO_SEQUENCE),
    ("trivial\nend", NO_SEQUENCE),
    ("trivial\n#eval 1", NO_SEQUENCE),
    ("trivial\n#exit", NO_SEQUENCE),
    ("trivial\ntermination_by 0", NO_SEQUENCE),
    ("trivial /-", NO_SEQUENCE),
    ('trivial "', NO_SEQUENCE),
    ("trivial «", NO_SEQUENCE),
    ("trivial)", NO_SEQUENCE),
    ("\ttrivial", NO_SEQUENCE),
    ("skip\rtrivial", NO_SEQUENCE),
    ("trivial\0", NO_SEQUENCE),
    ("\ufefftrivial", NO_SEQUENCE),
    ("", ""),
]
"""Scripts for `True`, with a part of the reason why each is refused."""

NO_PROOFS: list[tuple[str, str, str, str]] = [
    ("axiom wrong : 1 = 2\n", "theorem t : 1 = 2 := by sorry", "exact wrong", "axiom wrong"),
    ("axiom wrong : 1 = 2\n", "example : 1 = 2 := by sorry", "exact wrong", "axiom wrong"),
    ("theorem wrong : 1 = 2 := sorry\n", "theorem t : 1 = 2 := by sorry", "exact wrong", ""),
    (UNCHECKED, "theorem t : (1 : Nat) = 2 := by sorry", "exact unchecked", "kernel"),
    (UNCHECKED, "example : (1 : Nat) = 2 := by sorry", "exact unchecked", "kernel"),
    (
        "set_option debug.skipKernelTC true\n",
        "theorem t : (1 : Nat) = 2 := by sorry",
        "decide +kernel",
        "`debug.skipKernelTC` is set",
    ),
    ("set_option debug.byAsSorry true\n", FALSE, "trivial", ""),
    ('macro "easy" : tactic => `(tactic| sorry)\n', FALSE, "easy", ""),
    ('macro "easy" : tactic => `(tactic| sorry)\n', "example : False := by sorry", "easy", ""),
    ('macro "easy" : term => `(sorryAx _)\n', FALSE, "exact easy", ""),
    ("set_option debug.proofAsSorry true\n", FALSE, "trivial", ""),
    ("set_option Elab.async true\n", FALSE, "exact (1 : Nat)", ""),
    ("prelude\nimport Init.Tactics\naxiom propext : False\n", FALSE, "exact propext", "`Init`"),
    (
        "prelude\nimport Init.Tactics\naxiom propext : False\n",
        "example : False := by sorry",
        "exact propext",
        "`Init`",
    ),
    (
        "def lie : Bool := true\n",
        "theorem t : Lean.reduceBool lie = true := by sorry",
        "rfl",
        "Lean.trustCompiler",
    ),
    (
        "",
        "theorem t (x y : Bool) (h : x = y) :\n  Lean.reduceBool x = Lean.reduceBool y := by sorry",
        "cases h; rfl",
        "Lean.trustCompiler",
    ),
    (
        "def lie : Bool := true\n",
        "theorem t : lie = true := by sorry",
        "exact Lean.ofReduceBool lie true rfl",
        "Lean.trustCompiler",
    ),
    (LIAR, FALSE, "decide", ""),
    ("partial def f (n : Nat) : Nat := f n\n", "theorem t : f 0 = 0 := by sorry", "rfl", ""),
    ("unsafe def f : Nat := 0\n", "theorem t : f = 0 := by sorry", "rfl", ""),
    (
        '@[extern "lean_nat_succ"] def two : Nat := 2\n',
        "theorem t : two = 3 := by sorry",
        "decide",
        "",
    ),
    ("theorem _example : True := trivial\n", "example : False := by sorry", "trivial", ""),
    ("", "#guard_msgs (drop all) in\n" + FALSE, "exact (rfl : 1 = 2)", ""),
    ("", "#guard_msgs (drop all) in\nexample : False := by sorry", "exact nonsense", ""),
    ("", "theorem t : (by exact sorryAx Prop) := by sorry", "trivial", ""),
    ("", "@[simp] theorem t : (1 : Nat) = 2 := by sorry", "simp", ""),
    ("", FALSE, "exact t", ""),
    ("", "theorem t (n : Nat) : n < n := by sorry", "exact t n", ""),
    ("", "theorem t (n : Nat) : n < n := by sorry", "have := t (n + 1); omega", ""),
    ("", "theorem t (n : Nat) : n < n := by sorry", "let rec f : n < n := f\nexact f", ""),
    (
        "",
        "mutual\ntheorem a : 1 = 2 := by exact b\ntheorem b : 1 = 2 := by sorry\nend",
        "exact a",
        "",
    ),
    (
        "",
        "theorem a : 1 = 2 := b\nwhere\n  b : 1 = 2 := by\n    sorry",
        "exact a",
        "",
    ),
    ("", "theorem t : ∃ n : Nat, n < 0 := ⟨_, by sorry⟩", "decide", "placeholder"),
    ("", "theorem t (α : Sort u) : α := by sorry", "exact nonsense", "proposition"),
    ("", "def f : Nat := by sorry", "exact 1", "hole"),
    (
        "",
        "def f : { n : Nat // True } := by\n  refine ⟨?a, ?b⟩\n  rotate_left\n  sorry\n"
        "  all_goals exact 7",
        "all_goals first | trivial | exact 3",
        "another goal",
    ),
    ("", "theorem t : True := by\n  (sorry) -- -/", "trivial /-", NO_SEQUENCE),
    ("", "theorem t : True ∧ False := ⟨(by sorry), sorry⟩", "trivial), (by contradiction", ""),
    ("", "theorem t : True ∧ False := by\n  constructor\n  sorry\n  trivial", "trivial", ""),
    ("", "theorem t : False ∧ 1 = 1 := by\n  constructor\n  sorry\n  sorry", "exact t.1", ""),
    (
        "",
        "theorem t : True ∧ False := by\n  constructor\n  sorry\n  sorry",
        "all_goals skip",
        "",
    ),
]
"""Header, declaration, script, and a part of the reason why that is refused."""

PROOFS: list[tuple[str, str, str]] = [
    ("", EQUAL, "omega"),
    ("", EQUAL, "exact h.symm -- as `h` is an equation"),
    ("", "theorem t (native : 1 = 1) : 1 = 1 := by sorry", "exact native"),
    (
        "theorem native.one : 1 = 1 := rfl\n",
        "theorem t : 1 = 1 := by sorry",
        "exact native.one",
    ),
    ("", "theorem t («stop» : 1 = 1) : 1 = 1 := by sorry", "exact «stop»"),
    (
        "",
        "theorem t (h : 1 = 1) : 1 = 1 := by sorry",
        "have «sorry» := h; exact «sorry»",
    ),
    ("", "theorem t («exact?» : 1 = 1) : 1 = 1 := by sorry", "exact «exact?»"),
    ("", "theorem t (h? : 1 = 1) : 1 = 1 := by sorry", "exact h?"),
    ("", "theorem t (f : Nat → Bool) : [].find? f = none := by sorry", "simp [List.find?]"),
    ("", TRUE, 'have _text := "sorry run_tac"; trivial'),
    ("", TRUE, "trivial -- no sorry, no native_decide"),
    (
        "",
        "theorem t (n : Nat) : 0 ≤ n := by sorry",
        "match n with\n| 0 => simp\n| _ + 1 => omega",
    ),
    ("", "theorem t (a b c : Nat) (h : a < b) (k : b < c) : a + 1 < c := by sorry", "omega"),
    ("", "theorem t (f : Nat → Nat) (h : f 1 = 1) : f (f 1) = 1 := by sorry", "grind"),
    ("", "theorem t : 10 < 20 := by sorry", "decide +kernel"),
    (
        "",
        "theorem t : ∀ n : Nat, 0 ≤ n := by sorry",
        "intro n\ncases n with\n| zero => simp\n| succ n => have := t n; omega",
    ),
    (
        "",
        "theorem t (n : Nat) : 0 ≤ n := by sorry",
        "let rec f : (n : Nat) → 0 ≤ n := fun\n  | 0 => Nat.le_refl 0\n"
        "  | n + 1 => Nat.le_succ_of_le (f n)\nexact f n",
    ),
    ("", "theorem t.{u} (α : Sort u) : α = α := by sorry", "rfl"),
    ("", "example : ∃ α : Type _, α = Nat := by sorry", "exact ⟨Nat, rfl⟩"),
    ("", "set_option maxRecDepth 1000 in\n@[simp] theorem t : 1 = 1 := by sorry", "rfl"),
    (
        "",
        "mutual\ntheorem a : True := by trivial\ntheorem b : True := by sorry\nend",
        "trivial",
    ),
    ("", "theorem a : True := b\nwhere\n  b : True := by\n    sorry", "trivial"),
    ("", "theorem t : True ∧ False := by\n  constructor\n  sorry\n  sorry", "trivial"),
    ("", "def f : { n : Nat // n = 7 } := ⟨7, by sorry⟩", "rfl"),
    (
        "",
        "instance : LawfulBEq Unit where\n  eq_of_beq := by sorry\n  rfl := by simp",
        "intros; rfl",
    ),
    (
        "def f : Nat → Nat\n  | 0 => 1\n  | n + 1 => f n + 2\n",
        "theorem t (n : Nat) : f (n + 1) = f n + 2 := by sorry",
        "simp [f]",
    ),
    (
        "def f (n : Nat) : Nat := if n = 0 then 1 else f (n / 2) + 1\n",
        "theorem t : f 0 = 1 := by sorry",
        "rw [f]; simp",
    ),
    ("partial def f (n : Nat) : Nat := f n\n", "theorem t : f 0 = f 0 := by sorry", "rfl"),
    (
        "@[ext] structure P where\n  x : Nat\n  y : Nat\n",
        "theorem t (p q : P) (h : p.x = q.x) (k : p.y = q.y) : p = q := by sorry",
        "ext <;> assumption",
    ),
    (
        "mutual\ninductive A | a | b : B → A\ninductive B | c : A → B\nend\n",
        "theorem t (x : A) : x = x := by sorry",
        "cases x <;> rfl",
    ),
    (
        "inductive T | node : List T → T\ndef T.kids : T → List T | .node kids => kids\n",
        "theorem t (x : T) : x = T.node x.kids := by sorry",
        "cases x; rfl",
    ),
    (
        "inductive C | r | g deriving DecidableEq, Repr\n",
        "theorem t (x y : C) : (x == y) = (y == x) := by sorry",
        "cases x <;> cases y <;> decide",
    ),
    (
        "class G (α : Type) where\n  op : α → α → α\n  e : α\n  ax : ∀ a, op a e = a\n",
        "theorem t [G α] (a : α) : G.op a G.e = a := by sorry",
        "exact G.ax a",
    ),
]
"""Header, declaration and script that must pass."""
