import Prover.Document
import Prover.Fault
import Prover.Hole

/-!
Elaborates a header, and a declaration with a hole after it.
-/

public section

namespace Prover

open Lean Elab

/-- Elaborated text, what is wrong with it, and the state after it. -/
structure Header where
  text : String
  /-- What its imports alone give. -/
  imported : Environment
  command : Command.State
  faults : Faults := {}

/-- Why a text can't be used: the kind of failure, and what Lean says. -/
structure Failure where
  kind : String
  message : String

def Failure.json (failure : Failure) : Json :=
  Prover.failure failure.kind failure.message

def failedWith (kind : String) (error : Exception) : BaseIO Failure := do
  if error.isInterrupt then return { kind := "limit", message := "it took too long" }
  return { kind, message := ← error.toMessageData.toString }

/-- The state for what follows a text: without its messages. -/
def silent (state : Command.State) : Command.State :=
  { state with messages := {} }

/-- Whether commands are all of a text. -/
def endsThere : List Step → Bool
  | [] => true
  | [last] => isEnd last
  | _ :: rest => endsThere rest

def unclear : String := "what stands before the theorem may not be what it was meant to be"

/-- Goes on from a header with the commands of a text; `text` is both together. -/
def Header.continued (header : Header) (input : Parser.InputContext)
    (position : Parser.ModuleParserState) (text : String) (cancel : IO.CancelToken) :
    BaseIO (Except Failure Header) := do
  match ← commands input position header.command cancel with
  | .error error => return .error (← failedWith "header" error)
  | .ok (steps, last) =>
    let faults := header.faults.afterAll input steps
    if faults.stopped.isSome || !endsThere steps then
      let message ← errorText true last.messages.toList
      return .error { kind := "header", message := if message.isEmpty then unclear else message }
    return .ok { header with text, command := silent last, faults }

/--
Runs the commands of a text that starts with its imports. It is of use as long as no error leaves
open what follows.
-/
def elaborateHeader (text : String) (known : Imported) (cancel : IO.CancelToken) :
    IO (Except Failure Header × Imported) := do
  let input := inputOf text
  let start ← startOf input known
  if start.command.messages.hasErrors then
    let message ← errorText true start.command.messages.toList
    return (.error { kind := "header", message }, start.imported)
  let header := { text := "", imported := start.command.env, command := start.command : Header }
  return (← header.continued input start.position text cancel, start.imported)

/-- Runs the one command of a declaration's text after a header. -/
def elaborateDeclaration (header : Header) (text : String) (cancel : IO.CancelToken) :
    BaseIO (Except Failure Step) := do
  let input := inputOf text
  match ← commands input {} header.command cancel with
  | .error error => return .error (← failedWith "declaration" error)
  | .ok (steps, last) =>
    let message ← errorText true last.messages.toList
    if !message.isEmpty then return .error { kind := "declaration", message }
    match steps with
    | [step, last] =>
      if isEnd last && last.skipped.isNone && step.skipped.isNone then return .ok step
      return .error { kind := "declaration", message := "it is not exactly one declaration" }
    | _ => return .error { kind := "declaration", message := "it is not exactly one declaration" }

/-- A declaration that was elaborated with its hole, and the state at the hole. -/
structure Opened where
  step : Step
  state : State

/-- Elaborates a declaration and opens the hole that starts at the byte `offset` of its text. -/
def openDeclaration (header : Header) (text : String) (offset : Nat) (cancel : IO.CancelToken) :
    BaseIO (Except Failure Opened) := do
  match ← elaborateDeclaration header text cancel with
  | .error failure => return .error failure
  | .ok step =>
    if let some fault := header.faults.blame step then
      return .error { kind := "declaration", message := fault.needed }
    match findPlace ⟨offset⟩ none step.trees with
    | none => return .error { kind := "hole", message := "there is no `sorry` at this place" }
    | some place =>
      match ← openPlace step.before.env place with
      | .error message => return .error { kind := "hole", message }
      | .ok hole =>
        match resting hole.restsOn with
        | some message => return .error { kind := "hole", message }
        | none => return .ok { step, state := hole.state }

end Prover
