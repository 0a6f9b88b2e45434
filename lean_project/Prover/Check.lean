import Prover.Declared
import Prover.Example
import Prover.Gap
import Prover.Layout
import Prover.Replay
import Prover.Theorem

/-!
Checks a whole file: its messages, its declarations with what they rest on, and its holes.
-/

public section

namespace Prover

open Lean Elab

/-- What a declaration is called in what is told of it. -/
def shownName (name : Name) : String :=
  if isExample name then "example" else nameString name

def declarationFields (name : String) (isTheorem accepted : Bool) (reason : String)
    (found : Audit) : Json :=
  Json.mkObj (("name", (name : Json)) :: ("theorem", (isTheorem : Json)) ::
    ("accepted", (accepted : Json)) :: ("reason", (reason : Json)) :: auditFields found)

/-- What is said of a declaration, of whose command Lean has said the `error`. -/
def declarationJson (info : ConstantInfo) (finding : Finding) (error : Option Message) : Json :=
  let (accepted, reason) := match finding.objection, error with
    | some _, some error => (false, s!"it has an error on line {error.pos.line}")
    | some reason, none => (false, reason)
    | none, _ => (true, "")
  let isTheorem := match info with
    | .thmInfo _ => true
    | _ => false
  declarationFields (shownName info.name) isTheorem accepted reason finding.audit

/--
The declarations of a command, each with what it rests on, and what was found last; `before` is what
was found before them. An `unsafe` one is a program, which claims nothing.
-/
def declarationsJson (imported : Environment) (step : Step) (names : List Name)
    (before : Finding) (found : List Json) : List Json × Finding :=
  match names with
  | [] => (found, before)
  | name :: rest =>
    let source := step.after.env.toKernelEnv
    match source.find? name with
    | none => declarationsJson imported step rest before found
    | some info =>
      if info.isUnsafe then declarationsJson imported step rest before found
      else
        let finding := examine imported source [name] before
        let found := declarationJson info finding step.error :: found
        -- The next example has the same name, and is another constant.
        let known := if isExample name then before else finding
        declarationsJson imported step rest known found

/-- The first byte of a command, and the first after it. -/
def range (syntaxTree : Syntax) : Nat × Nat :=
  match syntaxTree.getPos? true, syntaxTree.getTailPos? true with
  | some start, some stop => (start.byteIdx, stop.byteIdx)
  | _, _ => (0, 0)

/-- What a command declares is called so; `place` is of one of its holes. -/
def declaredName (step : Step) (place : Option Place) : String :=
  match place with
  | some place =>
    match place.context.parentDecl? with
    | some name => shownName name
    | none => ofSyntax
  | none => ofSyntax
where
  ofSyntax : String :=
    match givenNames (inner step.syntaxTree) [] with
    | name :: _ => nameString (inFull (scopeOf step.before).currNamespace name)
    | [] =>
      match step.added with
      | name :: _ => shownName name
      | [] => if declarationKind step.syntaxTree == `Lean.Parser.Command.example then "example"
        else ""

def namesJson : List Name → List Json
  | [] => []
  | .anonymous :: rest => ("" : Json) :: namesJson rest
  | name :: rest => (shownName name : Json) :: namesJson rest

/--
Why a hole can't be tried, if it can't, and the declarations whose `sorry` its goal rests on.
-/
def prospects (step : Step) (objection : Option String) (place : Option Place) :
    BaseIO (String × List Name) := do
  match objection, place with
  | some reason, _ => return (reason, [])
  | none, none => return ("Lean has not elaborated this `sorry`.", [])
  | none, some place =>
    match ← openPlace step.before.env place with
    | .error message => return (message, [])
    | .ok hole => return ("", hole.restsOn)

def holeJson (step : Step) (objection : Option String) (place : Option Place) (hole : Hole) :
    BaseIO Json := do
  let (obstacle, restsOn) ← prospects step objection place
  let goals := match place with
    | some place => place.goals
    | none => []
  let (start, stop) := range step.syntaxTree
  return Json.mkObj [
    ("start", (hole.start.byteIdx : Json)), ("stop", (hole.stop.byteIdx : Json)),
    ("kind", ((if hole.isTerm then "term" else "tactic" : String) : Json)),
    ("name", (declaredName step place : Json)),
    ("obstacle", (obstacle : Json)), ("restsOn", jsonList (namesJson restsOn)),
    ("declarationStart", (start : Json)), ("declarationStop", (stop : Json)),
    ("layout", layoutJson step hole goals)]

/-- The holes of a command; in one that declares nothing, those that stand for a goal. -/
def holesJson (step : Step) (objection : Option String) : List Hole → BaseIO (List Json)
  | [] => return []
  | hole :: holes => do
    let others ← holesJson step objection holes
    let place := findPlace hole.start none step.trees
    match roleOf step.syntaxTree, place with
    | .declaration, _ => return (← holeJson step objection place hole) :: others
    | .scene, some place => return (← holeJson step objection (some place) hole) :: others
    | _, _ => return others

def gapsJson (step : Step) : List Gap → List Json
  | [] => []
  | gap :: rest =>
    Json.mkObj [("start", (gap.start.byteIdx : Json)), ("reason", (gap.reason : Json)),
      ("name", (declaredName step none : Json))] :: gapsJson step rest

/-- Whether all of the names are those of constants that a command has made. -/
def isNew (step : Step) : List Name → Bool
  | [] => true
  | written :: rest =>
    let name := inFull (scopeOf step.before).currNamespace written
    (match constantOf step.after.env name with
      | some constant => !step.before.env.contains constant
      | none => false) && isNew step rest

mutual
/-- The first words of a command as they are written, without comments and attributes. -/
partial def leadingWords (syntaxTree : Syntax) (rest : List Name) : List Name :=
  match syntaxTree with
  | .node _ kind children =>
    if kind == `Lean.Parser.Command.docComment || kind == `Lean.Parser.Term.attributes then rest
    else leadingWordsIn children 0 rest
  | .atom _ word => .mkSimple word.trimAscii.toString :: rest
  | .ident _ _ name _ => name :: rest
  | .missing => rest

partial def leadingWordsIn (children : Array Syntax) (start : Nat) (rest : List Name) :
    List Name :=
  if h : start < children.size then
    leadingWords children[start] (leadingWordsIn children (start + 1) rest)
  else rest
end

/-- The name that a theorem is to have, if a command says that it is one. -/
def theoremName : List Name → Option Name
  | first :: second :: rest =>
    if first == `theorem || first == `lemma then some second
    else if first == `private || first == `protected || first == `public then
      theoremName (second :: rest)
    else none
  | _ => none

