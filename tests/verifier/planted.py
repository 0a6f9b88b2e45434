"""Declarations that Lean's elaborator never makes, put into the environment by a program.

Each is one that some released kernel takes, or one that no kernel was asked about. The kinds are
those of leanprover/lean-kernel-arena that can be said to `addDecl`.
"""

from __future__ import annotations

import re

PLANT = """import Lean
open Lean Elab Command

def boolean : Expr := .const ``Bool []
def natural : Expr := .const ``Nat []
def pair : Expr := mkApp2 (.const ``Prod [0, 0]) natural natural
def one : Expr := .lit (.natVal 1)
def equal : Expr := mkApp3 (.const ``Eq [1]) natural one one
def witness : Expr :=
  mkApp2 (.const ``Exists [1]) natural (.lam `n natural (.const ``True []) .default)
def loose : Expr := .fvar { name := .num `_kernel_fresh 2 }
def arrow (domain result : Expr) : Expr := .forallE `x domain result .default
def function (domain body : Expr) : Expr := .lam `x domain body .default
def itself (arguments : List Expr) : Expr :=
  match arguments with
  | [] => .const `bad []
  | argument :: _ => .app (.const `bad []) argument

def definition (name : Name) (type value : Expr) (levelParams : List Name := []) : Declaration :=
  .defnDecl { name, levelParams, type, value, hints := .abbrev, safety := .safe }
def projection (type result : Expr) (name : Name) (index : Nat) : Declaration :=
  definition `bad (arrow type result) (function type (.proj name index (.bvar 0)))
def constant (name : Name) (type value : Expr) : Declaration :=
  .opaqueDecl { name, levelParams := [], type, value, isUnsafe := false, all := [name] }
def fact (name : Name) (type value : Expr) (levelParams : List Name := []) : Declaration :=
  .thmDecl { name, levelParams, type, value }
def type (name : Name) (sort : Expr) (ctors : List Constructor) : InductiveType :=
  { name, type := sort, ctors }
def types (made : List InductiveType) (levels : List Name := []) (parameters : Nat := 0) :
    Declaration :=
  .inductDecl levels parameters made false
/-- `Phantom α b`, in which nothing depends on the second. -/
def phantom (second : Expr) : Declaration :=
  let applied := mkApp2 (.const `Phantom []) (.bvar 1) (.bvar 0)
  types [type `Phantom (arrow (.sort 1) (arrow second (.sort 1)))
    [{ name := `Phantom.it, type := arrow (.sort 1) (arrow second applied) }]] [] 2
/-- A type with a field of data, beside one whose sort the kernel goes by. -/
def boxed (sort : Expr) : Declaration :=
  types [type `Plain (.sort 0) [{ name := `Plain.it, type := .const `Plain [] }],
    type `Parcel sort [{ name := `Parcel.wrap, type := arrow boolean (.const `Parcel []) }]]

def planted : List Declaration :=
  [DECLARATIONS]

def grown (environment : Environment) : List Declaration → Environment
  | [] => environment
  | declaration :: rest =>
    match environment.addDeclCore 0 declaration none with
    | .ok environment => grown environment rest
    | .error _ =>
      match environment.addDeclCore 0 declaration none (doCheck := false) with
      | .ok environment => grown environment rest
      | .error _ => grown environment rest

syntax (name := plant) "#plant" : command
@[command_elab plant] def elabPlant : CommandElab := fun _ _ ref => do
  let state ← ST.Prim.Ref.get ref
  ST.Prim.Ref.set ref { state with env := grown state.env planted }
"""
"""What the kernel refuses is added unchecked. `#plant` adds."""
UNKNOWN = "Unknown identifier `bad`"
"""This kernel refuses the type even unchecked."""


def planting(declarations: str) -> str:
    """A header that plants these."""
    return PLANT.replace("DECLARATIONS", declarations) + "#plant\n"


def use(declarations: str) -> str:
    """A script that uses what is planted."""
    given = re.search(r"\[([`u, ]+)\]$", declarations)
    levels = f".{{{given[1].replace('`u', '0')}}}" if given else ""
    return f"have := @bad{levels}\ntrivial"


