import Prover.Declared
import Prover.Example
import Prover.Replay
import Prover.Script
import Prover.Tactic
import Prover.Theorem
import Lean.Util.CollectLevelParams

/-!
Decides whether a script proves what a hole of a declaration asks for.

A declaration without another hole counts when its filled text is one command that reads as before
outside the hole, Lean reports no error, its constants have the types that they have with the hole,
the kernel accepts them again with all that they use, from the imports on, and they rest on nothing
but the three standard axioms; an `example` is judged as a definition. Where other holes are left (or
another part of the declaration rests on a `sorry`), the script is run on the hole's goal, and the
closed proof of that goal is checked in the same way.
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

/-- A proof that counts. -/
structure Acceptance where
  audit : Audit
  /-- Whether for the declaration, and not for the goal of the hole alone. -/
  whole : Bool
  /-- What else its author should know. -/
  note : String := ""

/-- The gate's answer: why not, or what the proof rests on. -/
abbrev Verdict := Except String Acceptance

def verdictJson : Verdict → Json
  | .error reason => Json.mkObj [("accepted", (false : Json)), ("reason", (reason : Json))]
  | .ok found => Json.mkObj (("accepted", (true : Json)) :: ("whole", (found.whole : Json)) ::
      ("note", (found.note : Json)) :: auditFields found.audit)

def verdictOf (finding : Finding) (whole : Bool) : Verdict :=
  match finding.objection with
  | some reason => .error reason
  | none => .ok { audit := finding.audit, whole }

/-- Whether the script is one tactic sequence that says nothing forbidden. -/
def scriptObjection (state : State) (script : String) : Option String :=
  let context := state.snapshot.context
  match parseTactics state.snapshot.core.env context.options context.currNamespace
      context.openDecls script with
  | .error message => some ("the script is no tactic sequence: " ++ message)
  | .ok tactics => forbidden tactics

/-- Whether a name goes on from one of the others, as that of a helper behind `where` does. -/
def goesOn (name : Name) : List Name → Bool
  | [] => false
  | other :: rest => (other != name && other.isPrefixOf name) || goesOn name rest

/-- Those of the names that go on from no other. -/
def withoutHelpers (all : List Name) : List Name → List Name
  | [] => []
  | name :: rest =>
    let others := withoutHelpers all rest
    if goesOn name all then others else name :: others

/--
Which of the constants has changed its type between two environments, if one has. A helper is not
asked for by itself, and takes in those variables around it that its proof names.
-/
def changed (asked given : Kernel.Environment) : List Name → Option Name
  | [] => none
  | name :: rest =>
    match asked.find? name, given.find? name with
    | some asked', some given' =>
      if asked'.type == given'.type && asked'.levelParams == given'.levelParams then
        changed asked given rest
      else some name
    | _, _ => some name

/-- Which constant of a declaration has another type once a hole is filled, if one has. -/
def changedBetween (asked filled : Step) : Option Name :=
  changed asked.after.env.toKernelEnv filled.after.env.toKernelEnv
    (withoutHelpers asked.added asked.added)

def hasOtherType (name : Name) : String :=
  s!"{nameString name} is not declared with the type that it had"

/-- Judges a declaration whose last hole is filled; whether a `sorry` is what speaks against it. -/
def judgeDeclaration (header : Header) (asked filled : Step) : Verdict × Bool :=
  let given := filled.after.env.toKernelEnv
  match changedBetween asked filled with
  | some name => (.error (hasOtherType name), false)
  | none =>
    let finding := examine header.imported given filled.added (.start header.imported)
    (verdictOf finding true, isAmong ``sorryAx finding.audit.axioms)

/-- Judges an `example` whose last hole is filled as the definition that it would be. -/
def judgeExample (header : Header) (asked filled : Step) (cancel : IO.CancelToken) :
    BaseIO (Option Verdict) := do
  match ← named asked, ← named filled with
  | some asked, some filled => return some (judgeDeclaration header asked filled).1
  | _, _ => return none
where
  named (step : Step) : BaseIO (Option Step) :=
    nameExample (inputOf "") step cancel

def levelParameters (type value : Expr) : List Name :=
  appendNames (collectLevelParams (collectLevelParams {} type) value).params 0 []

