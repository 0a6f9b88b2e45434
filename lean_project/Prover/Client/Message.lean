module

public meta import Lean.Data.Json
public meta import Prover.Client.Text

/-! What is sent to the service, and what its answer says. -/

public meta section

namespace Prover.Client

open Lean

/-- What is asked of the service. -/
structure Request where
  /-- The path of its address. -/
  path : String
  body : Json

/-- What the service has found. -/
inductive Answer where
  /-- A proof. -/
  | script (text : String)
  /-- Tactics that work; those that close the goal come first. -/
  | tactics (found : List String)
  | failure (message hint : String)

def number (value : Nat) : Json := .num (.fromNat value)

def Hole.toJson (hole : Hole) : Json :=
  Json.mkObj [("text", .str hole.text), ("line", number hole.place.line),
    ("column", number hole.place.column)]

/-- Asks for a proof; without `seconds` the service takes its own limit. -/
def proofOf (hole : Hole) (seconds : Option Nat) : Request :=
  let limit := match seconds with
    | some seconds => [("seconds", number seconds)]
    | none => []
  { path := "/v1/prove"
    body := Json.mkObj [("file", hole.toJson), ("limit", Json.mkObj limit), omitted] }
where
  -- The others are small, and show that the service is alive.
  omitted : String × Json := ("omit", .arr ((#[] : Array Json).push "opened" |>.push "expanded"))

/-- Asks for next tactics that begin so. -/
def tacticsFor (hole : Hole) (start : String) : Request :=
  { path := "/v1/suggest"
    body := Json.mkObj [("file", hole.toJson), ("prefix", .str start)] }

/-- A field that is a string, or nothing. -/
def textOf (json : Json) (field : String) : String :=
  match json.getObjVal? field with
  | .ok (.str text) => text
  | _ => ""

def suggestedIn (items : Array Json) (start : Nat) : List String :=
  if h : start < items.size then textOf items[start] "tactic" :: suggestedIn items (start + 1)
  else []
termination_by items.size - start

/-- The answer in a last event. -/
def answerOfResult (event : Json) : Answer :=
  match textOf event "status", event.getObjVal? "suggestions" with
  | "proved", _ => .script (textOf event "script")
  | "error", _ | "refused", _ => .failure (textOf event "message") (textOf event "hint")
  | _, .ok (.arr items) =>
    if items.size == 0 then .failure "no tactic was found that works here" ""
    else .tactics (suggestedIn items 0)
  | status, _ => .failure (why status (textOf event "message")) (textOf event "hint")
where
  why (status message : String) : String :=
    "no proof was found: " ++ if message == "" then status else message

/-- What a line of the service's answer says, unless it is an event on the way. -/
def answerOfLine (line : String) : Option Answer :=
  match Json.parse line with
  | .error _ => some (.failure s!"the service's answer is not understood: {line}" "")
  | .ok json =>
    match textOf json "event", textOf json "title" with
    | "result", _ => some (answerOfResult json)
    | "", "" => some (.failure s!"the service's answer is not understood: {line}" "")
    -- An error before the stream of events, as RFC 9457 has it.
    | "", title => some (.failure s!"{title}: {textOf json "detail"}" (textOf json "hint"))
    | _, _ => none

end Prover.Client
