import Prover.Json
import Lean.Environment

/-!
Terms, universes and structures as the audit's rules see them, by code that shares nothing with the
kernel's.

Variables stay bound: a term stands below a list of open binders, so that no name of a variable is
ever made. What is not decided stays as it is, or is nothing; whoever asks refuses then.
-/

public section

namespace Prover.Rules

open Lean

/-- An open binder: its type below the binders before it, and its value if it is a `let`. -/
structure Binder where
  type : Expr
  value : Option Expr

/-- The open binders, the innermost first. -/
abbrev Binders := List Binder

def binderAt : Binders → Nat → Option Binder
  | [], _ => none
  | binder :: _, 0 => some binder
  | _ :: binders, index + 1 => binderAt binders index

/-- How many steps one after the other, or one within the other, are tried. -/
def steps : Nat := 1024

/-- Whether a level is 0 when all parameters are 0; then it may be the level of propositions. -/
def mayBeZero : Level → Bool
  | .succ _ => false
  | .max left right => mayBeZero left && mayBeZero right
  | .imax _ right => mayBeZero right
  | _ => true

/-- Whether a level is 0 whatever the parameters are. -/
def isZero : Level → Bool
  | .zero => true
  | .max left right => isZero left && isZero right
  | .imax _ right => isZero right
  | _ => false

def sameLength : List Name → List Level → Bool
  | [], [] => true
  | _ :: names, _ :: levels => sameLength names levels
  | _, _ => false

/-- The arguments of an application, from the first to the last, before those of `rest`. -/
def arguments : Expr → List Expr → List Expr
  | .app function argument, rest => arguments function (argument :: rest)
  | .mdata _ term, rest => arguments term rest
  | _, rest => rest

/-- What is applied in an application. -/
def head : Expr → Expr
  | .app function _ => head function
  | .mdata _ term => head term
  | term => term

def apply : Expr → List Expr → Expr
  | function, [] => function
  | .lam _ _ body _, argument :: rest => apply (body.instantiate1 argument) rest
  | function, argument :: rest => applyAll (.app function argument) rest
where
  applyAll : Expr → List Expr → Expr
    | function, [] => function
    | function, argument :: rest => applyAll (.app function argument) rest

def argumentAt : List Expr → Nat → Option Expr
  | [], _ => none
  | argument :: _, 0 => some argument
  | _ :: rest, index + 1 => argumentAt rest index

def firstOf : List Expr → Nat → List Expr
  | argument :: rest, count + 1 => argument :: firstOf rest count
  | _, _ => []

def after : List Expr → Nat → List Expr
  | _ :: rest, count + 1 => after rest count
  | rest, _ => rest

/-- The value that a constant stands for; a theorem is unfolded too, as the kernel does. -/
def unfolded (environment : Kernel.Environment) (name : Name) (levels : List Level) :
    Option Expr :=
  match environment.find? name with
  | some (.defnInfo value) => instantiated value.levelParams value.value
  | some (.thmInfo value) => instantiated value.levelParams value.value
  | _ => none
where
  instantiated (names : List Name) (value : Expr) : Option Expr :=
    if sameLength names levels then some (value.instantiateLevelParams names levels) else none

/-- Reduces the head by unfolding alone: what comes out does not depend on the open binders. -/
def unfold (environment : Kernel.Environment) : Nat → Expr → Expr
  | 0, term => term
  | fuel + 1, term =>
    match term with
    | .mdata _ term => unfold environment fuel term
    | .letE _ _ value body _ => unfold environment fuel (body.instantiate1 value)
    | .app .. | .const .. =>
      match head term with
      | .lam name type body info =>
        unfold environment fuel (apply (.lam name type body info) (arguments term []))
      | .letE _ _ value body _ =>
        unfold environment fuel (apply (body.instantiate1 value) (arguments term []))
      | .const name levels =>
        match unfolded environment name levels with
        | some value => unfold environment fuel (apply value (arguments term []))
        | none => term
      | _ => term
    | term => term

/-- The level of the sort in which a type family ends, if unfolding alone shows one. -/
def sortLevel (environment : Kernel.Environment) : Nat → Expr → Option Level
  | 0, _ => none
  | fuel + 1, type =>
    match unfold environment steps type with
    | .forallE _ _ body _ => sortLevel environment fuel body
    | .sort level => some level
    | _ => none

/-- A type with one constructor and no indices, and the constructor. -/
structure Shape where
  type : InductiveVal
  constructor : ConstructorVal

def shape (environment : Kernel.Environment) (name : Name) : Option Shape :=
  match environment.find? name with
  | some (.inductInfo type) =>
    match type.ctors, type.numIndices with
    | [only], 0 =>
      match environment.find? only with
      | some (.ctorInfo constructor) => some { type, constructor }
      | _ => none
    | _, _ => none
  | _ => none

/-- The level of a structure's sort, at these levels. -/
def Shape.level (shape : Shape) (environment : Kernel.Environment) (levels : List Level) :
    Option Level :=
  if sameLength shape.type.levelParams levels then
    match sortLevel environment steps shape.type.type with
    | some level => some (level.instantiateParams shape.type.levelParams levels)
    | none => none
  else none

/-- The type of a constructor at these levels, after its parameters. -/
def fieldsOf (environment : Kernel.Environment) (constructor : ConstructorVal)
    (levels : List Level) (parameters : List Expr) : Option Expr :=
  if sameLength constructor.levelParams levels then
    given (constructor.type.instantiateLevelParams constructor.levelParams levels) parameters
  else none
where
  given : Expr → List Expr → Option Expr
    | type, [] => some type
    | type, argument :: rest =>
      match unfold environment steps type with
      | .forallE _ _ body _ => given (body.instantiate1 argument) rest
      | _ => none

/-- The natural number that a literal stands for, as a constructor's application. -/
def ofLiteral (number : Nat) : Expr :=
  match number with
  | 0 => .const ``Nat.zero []
  | below + 1 => .app (.const ``Nat.succ []) (.lit (.natVal below))

def ruleFor (name : Name) : List RecursorRule → Option RecursorRule
  | [] => none
  | rule :: rules => if rule.ctor == name then some rule else ruleFor name rules

def projections (structureName : Name) (term : Expr) (count : Nat) (rest : List Expr) : List Expr :=
  match count with
  | 0 => rest
  | index + 1 =>
    projections structureName term index (.proj structureName index term :: rest)

end Prover.Rules