/-- The proved goal, as `declaration` asked for it, closed over its hypotheses. -/
def closedTheorem (goal : MVarId) (declaration : MetavarDecl) : MetaM TheoremVal := do
  let context : Meta.Context := goalContext declaration
  let variables := declaration.lctx.getFVars
  let value ← instantiateMVars (.mvar goal)
  let value : Expr ← fun _ state core coreState =>
    (mkLambdaFVars variables value (usedLetOnly := false)) context state core coreState
  let type : Expr ← fun _ state core coreState =>
    (mkForallFVars variables declaration.type (usedLetOnly := false)) context state core coreState
  let value ← instantiateMVars value
  let type ← instantiateMVars type
  -- Lean makes parameters of the universes that are left open, once all of a declaration is done.
  let both := (← getMCtx).levelMVarToParam (fun _ => false) (fun _ => false) (.app value type) `v
  match both.expr with
  | .app value type =>
    if value.hasMVar || type.hasMVar then throwError "the proof is not complete"
    return { name := `Prover.goal, levelParams := levelParameters type value, type, value }
  | _ => throwError "the proof is not complete"

/-- Judges a closed proof with all that it uses. -/
def judgeTheorem (header : Header) (source : Kernel.Environment) (value : TheoremVal) : Verdict :=
  let names := usedBy (.thmInfo value) []
  let finding := examine header.imported source names (.start header.imported)
  match verdictOf finding false with
  | .error reason => .error reason
  | .ok found =>
    match check (.thmDecl value) finding.target with
    | .error reason => .error ("the proof: " ++ reason)
    | .ok _ => .ok found

/-- Judges the proof that a script gives of the goal of a hole. -/
def judgeGoal (header : Header) (opened : Opened) (script : String) (budget : Budget) :
    BaseIO Verdict := do
  match opened.state.goals with
  | [goal] => do
    let asked := opened.state.snapshot.meta.mctx.findDecl? goal
    match asked, ← finalState opened.state script budget with
    | none, _ => return .error "there is no goal at the hole"
    | _, .error message => return .error message
    | some declaration, .ok after =>
      let core ← ST.Prim.mkRef after.snapshot.core
      let metaState ← ST.Prim.mkRef after.snapshot.meta
      let close : EIO Exception TheoremVal :=
        closedTheorem goal declaration {} metaState after.snapshot.context core
      match ← close.toBaseIO with
      | .error error => return .error (← error.toMessageData.toString)
      | .ok value => return judgeTheorem header after.snapshot.core.env.toKernelEnv value
  | _ => return .error "there is no single goal at the hole"
where
  finalState (state : State) (script : String) (budget : Budget) :
      BaseIO (Except String State) := do
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
        let asked := opened.step
        match placeObjection asked.syntaxTree filled.syntaxTree claim.declaration claim.filled
            claim.offset with
        | some reason => return .ok (.error reason)
        | none =>
          let verdict ← judgePlace header opened filled claim.script budget
          return .ok (← noted claim.filled header filled budget.cancel verdict)
where
  judgePlace (header : Header) (opened : Opened) (filled : Step) (script : String)
      (budget : Budget) : BaseIO Verdict := do
    match holesOf filled.syntaxTree [], opened.step.added with
    | [], _ :: _ =>
      match judgeDeclaration header opened.step filled with
      | (verdict, false) => return verdict
      | (verdict, true) =>
        -- It may be another part of the declaration, which the script has no say in.
        match ← judgeGoal header opened script budget with
        | .ok found => return .ok found
        | .error _ => return verdict
    | [], [] =>
      match ← judgeExample header opened.step filled budget.cancel with
      | some (.ok found) => return .ok found
      | _ => judgeGoal header opened script budget
    | _, _ =>
      match changedBetween opened.step filled with
      | some name => return .error (hasOtherType name)
      | none => judgeGoal header opened script budget
  /-- Adds that the messages written around a declaration are no longer those that it has. -/
  noted (text : String) (header : Header) (filled : Step) (cancel : IO.CancelToken) :
      Verdict → BaseIO Verdict
    | .error reason => return .error reason
    | .ok found => do
      if !isGuarded filled.syntaxTree then return .ok found
      match ← runWritten (inputOf text) filled.syntaxTree {} header.command cancel with
      | .error _ => return .ok found
      | .ok step =>
        if step.error.isSome then
          return .ok { found with note := "the text of `#guard_msgs` around it no longer fits" }
        return .ok found

end Prover
