import Prover.Audit
import Prover.Tactic
import Prover.Theorem
import Lean.Util.CollectLevelParams

/-!
Decides whether a script proves what a hole of a declaration asks for.

A declaration without another hole counts when its filled text is one command, Lean reports no
error, the constant has the type that it has with the hole, the kernel accepts it again by itself
with all that is new below it, and it rests on nothing but the three standard axioms. Where other
holes are left (or the declaration leaves no constant, as an `example`), the script is run on the
hole's goal, and the closed proof of that goal is checked in the same way.
-/

public section

namespace Prover

open Lean Elab Meta

/-- What the gate is asked. -/
structure Claim where
  /-- The declaration with its hole. -/
  declaration : String
  /-- The first byte of the hole. -/
  offset : Nat
  /-- The declaration with the script in the hole. -/
  filled : String
  script : String

/-- The gate's answer: why not, or what the proof rests on. -/
abbrev Verdict := Except String Audit

def verdictJson : Verdict → Json
  | .error reason => Json.mkObj [("accepted", (false : Json)), ("reason", (reason : Json))]
  | .ok found => Json.mkObj (("accepted", (true : Json)) :: auditFields found)

/-- Audits what constants rest on. -/
def audited (environment : Environment) (names : List Name) : Verdict :=
  let found := audit environment names {}
  match objection found with
  | some reason => .error reason
  | none => .ok found

/-- Whether the script is one tactic sequence that says nothing forbidden. -/
def scriptObjection (state : State) (script : String) : Option String :=
  let context := state.snapshot.context
  match parseTactics state.snapshot.core.env context.options context.currNamespace
      context.openDecls script with
  | .error message => some ("the script is no tactic sequence: " ++ message)
  | .ok tactics => forbidden tactics

/-- Judges a declaration whose only hole is filled. -/
def judgeDeclaration (header : Header) (opened : Opened) (name : Name) (filled : Step) : Verdict :=
  match opened.step.after.env.find? name, filled.after.env.find? name with
  | some asked, some given =>
    if asked.type != given.type || asked.levelParams != given.levelParams then
      .error "the declaration's type has changed"
    else
      match replay filled.after.env.toKernelEnv [name] header.command.env.toKernelEnv with
      | .error reason => .error reason
      | .ok _ => audited filled.after.env [name]
  | _, _ => .error s!"the declaration {nameString name} is not there"

def levelParameters (type value : Expr) : List Name :=
  nameList (collectLevelParams (collectLevelParams {} type) value).params 0
where
  nameList (names : Array Name) (start : Nat) : List Name :=
    if h : start < names.size then names[start] :: nameList names (start + 1) else []
  termination_by names.size - start

/-- The proved goal as a theorem of its own, closed over its hypotheses. -/
def closedTheorem (goal : MVarId) : MetaM TheoremVal := do
  let declaration ← goal.getDecl
  let context : Meta.Context := goalContext declaration
  let variables := declaration.lctx.getFVars
  let value ← instantiateMVars (.mvar goal)
  let value : Expr ← fun _ state core coreState =>
    (mkLambdaFVars variables value (usedLetOnly := false)) context state core coreState
  let type : Expr ← fun _ state core coreState =>
    (mkForallFVars variables declaration.type (usedLetOnly := false)) context state core coreState
  let value ← instantiateMVars value
  let type ← instantiateMVars type
  if value.hasMVar || type.hasMVar then throwError "the proof is not complete"
  return { name := `Prover.goal, levelParams := levelParameters type value, type, value }

/-- Judges the proof that a script gives of the goal of a hole. -/
def judgeGoal (header : Header) (opened : Opened) (script : String) (budget : Budget) :
    BaseIO Verdict := do
  match opened.state.goals with
  | [goal] => do
    match ← finalState opened.state script budget with
    | .error message => return .error message
    | .ok after =>
      let core ← ST.Prim.mkRef after.snapshot.core
      let metaState ← ST.Prim.mkRef after.snapshot.meta
      let close : EIO Exception TheoremVal :=
        closedTheorem goal {} metaState after.snapshot.context core
      match ← close.toBaseIO with
      | .error error => return .error (← error.toMessageData.toString)
      | .ok value =>
        let source := after.snapshot.core.env
        let names := usedBy (.thmInfo value) []
        match replay source.toKernelEnv names header.command.env.toKernelEnv with
        | .error reason => return .error reason
        | .ok target =>
          match check (.thmDecl value) target with
          | .error reason => return .error reason
          | .ok _ => return audited source names
  | _ => return .error "there is no single goal at the hole"
where
  finalState (state : State) (script : String) (budget : Budget) : BaseIO (Except String State) := do
    let context := state.snapshot.context
    match parseTactics state.snapshot.core.env context.options context.currNamespace
        context.openDecls script with
    | .error message => return .error message
    | .ok tactics =>
      match ← evaluate state tactics budget with
      | .error error => return .error (← error.toMessageData.toString)
      | .ok after =>
        let messages := after.snapshot.core.messages
        if messages.hasErrors then return .error (← errorText false messages.toList)
        match after.goals with
        | [] => return .ok after
        | _ => return .error "the script leaves goals unproved"

/-- Whether options in force at the hole take checks away. -/
def optionObjection (state : State) : Option String :=
  if debug.skipKernelTC.get state.snapshot.context.options then
    some "`debug.skipKernelTC` is set"
  else none

/-- Decides a claim. -/
def decideClaim (header : Header) (claim : Claim) (budget : Budget) :
    BaseIO (Except Failure Verdict) := do
  match ← openDeclaration header claim.declaration claim.offset budget.cancel with
  | .error failure => return .error failure
  | .ok opened =>
    match optionObjection opened.state, scriptObjection opened.state claim.script with
    | some reason, _ => return .ok (.error reason)
    | _, some reason => return .ok (.error reason)
    | none, none =>
      match ← elaborateDeclaration header claim.filled budget.cancel with
      | .error failure => return .ok (.error failure.message)
      | .ok filled =>
        if filled.syntaxTree.getKind != opened.step.syntaxTree.getKind then
          return .ok (.error "the script turns the declaration into another command")
        match holesOf filled.syntaxTree [], opened.name with
        | [], some name =>
          if (filled.after.env.find? name).isSome then
            return .ok (judgeDeclaration header opened name filled)
          else return .ok (← judgeGoal header opened claim.script budget)
        | _, _ => return .ok (← judgeGoal header opened claim.script budget)

end Prover
