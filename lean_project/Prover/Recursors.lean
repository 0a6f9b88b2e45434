import Prover.Invariants
import Lean.AddDecl

/-!
What must hold of the constructors and recursors that the kernel makes of an inductive type.

Kernels before Lean 4.33 drop the parameters of nested types unchecked (lean4 #14576), and those
before 4.34 may give a recursor a rule of another type (PR #14806, #14808).
-/

public section

namespace Prover.Rules

open Lean

/-- A name for what is checked and forgotten. -/
def trial : Name := `Prover.trial

/-- Has the kernel check a declaration with which nothing else is done. -/
def tried (environment : Kernel.Environment) (declaration : Declaration) (what : Name) :
    Except String Unit :=
  match environment.addDecl {} declaration with
  | .ok _ => .ok ()
  | .error _ => refuse "recursor" s!"{nameString what} is not well typed"

/-- Checks a type of a constant that the kernel has made. -/
def checkMade (environment : Kernel.Environment) (value : ConstantVal) : Except String Unit := do
  checkPart value.levelParams value.type
  checkProjections environment value.type
  tried environment (.axiomDecl { value with name := trial, isUnsafe := false }) value.name

/-- Changes what stands below the first binders of a type. -/
def below (count : Nat) (type : Expr) (change : Expr → Option Expr) : Option Expr :=
  match count, type with
  | 0, type => change type
  | count + 1, .forallE name domain body info =>
    match below count body change with
    | some body => some (.forallE name domain body info)
    | none => none
  | _, _ => none

/-- The domain after the first binders of a type. -/
def domainAfter : Nat → Expr → Option Expr
  | 0, .forallE _ domain _ _ => some domain
  | count + 1, .forallE _ _ body _ => domainAfter count body
  | _, _ => none

def result : Expr → List Expr → Option Expr
  | type, [] => some type
  | .forallE _ _ body _, argument :: rest => result (body.instantiate1 argument) rest
  | _, _ => none

def lowered (count : Nat) : List Expr → List Expr
  | [] => []
  | term :: rest => term.lowerLooseBVars count count :: lowered count rest

def raised (count : Nat) : List Expr → List Expr
  | [] => []
  | term :: rest => term.liftLooseBVars 0 count :: raised count rest

/-- The innermost `count` open variables, the outermost of them first. -/
def variables : Nat → List Expr
  | 0 => []
  | index + 1 => .bvar index :: variables index

def followedBy (last : Expr) : List Expr → List Expr
  | [] => [last]
  | term :: rest => term :: followedBy last rest

/-- The type that the value of a recursor's rule must have: that of the recursor there. -/
def ruleType (environment : Kernel.Environment) (recursor : RecursorVal) (rule : RecursorRule) :
    Option Expr :=
  let fixed := recursor.numParams + recursor.numMotives + recursor.numMinors
  match environment.find? rule.ctor with
  | some (.ctorInfo constructor) =>
    below fixed recursor.type fun rest =>
      match domainAfter recursor.numIndices rest with
      | none => none
      | some major =>
        match head major with
        | .const name levels =>
          let parameters := firstOf (arguments major []) constructor.numParams
          let parameters := lowered recursor.numIndices parameters
          match fieldsOf environment constructor levels parameters with
          | some fields =>
            if name == constructor.induct && constructor.numFields == rule.nfields then
              below rule.nfields fields (atConstructor constructor levels parameters rest)
            else none
          | none => none
        | _ => none
  | _ => none
where
  atConstructor (constructor : ConstructorVal) (levels : List Level) (parameters : List Expr)
      (rest family : Expr) : Option Expr :=
    let parameters := raised constructor.numFields parameters
    let made := apply (apply (.const constructor.name levels) parameters)
      (variables constructor.numFields)
    let indices := after (arguments family []) constructor.numParams
    result (rest.liftLooseBVars 0 constructor.numFields) (followedBy made indices)

def checkRules (environment : Kernel.Environment) (recursor : RecursorVal) :
    List RecursorRule → Except String Unit
  | [] => .ok ()
  | rule :: rules => do
    checkPart recursor.levelParams rule.rhs
    checkProjections environment rule.rhs
    match ruleType environment recursor rule with
    | none => refuse "recursor" s!"a rule of {nameString recursor.name} has no type"
    | some type =>
      tried environment (.defnDecl { recursor with
        name := trial, type, value := rule.rhs, hints := .opaque, safety := .safe }) recursor.name
      checkRules environment recursor rules

def checkRecursors (environment : Kernel.Environment) : List Name → Except String Unit
  | [] => .ok ()
  | name :: names => do
    match environment.find? name with
    | some (.recInfo recursor) =>
      checkMade environment recursor.toConstantVal
      checkRules environment recursor recursor.rules
    | _ => refuse "recursor" s!"{nameString name} was not made"
    checkRecursors environment names

def checkMadeConstructors (environment : Kernel.Environment) :
    List Constructor → Except String Unit
  | [] => .ok ()
  | constructor :: rest => do
    match environment.find? constructor.name with
    | some (.ctorInfo value) => checkMade environment value.toConstantVal
    | _ => refuse "recursor" s!"{nameString constructor.name} was not made"
    checkMadeConstructors environment rest

def checkAllConstructors (environment : Kernel.Environment) :
    List InductiveType → Except String Unit
  | [] => .ok ()
  | type :: rest => do
    checkMadeConstructors environment type.ctors
    checkAllConstructors environment rest

def ownRecursors : List InductiveType → List Name → List Name
  | [], names => names
  | type :: rest, names => .str type.name "rec" :: ownRecursors rest names

/-- The recursors for nested types. -/
def nestedRecursors (first : Name) : Nat → List Name
  | 0 => []
  | index + 1 => .str first s!"rec_{index + 1}" :: nestedRecursors first index

/-- Checks what the kernel has made of a declaration, which was none of it there before. -/
def checkAfter (declaration : Declaration) (before made : Kernel.Environment) :
    Except String Unit := do
  match declaration with
  | .inductDecl _ _ types _ =>
    match types with
    | [] => refuse "kind" "it declares no type"
    | first :: _ =>
      match made.find? first.name with
      | some (.inductInfo value) =>
        let nested := nestedRecursors first.name value.numNested
        checkNames before nested
        checkDistinct "names" (declaredNames types nested)
        checkAllConstructors made types
        checkRecursors made (ownRecursors types nested)
      | _ => refuse "recursor" s!"{nameString first.name} was not made"
  | _ => return ()

end Prover.Rules
