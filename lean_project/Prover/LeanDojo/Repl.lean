import Prover.Forbidden
import Prover.Messages
import Lean.Elab.Command
import Lean.Elab.SyntheticMVars
import Lean.Elab.Tactic.Basic
import Lean.Meta.Closure

/-!
Answers LeanDojo's requests from within a proof, for Lean 4.12 and later.

`lean_dojo_repl` stands in the place of a proof. It writes the first state as `REPL> {…}` and then
answers `{"sid": …, "cmd": …}`, a tactic to run on a known state, with one such line each.

It is not LeanDojo's own `Lean4Repl`, which later Leans broke:
* while a command is elaborated, standard input is empty and standard output is caught, so this one
  opens the descriptors of the process itself;
* only names below that of the declaration being elaborated may be added, so the kernel is given one;
* the declaration itself is in the context of its proof, and closing a goal with it looks like a
  proof, so this one takes it out of the context first.
-/

public section

namespace Prover.LeanDojo

open Lean Meta Elab

/-- All that a tactic can change. -/
structure Saved where
  core : Core.State
  «meta» : Meta.State
  term : Term.State
  goals : List MVarId

/-- What stays the same for all tactics. -/
structure Session where
  input : IO.FS.Handle
  output : IO.FS.Handle
  term : Term.Context
  «meta» : Meta.Context
  core : Core.Context
  /-- The goal that all started with. -/
  root : MVarId
  /-- States by number. They stay: LeanDojo's protocol has no request to forget one. -/
  states : IO.Ref (Array Saved)

def Session.reply (session : Session) (sid state error : Json) : IO Unit := do
  let json := Json.mkObj [("sid", sid), ("tacticState", state), ("error", error)]
  session.output.putStr ("REPL> " ++ json.compress ++ "\n")
  session.output.flush

def Session.refuse (session : Session) (reason : String) : IO Unit :=
  session.reply .null .null (.str reason)

/-- Runs an action on a saved state; what it gives, and the state after it. -/
def Session.on (session : Session) (saved : Saved) (action : Tactic.TacticM String)
    (heartbeats : Nat) : BaseIO (Except Exception (String × Saved)) := do
  let context := { session.core with
    initHeartbeats := ← IO.getNumHeartbeats
    maxHeartbeats := heartbeats * 1000 }
  let core ← ST.Prim.mkRef saved.core
  let metaState ← ST.Prim.mkRef saved.meta
  let term ← ST.Prim.mkRef saved.term
  let goals ← ST.Prim.mkRef ({ goals := saved.goals } : Tactic.State)
  let run : EIO Exception String :=
    action { elaborator := .anonymous, recover := false } goals session.term term
      session.meta metaState context core
  match ← run.toBaseIO with
  | .error error => return .error error
  | .ok text =>
    let left : Tactic.State ← ST.Prim.Ref.get goals
    return .ok (text, {
      core := ← ST.Prim.Ref.get core
      «meta» := ← ST.Prim.Ref.get metaState
      term := ← ST.Prim.Ref.get term
      goals := left.goals })

/-- The goals as LeanDojo prints them: one below the other, with an empty line between. -/
def printedGoals : List MVarId → MetaM String
  | [] => return "no goals"
  | [goal] => return (← ppGoal goal).pretty
  | goal :: rest => do
    let first ← ppGoal goal
    return first.pretty ++ "\n\n" ++ (← printedGoals rest)

/-- Runs one tactic; what it left, as text. -/
def step (tactic : Syntax) : Tactic.TacticM String := do
  Tactic.evalTactic tactic
  Term.synthesizeSyntheticMVarsNoPostponing
  let goals ← Tactic.getUnsolvedGoals
  fun _ state _ _ metaContext metaState context core => do
    ST.Prim.Ref.set state { goals }
    printedGoals goals metaContext metaState context core

/-- Whether a proof rests on the declaration that it is the proof of. -/
def namesItself (own : Name) (context : LocalContext) (proof : Expr) : Bool :=
  (proof.find? fun part =>
    match part with
    | .const name _ => name == own
    | .fvar variable_ =>
      match context.find? variable_ with
      | some declaration => declaration.isAuxDecl
      | none => false
    | _ => false).isSome

