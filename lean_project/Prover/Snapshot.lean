import Lean.Elab.Tactic.Basic

/-!
A place in an elaboration from which tactics can be run again and again.
-/

public section

namespace Prover

open Lean Elab Meta

/-- All that Lean's tactic framework keeps, besides the goals themselves. -/
structure Snapshot where
  context : Core.Context
  core : Core.State
  «meta» : Meta.State
  term : Term.State

/-- A problem to be solved: goals that share metavariables, or one goal. -/
structure State where
  snapshot : Snapshot
  goals : List MVarId
  /-- The declaration being proved, which its own proof may not use. -/
  own : Name

/-- Forgets what the last tactic said, so that the next one is judged by its own messages. -/
def Snapshot.quiet (snapshot : Snapshot) : Snapshot :=
  { snapshot with
    core := { snapshot.core with
      messages := {}, infoState := { enabled := false }, traceState := {}, snapshotTasks := #[] } }

/-- The context of a goal, for `MetaM` actions about it. -/
def goalContext (declaration : MetavarDecl) : Meta.Context :=
  { lctx := declaration.lctx, localInstances := declaration.localInstances }

/-- Runs a `MetaM` action that makes JSON, and drops what it changed. -/
def Snapshot.query (snapshot : Snapshot) (context : Meta.Context) (action : MetaM Json) :
    BaseIO (Except String Json) := do
  let heartbeats ← IO.getNumHeartbeats
  let core ← ST.Prim.mkRef snapshot.core
  let state ← ST.Prim.mkRef snapshot.meta
  let run : EIO Exception Json :=
    action context state { snapshot.context with initHeartbeats := heartbeats } core
  match ← run.toBaseIO with
  | .ok json => return .ok json
  | .error error => return .error (← error.toMessageData.toString)
end Prover