def isTheoremNow (step : Step) (written : Name) : Bool :=
  let name := inFull (scopeOf step.before).currNamespace written
  match constantOf step.after.env name with
  | some constant =>
    !step.before.env.contains constant &&
      (match step.after.env.find? constant with
        | some (.thmInfo _) => true
        | _ => false)
  | none => false

/-- An objection to a command that does not declare what it says. -/
def emptyJson (step : Step) : List Json :=
  let given := givenNames (inner step.syntaxTree) []
  let theoremName := theoremName (leadingWords (inner step.syntaxTree) [])
  let isMet := match theoremName with
    | some name => isTheoremNow step name
    | none => !isDeclaration (inner step.syntaxTree).getKind || given matches [] || isNew step given
  if step.error.isSome || isMet then []
  else
    let name := match theoremName with
      | some name => nameString (inFull (scopeOf step.before).currNamespace name)
      | none => declaredName step none
    [declarationFields name theoremName.isSome false "it is not declared: \
      what it says has an error before it, or a macro has made something else of it" {}]

def appendJson : List Json → List Json → List Json
  | [], rest => rest
  | item :: items, rest => item :: appendJson items rest

/-- What there is to say of the commands of a text, besides what they declare. -/
structure Survey where
  holes : List Json := []
  gaps : List Json := []
  /-- Objections to commands that declare nothing. -/
  empty : List Json := []

/-- Surveys the commands, of which earlier ones have the `faults`. -/
def survey (input : Parser.InputContext) (faults : Faults) : List Step → BaseIO Survey
  | [] => return {}
  | step :: rest => do
    let holes := holesOf step.syntaxTree []
    let objection ← if holes matches [] then pure none else faults.objection step
    let holes ← holesJson step objection holes
    let gaps := if step.error.isSome then [] else gapsJson step step.gaps
    let others ← survey input (faults.after step (lineOf input step.syntaxTree)) rest
    return {
      holes := appendJson holes others.holes, gaps := appendJson gaps others.gaps
      empty := appendJson (emptyJson step) others.empty }

/-- The declarations of all commands; `steps` may have some twice, as `nameAll` gives them. -/
def allDeclarations (imported : Environment) (before : Finding) : List Step → List Json
  | [] => []
  | step :: rest =>
    let (found, last) := declarationsJson imported step (declaredIn step.trees []) before []
    appendJson found (allDeclarations imported last rest)

/-- What is wrong only with the messages that are written around commands. -/
def guardMessages (input : Parser.InputContext) (cancel : IO.CancelToken) :
    List Step → BaseIO (List Json)
  | [] => return []
  | step :: rest => do
    let others ← guardMessages input cancel rest
    let isRun := !(lacksCode && isEvaluation step.syntaxTree)
    if !(isRun && isGuarded step.syntaxTree && step.error.isNone) then return others
    match ← runWritten input step.syntaxTree {} step.before cancel with
    | .error _ => return others
    | .ok guarded =>
      match guarded.error with
      | some message => return (← messageJson message) :: others
      | none => return others

/-- The lines of the commands whose warnings are errors, by the options in force. -/
def strictLines (input : Parser.InputContext) : List Step → List Json
  | [] => []
  | step :: rest =>
    let others := strictLines input rest
    match (scopeOf step.before).opts.find warningsAreErrors, step.syntaxTree.getTailPos? true with
    | some (.ofBool true), some stop =>
      let last := (input.fileMap.toPosition stop).line
      jsonList [(lineOf input step.syntaxTree : Json), (last : Json)] :: others
    | _, _ => others