/-- Has the kernel check a finished proof; the reason why it is none, or nothing. -/
def objection (own : Name) (root : MVarId) : Tactic.TacticM String := do
  let proof ← instantiateMVars (.mvar root)
  let declaration ← root.getDecl
  if proof.hasSorry then return "proof contains `sorry`"
  if proof.hasExprMVar then return "proof contains metavariables"
  if namesItself own declaration.lctx proof then return "the proof uses what it is to prove"
  fun _ _ _ _ metaContext metaState context core => do
    let within := { metaContext with
      lctx := declaration.lctx, localInstances := declaration.localInstances }
    let closed ← Closure.mkValueTypeClosure declaration.type proof false within metaState context
      core
    let statement : TheoremVal := {
      name := own ++ `_checked_by_prover
      levelParams := closed.levelParams.toList
      type := closed.type
      value := closed.value }
    -- Lean is started without `Elab.async`, or the kernel's verdict would come too late.
    let add : CoreM Unit := addDecl (.thmDecl statement)
    add context core
    return ""

def Session.keep (session : Session) (saved : Saved) : BaseIO Nat := do
  let states ← ST.Prim.Ref.get session.states
  ST.Prim.Ref.set session.states (states.push saved)
  return states.size

/-- A state without what was said on the way to it. -/
def Saved.quiet (saved : Saved) : Saved :=
  { saved with core := { saved.core with
      messages := {}, infoState := { enabled := false }, traceState := {}, snapshotTasks := #[] } }

def Session.accept (session : Session) (after : Saved) (left : String) : IO Unit := do
  let number ← session.keep after.quiet
  session.reply (number : Json) (.str left) .null

/-- The declaration that is being proved. -/
def Session.own (session : Session) : Name :=
  match session.term.declName? with
  | some name => name
  | none => `example

/-- Answers a tactic that has run without an exception. -/
def Session.judge (session : Session) (after : Saved) (left : String) : IO Unit := do
  if after.core.messages.hasErrors then
    session.refuse (← errorText false after.core.messages.toList)
  else
    match after.goals with
    | _ :: _ => session.accept after left
    | [] =>
      match ← session.on after (objection session.own session.root) 0 with
      | .error error =>
        let message ← error.toMessageData.toString
        session.refuse ("kernel type check failed: " ++ message)
      | .ok (reason, _) =>
        if reason.isEmpty then session.accept after left else session.refuse reason

/-- Answers one tactic on one state. -/
def Session.answer (session : Session) (saved : Saved) (text : String) (heartbeats : Nat) :
    IO Unit := do
  let core := session.core
  match parseTactics saved.core.env core.options core.currNamespace core.openDecls text with
  | .error message => session.refuse message
  | .ok tactic =>
    match forbidden tactic with
    | some reason => session.refuse ("not allowed: " ++ reason)
    | none =>
      match ← session.on saved (step tactic) heartbeats with
      | .error error =>
        let message ← error.toMessageData.toString
        session.refuse message
      | .ok (left, after) => session.judge after left

/-- Answers requests until there are no more. -/
partial def Session.loop (session : Session) : IO Unit := do
  let line ← session.input.getLine
  if line.isEmpty || line == "exit\n" then return ()
  match Json.parse line with
  | .error message => session.refuse ("not a request: " ++ message)
  | .ok json =>
    match json.getObjVal? "sid", json.getObjVal? "cmd" with
    | .ok (.num sid), .ok (.str command) =>
      let states ← ST.Prim.Ref.get session.states
      let heartbeats := match json.getObjVal? "heartbeats" with
        | .ok (.num number) => number.mantissa.toNat
        | _ => 0
      if h : sid.mantissa.toNat < states.size then
        session.answer states[sid.mantissa.toNat] command heartbeats
      else session.refuse "there is no such state"
    | _, _ => session.refuse "not a request: `sid` or `cmd` is missing"
  session.loop

/-- A context without what stands for the declaration itself. -/
def withoutItself (context : LocalContext) (variables : Array Expr) (start : Nat)
    (erased : LocalContext) : LocalContext :=
  if h : start < variables.size then
    let erased := match context.find? variables[start].fvarId! with
      | some declaration =>
        if declaration.isAuxDecl then erased.erase declaration.fvarId else erased
      | none => erased
    withoutItself context variables (start + 1) erased
  else erased
termination_by variables.size - start

/-- The goal to prove, whose context lacks the declaration itself. -/
def rootGoal (goal : MVarId) : MetaM MVarId := do
  let declaration ← goal.getDecl
  let context := declaration.lctx
  let type ← instantiateMVars declaration.type
  let erased := withoutItself context context.getFVars 0 context
  let fresh ← mkFreshExprMVarAt erased declaration.localInstances type .syntheticOpaque
  return fresh.mvarId!

/-- A descriptor of the process itself, whatever Lean has put in the place of its streams. -/
def descriptor (number : String) : System.FilePath :=
  (if System.Platform.isOSX then "/dev/fd/" else "/proc/self/fd/") ++ number

/-- Speaks LeanDojo's protocol, and ends the process at the end of its input. -/
def repl : Tactic.TacticM Unit := do
  let goals ← Tactic.getUnsolvedGoals
  match goals with
  | goal :: _ =>
    if !(← isProp (← goal.getType)) then throwError "[fatal] not_a_theorem"
    let root ← rootGoal goal
    let first ← printedGoals [root]
    fun _ _ termContext term metaContext metaState context core => do
      let saved : Saved := {
        core := ← ST.Prim.Ref.get core
        «meta» := ← ST.Prim.Ref.get metaState
        term := ← ST.Prim.Ref.get term
        goals := [root] }
      let states : IO.Ref (Array Saved) ← (ST.Prim.mkRef #[saved.quiet] : BaseIO _)
      let serve : IO Unit := do
        let input ← IO.FS.Handle.mk (descriptor "0") .read
        let output ← IO.FS.Handle.mk (descriptor "1") .append
        let session : Session := {
          input, output, root, states, core := context, «meta» := metaContext
          term := { termContext with tacSnap? := none } }
        session.reply (0 : Nat) (.str first) .null
        session.loop
        IO.Process.exit 0
      match ← serve.toBaseIO with
      | .ok () => return ()
      | .error error => throw (.error .missing (.ofFormat (toString error)))
  | [] => throwError "[fatal] there is no goal"

end Prover.LeanDojo

/-- Hands a proof over to LeanDojo. -/
elab "lean_dojo_repl" : tactic => Prover.LeanDojo.repl
