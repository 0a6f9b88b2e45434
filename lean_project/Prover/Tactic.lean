import Prover.Forbidden
import Prover.Goal
import Prover.Messages
import Lean.Elab.SyntheticMVars

/-!
Runs one tactic on a state and judges what came of it.
-/

public section

namespace Prover

open Lean Elab Meta

/-- What one tactic may use. -/
structure Budget where
  /-- In thousands of small allocations, Lean's own unit. -/
  heartbeats : Nat
  cancel : IO.CancelToken

/-- What came of a tactic. -/
inductive Outcome where
  | progress (groups : List State)
  | closed
  | error (message : String)
  | timeout (message : String)
  | rejected (reason : String)

/-- An exception that only says that the errors were told already: what was told. -/
def reported (error : Exception) (messages : MessageLog) : BaseIO Exception := do
  match error with
  | .internal .. =>
    if error.isInterrupt || !messages.hasErrors then return error
    return .error .missing (.ofFormat (← errorText false messages.toList))
  | _ => return error

/-- Runs the syntax of a tactic on the state's goals; what is left of them, and where. -/
def evaluate (state : State) (tactic : Syntax) (budget : Budget) :
    BaseIO (Except Exception State) := do
  let snapshot := state.snapshot
  let context := { snapshot.context with
    initHeartbeats := ← IO.getNumHeartbeats
    maxHeartbeats := budget.heartbeats * 1000
    cancelTk? := some budget.cancel }
  let core ← ST.Prim.mkRef snapshot.core
  let metaState ← ST.Prim.mkRef snapshot.meta
  let term ← ST.Prim.mkRef snapshot.term
  let goals ← ST.Prim.mkRef ({ goals := state.goals } : Tactic.State)
  let run : EIO Exception (List MVarId) := do
    Tactic.evalTactic tactic { elaborator := .anonymous, recover := false } goals
      {} term {} metaState context core
    Term.synthesizeSyntheticMVarsNoPostponing false {} term {} metaState context core
    Tactic.getUnsolvedGoals { elaborator := .anonymous, recover := false } goals
      {} term {} metaState context core
  match ← run.toBaseIO with
  | .error error => return .error (← reported error (← ST.Prim.Ref.get core).messages)
  | .ok left =>
    let snapshot := { snapshot with
      core := ← ST.Prim.Ref.get core
      «meta» := ← ST.Prim.Ref.get metaState
      term := ← ST.Prim.Ref.get term }
    return .ok { state with snapshot, goals := left }

def allMentioned (items known : Array MVarId) (start : Nat) : Bool :=
  if h : start < items.size then
    if mentioned items[start] known 0 then allMentioned items known (start + 1) else false
  else true
termination_by items.size - start

def goalArray : List MVarId → Array MVarId → Array MVarId
  | [], all => all
  | goal :: rest, all => goalArray rest (all.push goal)

def names (own : Name) (expression : Expr) : Bool :=
  (expression.find? fun part => part.isConstOf own).isSome

/--
Why what a tactic left is no honest step, if it isn't: the proof that it gave of one of the `goals`
holds a `sorry`, the declaration itself, or a hole that is not among the goals `left` and would
never be filled.
-/
def dishonest (own : Name) (goals : List MVarId) (left : Array MVarId) :
    MetaM (Option String) := do
  match goals with
  | [] => return none
  | goal :: rest =>
    let proof ← instantiateMVars (.mvar goal)
    if proof.hasSorry then return some "the proof holds a `sorry`"
    if names own proof then return some "the proof uses what it is to prove"
    if proof.hasExprMVar then
      let holes ← getMVarsNoDelayed proof
      if !allMentioned holes left 0 then return some "a goal was lost"
    dishonest own rest left

def statesOf (after : State) : List (List Packed) → List State
  | [] => []
  | group :: rest => { after with goals := packedGoals group } :: statesOf after rest

/-- Judges the state that a tactic left of `state`. -/
def judge (state after : State) : MetaM Outcome := do
  let left := goalArray after.goals #[]
  match ← dishonest state.own state.goals left with
  | some reason => return .rejected reason
  | none =>
    if left.size == 0 then return .closed
    let packed ← packGoals after.goals
    return .progress (statesOf after (groups packed))

def failed (error : Exception) : BaseIO Outcome := do
  if error.isInterrupt then return .timeout "the tactic ran out of time"
  let message ← error.toMessageData.toString
  return if error.isMaxHeartbeat then .timeout message else .error message

/-- Runs a tactic's text on a state. -/
def runTactic (state : State) (text : String) (budget : Budget) : BaseIO Outcome := do
  let context := state.snapshot.context
  match parseTactics state.snapshot.core.env context.options context.currNamespace
      context.openDecls text with
  | .error message => return .error message
  | .ok tactic =>
    match forbidden tactic with
    | some reason => return .rejected reason
    | none =>
      match ← evaluate state tactic budget with
      | .error error => failed error
      | .ok after =>
        let messages := after.snapshot.core.messages
        if messages.hasErrors then return .error (← errorText false messages.toList)
        let after := { after with snapshot := after.snapshot.quiet }
        let core ← ST.Prim.mkRef after.snapshot.core
        let metaState ← ST.Prim.mkRef after.snapshot.meta
        let judged : EIO Exception Outcome := judge state after {} metaState
          { context with initHeartbeats := ← IO.getNumHeartbeats } core
        match ← judged.toBaseIO with
        | .ok outcome => return outcome
        | .error error => failed error

end Prover
