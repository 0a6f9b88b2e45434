import Prover.Header
import Prover.Hole

/-!
Elaborates a declaration with a hole after its header.
-/

public section

namespace Prover

open Lean Elab

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