/-- The line of the first text that is not read, as the commands have ended before it. -/
def unreadLine (input : Parser.InputContext) : List Step → Option Nat
  | [] => none
  | [last] =>
    match isEnd last, last.syntaxTree.getTailPos? true with
    | false, some stop =>
      let (next, _, _) := Parser.parseCommand input (parserContext last.after) { pos := stop } {}
      if next.getKind == `Lean.Parser.Command.eoi then none else some (lineOf input next)
    | _, _ => none
  | _ :: rest => unreadLine input rest

/-- The parts of a text that are in no command, each with the declaration that was broken off. -/
def skippedJson (input : Parser.InputContext) (name : String) : List Step → List Json
  | [] => []
  | step :: rest =>
    let others := skippedJson input (declaredName step none) rest
    match step.skipped, step.syntaxTree.getPos? true with
    | some skipped, some stop =>
      let start := stop.byteIdx - skipped.text.utf8ByteSize
      Json.mkObj [("start", (start : Json)), ("stop", (stop.byteIdx : Json)),
        ("name", ((if skipped.leads then "" else name : String) : Json))] :: others
    | _, _ => others

/-- The names of what a text declares. -/
def namesDeclared : List Step → List Json
  | [] => []
  | step :: rest => appendJson (namesJson step.added) (namesDeclared rest)

/-- What its declarations rest on, and objections to what is none of them. -/
def auditJson (input : Parser.InputContext) (imported : Environment) (steps : List Step)
    (empty : List Json) (cancel : IO.CancelToken) : BaseIO Json := do
  let (named, objections) ← nameAll input steps cancel
  let declarations := allDeclarations imported (.start imported) named
  return jsonList (appendJson declarations (appendJson objections empty))

/-- What there is to say of commands that were run behind those that `faults` are of. -/
def reportJson (input : Parser.InputContext) (manner : Manner) (audits : Bool)
    (imported : Environment) (faults : Faults) (steps : List Step) (last : Elab.Command.State)
    (cancel : IO.CancelToken) : BaseIO Json := do
  let messages ← messagesJson last.messages.toList
  let guards ← guardMessages input cancel steps
  let found ← survey input faults steps
  let audit ← if manner.isWhole && (audits || found.holes matches []) then
      auditJson input imported steps found.empty cancel
    else pure (jsonList [])
  let unread := match unreadLine input steps with
    | some line => if manner.isWhole then (line : Json) else .null
    | none => .null
  return Json.mkObj [
    ("messages", jsonList messages), ("guards", jsonList guards),
    ("strict", jsonList (strictLines input steps)), ("unread", unread),
    ("names", jsonList (namesDeclared steps)), ("declarations", audit),
    ("holes", jsonList found.holes), ("gaps", jsonList found.gaps),
    ("skipped", jsonList (skippedJson input "" steps))]

/--
What there is to say of the commands of a text behind some that are known, and the text as a header.
Where it has a hole, its declarations are looked into only if it `audits`.
-/
def Header.checked (header : Header) (input : Parser.InputContext) (passed : List Passed)
    (position : Parser.ModuleParserState) (manner : Manner) (audits : Bool)
    (cancel : IO.CancelToken) : BaseIO (Except Failure (Json × Header)) := do
  let state := header.behind passed
  match ← commandsSince (header.since passed) input manner position state cancel with
  | .error error => return .error (← failedWith "header" error)
  | .ok (steps, last) =>
    let stopped := if header.first.messages.hasErrors then some 1 else none
    let faults := if stopped.isSome then { stopped } else faultsOf passed
    let json ← reportJson input manner audits header.imported faults steps last cancel
    let passed := if stopped.isSome then [] else header.past input passed steps
    let text := input.inputString
    return .ok (json, { header with text, command := silent last, faults := faultsOf passed, passed })

/-- What there is to say of a file, from its first command on. -/
def checkText (text : String) (manner : Manner) (audits : Bool) (known : Imported)
    (cancel : IO.CancelToken) : IO (Except Failure (Json × Header) × Imported) := do
  let input := inputOf text
  let start ← startOf input known
  let header := {
    text, imported := start.command.env, command := start.command
    position := start.position : Header }
  let checked ← header.checked input [] start.position manner audits cancel
  return (checked, start.imported)

/-- What there is to say of a file between two bytes, from memory as far as a known text begins so. -/
def Header.lookAt (header : Header) (text : String) (start stop : Nat) (cancel : IO.CancelToken) :
    BaseIO (Option (Json × Header)) := do
  let input := inputOf text
  let (passed, position) := header.sharedWith input (endingBefore start header.passed)
  if header.skimmed || passed matches [] then return none
  match ← header.checked input passed position { last := some stop } false cancel with
  | .ok found => return some found
  | .error _ => return none

end Prover
