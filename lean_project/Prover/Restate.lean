import Prover.Audit
import Prover.Goal
import Prover.Theorem
import Lean.PrettyPrinter

/-!
States a theorem of the library afresh, in an environment where it is not.

A statement counts only if it elaborates there to the type that the library has: what is printed is
not always read as it was meant.
-/

public section

namespace Prover

open Lean Meta

/-- Options for printing, from the most readable to the most explicit. -/
def printings : List Options :=
  [complete, complete.insert `pp.numericTypes (.ofBool true) |>.insert `pp.funBinderTypes (.ofBool true),
   complete.insert `pp.explicit (.ofBool true) |>.insert `pp.universes (.ofBool true)]
where
  complete : Options := ({} : Options).insert `pp.proofs (.ofBool true)
    |>.insert `pp.deepTerms (.ofBool true) |>.insert `pp.maxSteps (.ofNat 100000)

/-- Runs a `MetaM` action in an environment. -/
def inEnvironment (environment : Environment) (options : Options) (cancel : IO.CancelToken)
    (action : MetaM Json) : BaseIO (Except String Json) := do
  let heartbeats ← IO.getNumHeartbeats
  let core ← ST.Prim.mkRef { env := environment : Core.State }
  let state ← ST.Prim.mkRef ({} : Meta.State)
  let context : Core.Context := {
    fileName := "<library>", fileMap := FileMap.ofString "", options, cancelTk? := some cancel,
    initHeartbeats := heartbeats, maxHeartbeats := 200000000 }
  let run : EIO Exception Json := action {} state context core
  match ← run.toBaseIO with
  | .ok json => return .ok json
  | .error error => return .error (← error.toMessageData.toString)

/-- Components of names that Lean makes for itself. -/
def generated : List String :=
  ["inj", "injEq", "sizeOf_spec", "induct", "induct_unfolding", "fun_cases", "fun_cases_unfolding",
   "mutual_induct", "eq_def", "eq_unfold", "congr_simp", "hcongr", "noConfusion", "elim"]

def isGenerated : Name → Bool
  | .str _ last => hasText last generated
  | _ => true
where
  hasText (text : String) : List String → Bool
    | [] => false
    | other :: rest => other == text || hasText text rest

/-- What the library assumes. -/
def assumed : List Name :=
  [``propext, ``Classical.choice, ``Quot.sound, ``sorryAx, ``Lean.ofReduceBool, ``Lean.ofReduceNat,
   ``Lean.trustCompiler]

/-- Whether a name is one that a user would write. -/
def isWritten (name : Name) : Bool :=
  !(isPrivateName name || name.isInternalDetail || name.hasMacroScopes || isGenerated name ||
    isAmong name assumed)

/-- Whether a constant may be a theorem; the library has those without their proofs. -/
def mayBeTheorem : ConstantInfo → Bool
  | .thmInfo _ => true
  | .axiomInfo value => !value.isUnsafe
  | _ => false

/-- What a module has to say of itself. -/
structure Stating where
  environment : Environment
  header : Header
  cancel : IO.CancelToken

/-- Whether a type is a proposition, and not that of an instance. -/
def isStatement (type : Expr) : MetaM Json := do
  if !(← isProp type) then return .bool false
  return .bool (← isClass? (conclusion type)).isNone
where
  conclusion : Expr → Expr
    | .forallE _ _ body _ => conclusion body
    | .mdata _ body => conclusion body
    | body => body

/-- Whether two types are the same, as Lean sees it. -/
def sameType (asked given : ConstantInfo) : MetaM Json :=
  if asked.levelParams == given.levelParams then do
    if asked.type == given.type then return .bool true
    return .bool (← isDefEq asked.type given.type)
  else return .bool false

def signature (name : Name) : MetaM Json := do
  let printed ← PrettyPrinter.ppSignature name
  return .str (printed.fmt.pretty width)

/-- The first of the ways of printing whose text is read as the theorem; why the last one failed. -/
def Stating.state (stating : Stating) (info : ConstantInfo) (known : Environment) (reason : String) :
    List Options → BaseIO (Except String String)
  | [] => return .error reason
  | options :: rest => do
    match ← inEnvironment known options stating.cancel (signature info.name) with
    | .ok (.str printed) =>
      let statement := "theorem " ++ printed ++ " := by"
      match ← elaborateDeclaration stating.header (statement ++ "\n  sorry") stating.cancel with
      | .error failure => stating.state info known failure.message rest
      | .ok step =>
        match step.after.env.find? info.name with
        | none => stating.state info known "it is read as another declaration" rest
        | some read =>
          match ← inEnvironment step.after.env {} stating.cancel (sameType info read) with
          | .ok (.bool true) => return .ok statement
          | .ok _ => stating.state info known "it is read with another type" rest
          | .error message => stating.state info known message rest
    | .ok _ => stating.state info known reason rest
    | .error message => stating.state info known message rest

/-- What there is to say of a constant of the module: nothing, if it is no theorem for users. -/
def Stating.theorem (stating : Stating) (info : ConstantInfo) :
    BaseIO (Option (List (String × Json))) := do
  if !(mayBeTheorem info && isWritten info.name) then return none
  let name : Json := nameString info.name
  let claim : Declaration := .axiomDecl
    { name := info.name, levelParams := info.levelParams, type := info.type, isUnsafe := false }
  match stating.environment.addDeclCore 0 claim none with
  | .error _ =>
    return some [("name", name), ("reason", "it speaks of what its own module defines")]
  | .ok known =>
    match ← inEnvironment known {} stating.cancel (isStatement info.type) with
    | .ok (.bool true) =>
      match ← stating.state info known "it can't be printed" printings with
      | .ok statement => return some [("name", name), ("statement", (statement : Json))]
      | .error reason => return some [("name", name), ("reason", (reason : Json))]
    | .ok _ => return none
    | .error message => return some [("name", name), ("reason", (message : Json))]

end Prover