REFUSED: dict[str, tuple[str, str]] = {
    "a free variable in an opaque value": (
        "constant `bad natural loose",
        "the rule `closed`: it has a free variable",
    ),
    "a free variable in a definition": ("definition `bad natural loose", "`closed`"),
    "a free variable in a type": ("definition `bad loose one", "free variable"),
    "a metavariable": ("definition `bad natural (.mvar { name := `m })", "`closed`"),
    "a universe left open": (
        "definition `bad (.sort 2) (.sort (.mvar { name := `m }))",
        "`closed`",
    ),
    "a loose bound variable": ("definition `bad natural (.bvar 0)", "`closed`"),
    "a free variable in a nested type": (
        "phantom boolean, types [type `bad (.sort 1) [{ name := `bad.it, "
        "type := arrow (mkApp2 (.const `Phantom []) (itself []) loose) (itself []) }]]",
        "`closed`",
    ),
    "a universe declared twice": (
        "definition `bad (.sort 1) (.sort 0) [`u, `u]",
        "the rule `levels`: u is declared twice",
    ),
    "a universe not declared": (
        "definition `bad natural (.app (function (.sort (.succ (.param `u))) one) "
        "(.sort (.param `u)))",
        "the rule `levels`: it uses the universe u",
    ),
    "a universe not declared in a constructor": (
        "types [type `bad (.sort 2) "
        "[{ name := `bad.it, type := arrow (.sort (.param `u)) (itself []) }]]",
        UNKNOWN,
    ),
    "a name that the kernel keeps for nested types": (
        "definition `_nested.one natural one, definition `bad natural (.const `_nested.one [])",
        "the rule `names`: the kernel reserves",
    ),
    "a projection by another structure's name": (
        "projection pair natural ``PProd 0",
        "the rule `projection`: what belongs to Prod is taken for a PProd",
    ),
    "a projection by an index over 32 bits": (
        "projection pair natural ``Prod 4294967296",
        "the rule `projection`: Prod has no field 4294967296",
    ),
    "a projection by an index over 64 bits": (
        "projection pair natural ``Prod 18446744073709551616",
        "has no field",
    ),
    "a projection past the last field": ("projection pair natural ``Prod 2", "has no field"),
    "a projection from what has two constructors": (
        "projection boolean natural ``Bool 0",
        "the rule `projection`: Bool is no structure",
    ),
    "a projection from what has indices": ("projection equal natural ``Eq 0", "is no structure"),
    "a projection from a variable's type": (
        "definition `bad (arrow (.sort 1) (arrow (.bvar 0) natural)) "
        "(function (.sort 1) (function (.bvar 0) (.proj ``Prod 0 (.bvar 0))))",
        "it can't be decided",
    ),
    "data out of a proof": (
        "projection witness natural ``Exists 0",
        "the rule `projection`: it may take data out of a proof of Exists",
    ),
    "a proof whose type has data out of a proof": (
        "projection witness (.const ``True []) ``Exists 1",
        "`projection`",
    ),
    "data out of what may be a proof": (
        "types [type `Maybe (arrow (.sort (.param `u)) (.sort (.param `u))) [{ name := `Maybe.it, "
        "type := arrow (.sort (.param `u)) (arrow (.bvar 0) "
        "(.app (.const `Maybe [.param `u]) (.bvar 1))) }]] [`u] 1, "
        "definition `bad (arrow (.sort (.param `u)) "
        "(arrow (.app (.const `Maybe [.param `u]) (.bvar 0)) (.bvar 1))) "
        "(function (.sort (.param `u)) (function (.app (.const `Maybe [.param `u]) (.bvar 0)) "
        "(.proj `Maybe 0 (.bvar 0)))) [`u]",
        "the rule `projection`: it may take data out of a proof of Maybe",
    ),
    "propositions whose sort is spelt with `imax`": (
        "boxed (.sort (.imax 1 0)), projection (.const `Parcel []) boolean `Parcel 0",
        "the rule `sort`: that of Parcel is `Prop`",
    ),
    "propositions whose sort is spelt with `max`": (
        "boxed (.sort (.max 0 0)), projection (.const `Parcel []) boolean `Parcel 0",
        "`sort`",
    ),
    "propositions whose sort is spelt by a definition": (
        "definition `Propositions (.sort 1) (.sort (.imax 1 0)), "
        "boxed (.const `Propositions []), projection (.const `Parcel []) boolean `Parcel 0",
        "`sort`",
    ),
    "a sort that only a recursor gives": (
        "types [type `Parcel (mkApp4 (.const ``Bool.rec [3]) (function boolean (.sort 2)) "
        "(.sort 1) (.sort 1) (.const ``true [])) "
        "[{ name := `Parcel.wrap, type := arrow boolean (.const `Parcel []) }]], "
        "projection (.const `Parcel []) boolean `Parcel 0",
        "the rule `sort`: that of Parcel can't be decided",
    ),
    "a nested type's parameter of another type": (
        "phantom boolean, types [type `bad (.sort 1) [{ name := `bad.it, "
        "type := arrow (mkApp2 (.const `Phantom []) (itself []) one) (itself []) }]]",
        "the rule `recursor`: bad.it is not well typed",
    ),
    "a wrong projection in a nested type's parameter": (
        "phantom boolean, types [type `bad (.sort 1) [{ name := `bad.it, "
        "type := arrow (mkApp2 (.const `Phantom []) (itself []) (.proj ``Prod 0 one)) "
        "(itself []) }]]",
        "`projection`",
    ),
    "a type at another parameter inside a nested type": (
        "phantom (.sort 1), types [type `bad (arrow boolean (.sort 1)) [{ name := `bad.it, "
        "type := arrow boolean (arrow (mkApp2 (.const `Phantom []) (itself [.bvar 0]) "
        "(itself [.const ``true []])) (itself [.bvar 1])) }]] [] 1",
        "`uniform`",
    ),
    "a type at another parameter that a reduction takes away": (
        "types [type `bad (arrow boolean (.sort 1)) [{ name := `bad.it, type := arrow boolean "
        "(arrow (.app (function (.sort 1) natural) (itself [.const ``true []])) "
        "(itself [.bvar 1])) }]] [] 1",
        "`uniform`",
    ),
    "two types of one name": (
        "types [type `bad (.sort 1) [{ name := `bad.a, type := itself [] }], "
        "type `bad (.sort 1) [{ name := `bad.b, type := itself [] }]]",
        UNKNOWN,
    ),
    "two constructors of one name": (
        "types [type `bad (.sort 1) [{ name := `bad.a, type := itself [] }, "
        "{ name := `bad.a, type := itself [] }]]",
        UNKNOWN,
    ),
    "a constructor called as the recursor": (
        "types [type `bad (.sort 1) [{ name := `bad.rec, type := itself [] }]]",
        UNKNOWN,
    ),
    "a constructor called as a nested type's recursor": (
        "types [type `bad (.sort 1) [{ name := `bad.rec_1, "
        "type := arrow (.app (.const ``List [0]) (itself [])) (itself []) }]]",
        UNKNOWN,
    ),
    "a type's universe declared twice": (
        "types [type `bad (.sort 1) [{ name := `bad.a, type := itself [] }]] [`u, `u]",
        UNKNOWN,
    ),
    "two definitions that use each other": (
        "definition `bad natural (.const `other []), definition `other natural (itself [])",
        "rests on itself",
    ),
    "a theorem that uses itself": ("fact `bad (.const ``False []) (itself [])", "rests on itself"),
    "a theorem whose type is no proposition": (
        "fact `bad (.const ``PUnit [.param `u]) (.const ``PUnit.unit [.param `u]) [`u]",
        "kernel",
    ),
    "a theorem that its value does not prove": (
        "fact `bad (.const ``False []) (.const ``True.intro [])",
        "kernel",
    ),
    "a projection from what is ill typed": (
        "types [type `Wrapped (.sort 0) [{ name := `Wrapped.it, "
        "type := arrow (.const ``False []) (.const `Wrapped []) }]], "
        "fact `bad (.const ``False []) "
        "(.proj `Wrapped 0 (.app (.const `Wrapped.it []) (.const ``True.intro [])))",
        "kernel",
    ),
    "a definition that is no member of its type": (
        "definition `bad (.sort 0) (.sort 1)",
        "kernel",
    ),
}
"""By kind: what is planted, of which `bad` is used, and a part of the reason why it is refused."""

