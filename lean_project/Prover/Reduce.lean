import Prover.Terms

/-!
Reduces and types terms for the audit's rules, by code that shares nothing with the kernel's.
-/

public section

namespace Prover.Rules

open Lean

mutual
/-- Reduces the head of a term. -/
partial def reduce (environment : Kernel.Environment) (binders : Binders) (fuel : Nat)
    (term : Expr) : Expr :=
  match fuel with
  | 0 => term
  | fuel + 1 =>
    match reduced environment binders fuel term with
    | some term => reduce environment binders fuel term
    | none => term

/-- One step at the head of a term, if there is one. -/
partial def reduced (environment : Kernel.Environment) (binders : Binders) (fuel : Nat)
    (term : Expr) : Option Expr :=
  match term with
  | .mdata _ term => some term
  | .letE _ _ value body _ => some (body.instantiate1 value)
  | .bvar index =>
    match binderAt binders index with
    | some { value := some value, .. } => some (value.liftLooseBVars 0 (index + 1))
    | _ => none
  | .const name levels => unfolded environment name levels
  | .proj structureName index inner =>
    projected environment structureName index (reduce environment binders fuel inner)
  | .app .. =>
    let operands := arguments term []
    match head term with
    | .lam name type body info => some (apply (.lam name type body info) operands)
    | .const name levels =>
      match environment.find? name with
      | some (.recInfo recursor) =>
        recursed environment binders fuel recursor levels operands
      | some (.quotInfo _) => lifted environment binders fuel name operands
      | _ =>
        match unfolded environment name levels with
        | some value => some (apply value operands)
        | none => none
    | other =>
      match reduced environment binders fuel other with
      | some function => some (apply function operands)
      | none => none
  | _ => none

partial def projected (environment : Kernel.Environment) (structureName : Name) (index : Nat)
    (made : Expr) : Option Expr :=
  match head made with
  | .const name _ =>
    match environment.find? name with
    | some (.ctorInfo constructor) =>
      if constructor.induct == structureName then
        argumentAt (arguments made []) (constructor.numParams + index)
      else none
    | _ => none
  | _ => none

/-- A recursor at a constructor. -/
partial def recursed (environment : Kernel.Environment) (binders : Binders) (fuel : Nat)
    (recursor : RecursorVal) (levels : List Level) (operands : List Expr) : Option Expr :=
  match argumentAt operands recursor.getMajorIdx with
  | none => none
  | some major =>
    match constructed environment binders fuel recursor (reduce environment binders fuel major) with
    | none => none
    | some made =>
      match head made with
      | .const name _ =>
        match ruleFor name recursor.rules with
        | none => none
        | some rule =>
          if !sameLength recursor.levelParams levels then none
          else
            let fixed := recursor.numParams + recursor.numMotives + recursor.numMinors
            let given := arguments made []
            let fields := after given (lengthOf given - rule.nfields)
            let value := rule.rhs.instantiateLevelParams recursor.levelParams levels
            some (apply (apply (apply value (firstOf operands fixed)) fields)
              (after operands (recursor.getMajorIdx + 1)))
      | _ => none
where
  lengthOf : List Expr → Nat
    | [] => 0
    | _ :: rest => lengthOf rest + 1

/-- A recursor's main argument as an application of a constructor, if it can be seen as one. -/
partial def constructed (environment : Kernel.Environment) (binders : Binders) (fuel : Nat)
    (recursor : RecursorVal) (major : Expr) : Option Expr :=
  match major with
  | .lit (.natVal number) => some (ofLiteral number)
  | _ =>
    if isConstructor environment (head major) then some major
    else
      match typeOf environment binders fuel major with
      | none => none
      | some type =>
        let type := reduce environment binders fuel type
        match head type with
        | .const name levels =>
          match environment.find? name with
          | some (.inductInfo value) =>
            if recursor.k then alike environment binders fuel value levels type
            else expanded environment value levels type major
          | _ => none
        | _ => none
where
  isConstructor (environment : Kernel.Environment) : Expr → Bool
    | .const name _ =>
      match environment.find? name with
      | some (.ctorInfo _) => true
      | _ => false
    | _ => false
  /-- The only proof that there can be, where its type is literally the one asked for. -/
  alike (environment : Kernel.Environment) (binders : Binders) (fuel : Nat) (value : InductiveVal)
      (levels : List Level) (type : Expr) : Option Expr :=
    match value.ctors with
    | [only] =>
      let made := apply (.const only levels) (firstOf (arguments type []) value.numParams)
      match typeOf environment binders fuel made with
      | some other => if other == type then some made else none
      | none => none
    | _ => none
  /-- A member of a structure, made of its projections; never a proof. -/
  expanded (environment : Kernel.Environment) (value : InductiveVal) (levels : List Level)
      (type major : Expr) : Option Expr :=
    match shape environment value.name with
    | none => none
    | some found =>
      match found.level environment levels with
      | none => none
      | some level =>
        if mayBeZero level || value.isRec then none
        else
          let fields := projections value.name major found.constructor.numFields []
          some (apply (apply (.const found.constructor.name levels) (arguments type [])) fields)

