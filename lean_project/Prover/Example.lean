import Prover.Declared
import Prover.Messages

/-!
What `example`s rest on. Lean forgets them at once; so each is run again as a definition, in the
state in which it stood, and looked into like any other.
-/

public section

namespace Prover

open Lean Elab

def exampleName : Name := `_example

/-- An `example` as a definition that is called `_example`. -/
def asDefinition (info : SourceInfo) (children : Array Syntax) : Syntax :=
  if h : 2 < children.size then
    let name := Syntax.node .none `Lean.Parser.Command.declId
      (pair (.ident .none "_example".toRawSubstring exampleName []) (.node .none `null (empty 0)))
    let parts := (pair (.atom .none "def") name).push children[1]
    let parts := (parts.push children[2]).push (.node .none `null (empty 0))
    .node info `Lean.Parser.Command.definition parts
  else .missing
where
  empty (size : Nat) : Array Syntax := Array.mkEmpty size
  pair (first second : Syntax) : Array Syntax := ((empty 2).push first).push second

mutual
/-- A command with its `example` as a definition. -/
partial def nameExamples (syntaxTree : Syntax) : Syntax :=
  match syntaxTree with
  | .node info kind children =>
    if kind == `Lean.Parser.Command.example then asDefinition info children
    else .node info kind (nameExamplesIn children 0 (Array.mkEmpty children.size))
  | leaf => leaf

partial def nameExamplesIn (children : Array Syntax) (start : Nat) (done : Array Syntax) :
    Array Syntax :=
  if h : start < children.size then
    nameExamplesIn children (start + 1) (done.push (nameExamples children[start]))
  else done
end

def isExample : Name → Bool
  | .str _ last => last == "_example"
  | _ => false

/-- Whether `example`s were among what a command declared: they are not in its environment. -/
def hasExample (step : Step) : Bool :=
  among (declaredIn step.trees [])
where
  among : List Name → Bool
    | [] => false
    | name :: rest => (isExample name && !(step.after.env.find? name).isSome) || among rest

/-- The state in which nothing need be compiled. -/
def withoutCode (state : Command.State) : Command.State :=
  match state.scopes with
  | scope :: rest => { state with scopes := { scope with isNoncomputable := true } :: rest }
  | [] => state

def exampleObjection : Json :=
  Json.mkObj [
    ("name", ("example" : Json)), ("theorem", (true : Json)), ("accepted", (false : Json)),
    ("reason", ("what it rests on can't be looked into; make it a theorem" : Json)),
    ("axioms", jsonList []), ("trusted", (0 : Json))]

/-- A command with an `example`, run again with a definition in its place, if that passes. -/
def nameExample (input : Parser.InputContext) (step : Step) (cancel : IO.CancelToken) :
    BaseIO (Option Step) := do
  let before := { withoutCode step.before with messages := {} }
  match ← runCommand input (nameExamples step.syntaxTree) {} before cancel with
  | .error _ => return none
  | .ok named =>
    return if named.error.isNone && !(named.added matches []) then some named else none

/--
The steps with each `example` once more as a definition; objections to those that can't be made
one, as they come from a macro or don't pass so.
-/
def nameAll (input : Parser.InputContext) (steps : List Step) (cancel : IO.CancelToken) :
    BaseIO (List Step × List Json) := do
  match steps with
  | [] => return ([], [])
  | step :: rest =>
    let (others, objections) ← nameAll input rest cancel
    if !hasExample step then return (step :: others, objections)
    match ← nameExample input step cancel with
    | none => return (step :: others, exampleObjection :: objections)
    | some named => return (step :: named :: others, objections)

end Prover