ACCEPTED = """import Lean

structure Point where
  x : Nat
  y : Nat
deriving DecidableEq
structure Up.{u, v} (α : Sort u) (β : Sort v) : Sort (max 1 u v) where
  fst : α
  snd : β
structure Both (p q : Prop) : Prop where
  left : p
  right : q
structure Least (p : Nat → Prop) (n : Nat) : Prop where
  holds : p n
  least : ∀ m, p m → n ≤ m
inductive Rose (α : Type u)
  | node : α → List (Rose α) → Rose α
inductive Deep
  | leaf (n : Nat)
  | node : Array (Option Deep × List Deep) → Deep
mutual
inductive Even : Nat → Prop
  | zero : Even 0
  | next : Odd n → Even (n + 1)
inductive Odd : Nat → Prop
  | next : Even n → Odd (n + 1)
end
inductive Vec (α : Type u) : Nat → Type u
  | nil : Vec α 0
  | cons : α → Vec α n → Vec α (n + 1)
inductive Reach (r : α → α → Prop) (a : α) : α → Prop
  | refl : Reach r a a
  | step : Reach r a b → r b c → Reach r a c
inductive Wide : Type
  | mk : (Nat → Wide) → Wide
class Group' (G : Type u) extends Mul G, One G where
  inv : G → G
  assoc : ∀ a b c : G, a * b * c = a * (b * c)
  inv_mul : ∀ a : G, inv a * a = 1
class Ring' (R : Type u) extends Add R, Mul R, Neg R where
  zero : R
def Tuple (α : Type) : Nat → Type
  | 0 => Unit
  | n + 1 => α × Tuple α n

theorem eta (p : Point) : p = ⟨p.1, p.2⟩ := rfl
theorem eta' (p : Up α β) : p = ⟨p.fst, p.snd⟩ := rfl
theorem swap (h : Both p q) : Both q p := ⟨h.2, h.1⟩
theorem swap' : p ∧ q → q ∧ p := fun h => ⟨h.2, h.1⟩
theorem least (h : Least p n) (k : p m) : n ≤ m := h.least m k
theorem units (a b : PUnit.{u}) : a = b := rfl
def third (t : Tuple Nat 3) : Nat := t.2.2.1
def pairs (x : PProd Nat (Nat ×' Bool)) : Nat := x.2.1 + x.1
def sub (x : { n : Nat // n < 3 }) : Nat := x.1
theorem sub_lt (x : { n : Nat // n < 3 }) : sub x < 3 := x.2
def sigma (x : (n : Nat) × Fin n) : Fin x.1 := x.2
def Rose.value : Rose α → α | .node a _ => a
def Vec.head : Vec α (n + 1) → α | .cons a _ => a
def half (n : Nat) : Nat := if h : n < 2 then 0 else half (n - 2) + 1
termination_by n
theorem half_four : half 4 = 2 := by simp [half]
noncomputable def fuel (n : Nat) : Nat := Nat.rec 0 (fun _ m => m + 2) n
theorem acc {r : α → α → Prop} (h : Acc r a) (C : α → Prop)
    (f : ∀ x, (∀ y, r y x → C y) → C x) : C a :=
  Acc.rec (fun x _ ih => f x ih) h
def Rest := Quot (fun a b : Nat => a % 2 = b % 2)
def Rest.isEven : Rest → Bool := Quot.lift (fun n => n % 2 == 0) (fun _ _ h => congrArg (· == 0) h)
theorem quotient : Rest.isEven (Quot.mk _ 3) = false := rfl
theorem literals : "ab".length = 2 ∧ 10 ^ 20 = 100000000000000000000 ∧ 'a'.toNat = 97 := by decide
theorem numbers : 123456789 * 987654321 = 121932631112635269 := by decide
theorem cancel [Group' G] (a b : G) (h : a = b) : Group'.inv a * a = Group'.inv b * b := by rw [h]
theorem lists (xs ys : List α) : (xs ++ ys).length = ys.length + xs.length := by
  simp [Nat.add_comm]
theorem even_or_odd (n : Nat) : Even n ∨ Odd n := by
  induction n with
  | zero => exact .inl .zero
  | succ n ih => exact ih.elim (fun h => .inr (.next h)) (fun h => .inl (.next h))
theorem bits (x y : BitVec 8) : x &&& y = y &&& x := by
  ext; simp [Bool.and_comm]
theorem linear (a b : Int) (h : 2 * a < b) (k : b < 2 * a + 2) : b = 2 * a + 1 := by omega
theorem grinds (f : Nat → Nat) (h : f 1 = 1) : f (f (f 1)) = 1 := by grind
opaque secret : Nat
partial def loop (n : Nat) : Nat := loop (n + 1)
theorem looped : loop 0 = loop 0 := rfl
theorem sorts : ∀ α : Sort (imax u v), α = α := fun _ => rfl
"""
"""A file in which all is accepted."""

