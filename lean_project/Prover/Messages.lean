import Prover.Document
import Lean.Message

/-!
What Lean said, as text and as JSON.
-/

public section

namespace Prover

open Lean

def severityText : MessageSeverity → String
  | .error => "error"
  | .warning => "warning"
  | .information => "information"

/-- Whether a message is a warning by its nature, whatever options have made of it. -/
def isWarning (message : Message) : Bool :=
  message.data.hasTag fun tag => tag == `hasSorry || tag.getRoot == `linter

/-- Whether a message says that something is wrong with the text. -/
def isError (message : Message) : Bool :=
  match message.severity with
  | .error => !isWarning message
  | _ => false

/-- The first message that is an error, if there is one. -/
def firstError : List Message → Option Message
  | [] => none
  | message :: rest => if isError message then some message else firstError rest

/-- What is wrong with a command itself, if anything is. -/
def Step.error (step : Step) : Option Message :=
  firstError step.said.toList

/-- The messages that are errors, one after the other, each with its place in the text. -/
def errorText (placed : Bool) : List Message → BaseIO String
  | [] => return ""
  | message :: rest => do
    let others ← errorText placed rest
    if !isError message then return others
    let text ← message.data.toString
    let text := if placed then s!"{message.pos.line}:{message.pos.column}: {text}" else text
    return if others.isEmpty then text else text ++ "\n" ++ others

def messageJson (message : Message) : BaseIO Json := do
  let text ← message.data.toString
  let stop := match message.endPos with
    | some stop => stop
    | none => message.pos
  let severity := if isWarning message then .warning else message.severity
  let fatal := match message.severity with
    | .error => true
    | _ => false
  return Json.mkObj [
    ("line", (message.pos.line : Json)), ("column", (message.pos.column : Json)),
    ("endLine", (stop.line : Json)), ("endColumn", (stop.column : Json)),
    ("severity", (severityText severity : Json)), ("fatal", (fatal : Json)),
    ("text", (text : Json))]

def messagesJson : List Message → BaseIO (List Json)
  | [] => return []
  | message :: rest => do
    let json ← messageJson message
    return json :: (← messagesJson rest)

end Prover
