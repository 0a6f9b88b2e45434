module

public meta import Lean.Elab.Tactic.Basic
public meta import Lean.Meta.Tactic.TryThis
public meta import Prover.Client.Service

/-!
`prove?` and `suggest?`: what the local service finds for a goal, as suggestions of the editor.

They send the file as it stands, so local definitions and hypotheses are in scope. The goal is
closed by a `sorry`, as `apply?` does: what is suggested counts once it stands in the file and Lean
has read it.
-/

public meta section

namespace Prover.Client

open Lean Meta Elab Tactic

/-- `prove?` asks the local service (`prover serve`) for a proof of the goal; `prove? 120` gives it
so many seconds. -/
syntax (name := proveTactic) "prove?" (ppSpace num)? : tactic

/-- `suggest?` asks the local service (`prover serve`) for next tactics that work here;
`suggest? "simp"` for those that begin so. -/
syntax (name := suggestTactic) "suggest?" (ppSpace str)? : tactic

/-- Shows what comes of a request for the goal at a tactic. -/
def suggest (tactic : Syntax) (asked : Hole → Request) (transport : Transport := toService) :
    TacticM Unit := do
  let core ← readThe Core.Context
  match tactic.getPos?, tactic.getTailPos?, ← getUnsolvedGoals with
  | some start, some stop, goal :: _ =>
    let hole := holeAt core.fileMap.source start stop
    match ← (ask transport (asked hole) (isCancelled core)).toBaseIO with
    | .error error => fail error.toString
    | .ok none => throw (.internal interruptExceptionId)
    | .ok (some (.failure message hint)) =>
      fail (if hint == "" then message else message ++ "\n" ++ hint)
    | .ok (some (.script script)) => add (column core start) [script]
    | .ok (some (.tactics found)) => add (column core start) found
    admitGoal goal (synthetic := false)
  | _, _, [] => fail "there is no goal here"
  | _, _, _ => fail "it must stand in the file itself"
where
  fail (message : String) : TacticM Unit := do
    throw (.error tactic (.ofFormat ("prover: " ++ message)))
  isCancelled (core : Core.Context) : BaseIO Bool := do
    if ← IO.checkCanceled then return true
    match core.cancelTk? with
    | some token => token.isSet
    | none => return false
  column (core : Core.Context) (start : String.Pos.Raw) : Nat :=
    (core.fileMap.toPosition start).column
  add (column : Nat) : List String → TacticM Unit
    | [] => return
    | found :: rest => do
      TryThis.addSuggestion tactic { suggestion := .string (indented found column) }
      add column rest

@[tactic proveTactic] def proveWith : Tactic := fun tactic =>
  suggest tactic fun hole => proofOf hole tactic[1][0].isNatLit?

@[tactic suggestTactic] def suggestWith : Tactic := fun tactic =>
  suggest tactic fun hole => tacticsFor hole (start tactic[1][0].isStrLit?)
where
  start : Option String → String
    | some text => text
    | none => ""

end Prover.Client
