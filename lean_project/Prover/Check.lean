import Prover.Audit
import Prover.Theorem

/-!
Checks a whole file: its messages, its declarations with what they rest on, and its holes.
-/

public section

namespace Prover

open Lean Elab

def isAmong (name : Name) : List Name → Bool
  | [] => false
  | other :: rest => other == name || isAmong name rest

mutual
/-- The declarations whose bodies were elaborated below some trees, each once, last first. -/
partial def declaredIn (trees : List InfoTree) (found : List Name) : List Name :=
  match trees with
  | [] => found
  | tree :: rest => declaredIn rest (declaredBy tree found)

partial def declaredBy (tree : InfoTree) (found : List Name) : List Name :=
  match tree with
  | .context inner tree => declaredBy tree <| match inner with
    | .parentDeclCtx name => if isAmong name found then found else name :: found
    | _ => found
  | .node _ children => declaredIn (treeList children) found
  | .hole _ => found
end

/-- A declaration with what it rests on; `before` are those of the same command. -/
def declarationsJson (step : Step) (names : List Name) (before : List Json) : List Json :=
  match names with
  | [] => before
  | name :: rest =>
    match step.after.env.find? name with
    | none => declarationsJson step rest before
    | some info =>
      let found := audit step.after.env [name] {}
      let accepted := match objection found with
        | some _ => false
        | none => true
      let isTheorem := match info with
        | .thmInfo _ => true
        | _ => false
      let json := Json.mkObj (("name", (nameString name : Json)) ::
        ("theorem", (isTheorem : Json)) :: ("accepted", (accepted : Json)) :: auditFields found)
      declarationsJson step rest (json :: before)

/-- The first byte of a command, and the first after it. -/
def range (syntaxTree : Syntax) : Nat × Nat :=
  match syntaxTree.getPos? true, syntaxTree.getTailPos? true with
  | some start, some stop => (start.byteIdx, stop.byteIdx)
  | _, _ => (0, 0)

def holeJson (step : Step) (hole : Hole) : Json :=
  let name := match findPlace hole.start none step.trees with
    | some place => match place.context.parentDecl? with
      | some name => nameString name
      | none => ""
    | none => ""
  let (start, stop) := range step.syntaxTree
  Json.mkObj [
    ("start", (hole.start.byteIdx : Json)), ("stop", (hole.stop.byteIdx : Json)),
    ("kind", ((if hole.isTerm then "term" else "tactic" : String) : Json)), ("name", (name : Json)),
    ("declarationStart", (start : Json)), ("declarationStop", (stop : Json))]

def holesJson (step : Step) : List Hole → List Json → List Json
  | [], rest => rest
  | hole :: holes, rest => holeJson step hole :: holesJson step holes rest

def allHoles : List Step → List Json
  | [] => []
  | step :: rest => holesJson step (holesOf step.syntaxTree []) (allHoles rest)

def allDeclarations : List Step → List Json
  | [] => []
  | step :: rest =>
    prepend (declarationsJson step (declaredIn step.trees []) []) (allDeclarations rest)
where
  prepend : List Json → List Json → List Json
    | [], rest => rest
    | item :: items, rest => item :: prepend items rest

/-- What there is to say of a whole file. -/
def checkText (text : String) (known : Imported) (cancel : IO.CancelToken) :
    IO (Except Failure Json × Imported) := do
  let input := inputOf text
  let start ← startOf input known
  match ← commands input start.position start.command cancel with
  | .error error => return (.error (← failedWith "header" error), start.imported)
  | .ok (steps, last) =>
    let messages ← messagesJson last.messages.toList
    let json := Json.mkObj [
      ("messages", jsonList messages), ("declarations", jsonList (allDeclarations steps)),
      ("holes", jsonList (allHoles steps))]
    return (.ok json, start.imported)

end Prover