COPY = """import Lean
open Lean Elab Command

def copied : Name → Name
  | .anonymous => `Copy
  | .str above last => .str (copied above) last
  | .num above last => .num (copied above) last
def isIn (name : Name) : List Name → Bool
  | [] => false
  | other :: rest => name == other || isIn name rest
def rename (names : List Name) (term : Expr) : Expr :=
  term.replace fun
    | .const name levels => if isIn name names then some (.const (copied name) levels) else none
    | _ => none
def constructorsOf (environment : Environment) (all : List Name) : List Name → List Constructor
  | [] => []
  | name :: names =>
    match environment.find? name with
    | some info =>
      { name := copied name, type := rename all info.type } :: constructorsOf environment all names
    | none => constructorsOf environment all names
def typesOf (environment : Environment) (all : List Name) : List Name → List InductiveType
  | [] => []
  | name :: names =>
    match environment.find? name with
    | some (.inductInfo value) =>
      let ctors := constructorsOf environment all value.ctors
      { name := copied name, type := value.type, ctors } :: typesOf environment all names
    | _ => typesOf environment all names
def declarationFor (environment : Environment) : ConstantInfo → Option Declaration
  | .defnInfo value =>
    match value.safety with
    | .safe => some (.defnDecl { value with name := copied value.name })
    | _ => none
  | .thmInfo value => some (.thmDecl { value with name := copied value.name })
  | .inductInfo value =>
    match value.all with
    | [] => none
    | first :: _ =>
      if first == value.name && !value.isUnsafe then
        let types := typesOf environment value.all value.all
        some (.inductDecl value.levelParams value.numParams types false)
      else none
  | _ => none
def zeros : List Name → List Level
  | [] => []
  | _ :: names => .zero :: zeros names
/-- Adds the copies of constants, and has a term mention them all. -/
def copyAll (constants : Array ConstantInfo) (start : Nat) (environment : Environment)
    (term : Expr) : Environment × Expr :=
  if h : start < constants.size then
    let info := constants[start]
    match declarationFor environment info with
    | none => copyAll constants (start + 1) environment term
    | some declaration =>
      match environment.addDeclCore 0 declaration none with
      | .error _ => copyAll constants (start + 1) environment term
      | .ok grown =>
        let levels := zeros info.levelParams
        let type := info.type.instantiateLevelParams info.levelParams levels
        copyAll constants (start + 1) grown
          (.letE `copy type (.const (copied info.name) levels) term false)
  else (environment, term)
termination_by constants.size - start
def copyModules (modules : List Name) (environment : Environment) (term : Expr) :
    Environment × Expr :=
  match modules with
  | [] => (environment, term)
  | name :: names =>
    match environment.getModuleIdx? name with
    | none => (environment, term)
    | some index =>
      if h : index.toNat < environment.header.moduleData.size then
        let constants := environment.header.moduleData[index.toNat].constants
        let (environment, term) := copyAll constants 0 environment term
        copyModules names environment term
      else (environment, term)

syntax (name := copy) "#copy" : command
@[command_elab copy] def elabCopy : CommandElab := fun _ _ ref => do
  let state ← ST.Prim.Ref.get ref
  let (env, value) := copyModules [MODULES] state.env (.const ``True.intro [])
  let all := { name := `copies, levelParams := [], type := .const ``True [], value }
  match env.addDeclCore 0 (.thmDecl all) none with
  | .ok env => ST.Prim.Ref.set ref { state with env }
  | .error _ => return ()
#copy
theorem whole : True := copies
theorem first (x : Nat × Nat) : Copy.Prod.fst x = x.1 := rfl
"""
"""Declares what a library's modules declare once more, under names of its own, and uses it."""


def copying(*modules: str) -> str:
    """A file that copies these modules."""
    return COPY.replace("MODULES", ", ".join(f"`{module}" for module in modules))