/-- `Quot.lift` or `Quot.ind` at a `Quot.mk`. -/
partial def lifted (environment : Kernel.Environment) (binders : Binders) (fuel : Nat) (name : Name)
    (operands : List Expr) : Option Expr :=
  let place := if name == ``Quot.lift then some (5, 3)
    else if name == ``Quot.ind then some (4, 3) else none
  match place with
  | none => none
  | some (major, function) =>
    match argumentAt operands major, argumentAt operands function with
    | some quotient, some function =>
      let made := reduce environment binders fuel quotient
      match head made, arguments made [] with
      | .const maker _, [_, _, element] =>
        if maker == ``Quot.mk then
          some (apply (.app function element) (after operands (major + 1)))
        else none
      | _, _ => none
    | _, _ => none

/-- The type of a term that has one. -/
partial def typeOf (environment : Kernel.Environment) (binders : Binders) (fuel : Nat)
    (term : Expr) : Option Expr :=
  match fuel with
  | 0 => none
  | fuel + 1 =>
    match term with
    | .mdata _ term => typeOf environment binders fuel term
    | .sort level => some (.sort (.succ level))
    | .lit (.natVal _) => some (.const ``Nat [])
    | .lit (.strVal _) => some (.const ``String [])
    | .bvar index =>
      match binderAt binders index with
      | some binder => some (binder.type.liftLooseBVars 0 (index + 1))
      | none => none
    | .const name levels =>
      match environment.find? name with
      | some info =>
        if sameLength info.levelParams levels then
          some (info.type.instantiateLevelParams info.levelParams levels)
        else none
      | none => none
    | .app .. =>
      match typeOf environment binders fuel (head term) with
      | some type => applied environment binders fuel type (arguments term [])
      | none => none
    | .lam name type body info =>
      match typeOf environment ({ type, value := none } :: binders) fuel body with
      | some result => some (.forallE name type result info)
      | none => none
    | .letE _ type value body _ =>
      match typeOf environment ({ type, value := some value } :: binders) fuel body with
      | some result => some (result.instantiate1 value)
      | none => none
    | .forallE _ type body _ =>
      match levelOf environment binders fuel type,
          levelOf environment ({ type, value := none } :: binders) fuel body with
      | some left, some right => some (.sort (.imax left right))
      | _, _ => none
    | .proj structureName index inner =>
      match typeOf environment binders fuel inner with
      | some type => fieldType environment structureName index inner
          (reduce environment binders fuel type)
      | none => none
    | _ => none

partial def applied (environment : Kernel.Environment) (binders : Binders) (fuel : Nat)
    (type : Expr) : List Expr → Option Expr
  | [] => some type
  | argument :: rest =>
    match type with
    | .forallE _ _ body _ => applied environment binders fuel (body.instantiate1 argument) rest
    | _ =>
      match reduce environment binders fuel type with
      | .forallE _ _ body _ => applied environment binders fuel (body.instantiate1 argument) rest
      | _ => none

/-- The level of a type's sort. -/
partial def levelOf (environment : Kernel.Environment) (binders : Binders) (fuel : Nat)
    (type : Expr) : Option Level :=
  match typeOf environment binders fuel type with
  | some sort =>
    match reduce environment binders fuel sort with
    | .sort level => some level
    | _ => none
  | none => none

/-- The type of a field of a member of the structure type `type`. -/
partial def fieldType (environment : Kernel.Environment) (structureName : Name) (index : Nat)
    (inner type : Expr) : Option Expr :=
  match head type, shape environment structureName with
  | .const name levels, some found =>
    if name != structureName then none
    else
      match fieldsOf environment found.constructor levels (arguments type []) with
      | some fields => field fields 0
      | none => none
  | _, _ => none
where
  field (type : Expr) (position : Nat) : Option Expr :=
    match unfold environment steps type with
    | .forallE _ domain body _ =>
      if position == index then some domain
      else field (body.instantiate1 (.proj structureName position inner)) (position + 1)
    | _ => none
end

end Prover.Rules
