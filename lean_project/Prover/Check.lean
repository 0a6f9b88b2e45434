import Prover.Declared
import Prover.Example
import Prover.Layout
import Prover.Replay
import Prover.Theorem

/-!
Checks a whole file: its messages, its declarations with what they rest on, and its holes.
-/

public section

namespace Prover

open Lean Elab

def declarationJson (info : ConstantInfo) (finding : Finding) : Json :=
  let (accepted, reason) := match finding.objection with
    | some reason => (false, reason)
    | none => (true, "")
  let isTheorem := match info with
    | .thmInfo _ => true
    | _ => false
  Json.mkObj (("name", (nameString info.name : Json)) :: ("theorem", (isTheorem : Json)) ::
    ("accepted", (accepted : Json)) :: ("reason", (reason : Json)) :: auditFields finding.audit)

/--
The declarations of a command, each with what it rests on, and what was found last; `before` is what
was found before them. An `unsafe` one is a program, which claims nothing.
-/
def declarationsJson (imported : Environment) (source : Kernel.Environment) (names : List Name)
    (before : Finding) (found : List Json) : List Json × Finding :=
  match names with
  | [] => (found, before)
  | name :: rest =>
    match source.find? name with
    | none => declarationsJson imported source rest before found
    | some info =>
      if info.isUnsafe then declarationsJson imported source rest before found
      else
        let finding := examine imported source [name] before
        let found := declarationJson info finding :: found
        declarationsJson imported source rest finding found

/-- The first byte of a command, and the first after it. -/
def range (syntaxTree : Syntax) : Nat × Nat :=
  match syntaxTree.getPos? true, syntaxTree.getTailPos? true with
  | some start, some stop => (start.byteIdx, stop.byteIdx)
  | _, _ => (0, 0)

def holeJson (step : Step) (hole : Hole) : Json :=
  let (name, goals) := match findPlace hole.start none step.trees with
    | some place => (match place.context.parentDecl? with
      | some name => nameString name
      | none => "", place.goals)
    | none => ("", [])
  let (start, stop) := range step.syntaxTree
  Json.mkObj [
    ("start", (hole.start.byteIdx : Json)), ("stop", (hole.stop.byteIdx : Json)),
    ("kind", ((if hole.isTerm then "term" else "tactic" : String) : Json)), ("name", (name : Json)),
    ("declarationStart", (start : Json)), ("declarationStop", (stop : Json)),
    ("layout", layoutJson step hole goals)]

def holesJson (step : Step) : List Hole → List Json → List Json
  | [], rest => rest
  | hole :: holes, rest => holeJson step hole :: holesJson step holes rest

def allHoles : List Step → List Json
  | [] => []
  | step :: rest => holesJson step (holesOf step.syntaxTree []) (allHoles rest)

/-- The declarations of all commands; `steps` may have some twice, as `nameAll` gives them. -/
def allDeclarations (imported : Environment) (before : Finding) : List Step → List Json
  | [] => []
  | step :: rest =>
    let (found, last) := declarationsJson imported step.after.env.toKernelEnv
      (declaredIn step.trees []) before []
    prepend found (allDeclarations imported last rest)
where
  prepend : List Json → List Json → List Json
    | [], rest => rest
    | item :: items, rest => item :: prepend items rest

def appendJson : List Json → List Json → List Json
  | [], rest => rest
  | item :: items, rest => item :: appendJson items rest

/-- What there is to say of a whole file. -/
def checkText (text : String) (known : Imported) (cancel : IO.CancelToken) :
    IO (Except Failure Json × Imported) := do
  let input := inputOf text
  let start ← startOf input known
  match ← commands input start.position start.command cancel with
  | .error error => return (.error (← failedWith "header" error), start.imported)
  | .ok (steps, last) =>
    let messages ← messagesJson last.messages.toList
    let imported := start.command.env
    let (named, objections) ← nameAll input steps cancel
    let declarations := allDeclarations imported (.start imported) named
    let json := Json.mkObj [
      ("messages", jsonList messages),
      ("declarations", jsonList (appendJson declarations objections)),
      ("holes", jsonList (allHoles steps))]
    return (.ok json, start.imported)

end Prover
