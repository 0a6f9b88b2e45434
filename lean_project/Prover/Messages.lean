import Prover.Json
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

/-- The messages that are errors, one after the other, each with its place in the text. -/
def errorText (placed : Bool) : List Message → BaseIO String
  | [] => return ""
  | message :: rest => do
    let others ← errorText placed rest
    match message.severity with
    | .error =>
      let text ← message.data.toString
      let text := if placed then s!"{message.pos.line}:{message.pos.column}: {text}" else text
      return if others.isEmpty then text else text ++ "\n" ++ others
    | _ => return others

def messageJson (message : Message) : BaseIO Json := do
  let text ← message.data.toString
  let stop := match message.endPos with
    | some stop => stop
    | none => message.pos
  return Json.mkObj [
    ("line", (message.pos.line : Json)), ("column", (message.pos.column : Json)),
    ("endLine", (stop.line : Json)), ("endColumn", (stop.column : Json)),
    ("severity", (severityText message.severity : Json)), ("text", (text : Json))]

def messagesJson : List Message → BaseIO (List Json)
  | [] => return []
  | message :: rest => do
    let json ← messageJson message
    return json :: (← messagesJson rest)

end Prover
