import Prover.Goal
import Prover.Snapshot
import Lean.Meta.Tactic.LibrarySearch
import Lean.Meta.Tactic.Rewrites

/-!
Theorems of the library that fit a goal: found by Lean's own discrimination trees, as `exact?` and
`rw?` find them.
-/

public section

namespace Prover

open Lean Meta

/-- A theorem, and how it fits: `apply`, `rw` or `rw ←`. -/
structure Premise where
  name : Name
  uses : List String

def addUse (name : Name) (use : String) : List Premise → List Premise
  | [] => [{ name, uses := [use] }]
  | premise :: rest =>
    if premise.name == name then
      (if premise.uses.contains use then premise
        else { premise with uses := use :: premise.uses }) :: rest
    else premise :: addUse name use rest

def withApplied (found : Array (Name × LibrarySearch.DeclMod)) (start count : Nat)
    (premises : List Premise) : List Premise :=
  if h : start < found.size then
    if start < count then
      withApplied found (start + 1) count (addUse found[start].1 "apply" premises)
    else premises
  else premises
termination_by found.size - start

def withRewrites (found : Array ((Expr ⊕ Name) × Bool × Nat)) (start count : Nat)
    (premises : List Premise) : List Premise :=
  if h : start < found.size then
    if start < count then
      let premises := match found[start] with
        | (.inr name, backwards, _) => addUse name (if backwards then "rw ←" else "rw") premises
        | _ => premises
      withRewrites found (start + 1) count premises
    else premises
  else premises
termination_by found.size - start

def premiseJson (premise : Premise) (score : Nat) : MetaM Json := do
  let type ← match (← getEnv).find? premise.name with
    | some info => printed info.type
    | none => pure ""
  return Json.mkObj [
    ("name", (nameString premise.name : Json)), ("type", (type : Json)), ("score", (score : Json)),
    ("uses", jsonList (usesJson premise.uses))]
where
  usesJson : List String → List Json
    | [] => []
    | use :: rest => (use : Json) :: usesJson rest

def premisesJson (count : Nat) : List Premise → MetaM (List Json)
  | [] => return []
  | premise :: rest => do
    let json ← premiseJson premise count
    return json :: (← premisesJson (count - 1) rest)

/-- At most `count` theorems that fit a target, half of them to apply, those that fit best first. -/
def premises (target : Expr) (count : Nat) : MetaM Json := do
  let applied ← LibrarySearch.libSearchFindDecls target
  let equations ← Rewrites.createModuleTreeRef
  let rewrites ← Rewrites.rewriteCandidates #[] equations target {}
  let found := withRewrites rewrites 0 (count / 2) (withApplied applied 0 (count - count / 2) [])
  return jsonList (← premisesJson count found)

end Prover
