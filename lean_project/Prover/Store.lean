import Prover.Goal
import Prover.Theorem

/-!
What the worker keeps between requests, and how it replies.

Whoever starts the worker gives it a nonce; every reply starts with it. What a tactic prints goes
nowhere, and could not be taken for a reply if it did not.
-/

public section

namespace Prover

open Lean

/-- All that the worker keeps between requests. -/
structure Worker where
  nonce : String
  output : IO.FS.Stream
  imported : IO.Ref Imported
  /-- The last header that was elaborated. -/
  header : IO.Ref (Option Header)
  /-- States by number; those that were freed are gone. -/
  states : IO.Ref (Array (Option State))

def Worker.new (nonce : String) (output : IO.FS.Stream) (imported : Imported) : BaseIO Worker :=
  return { nonce, output, imported := ← ST.Prim.mkRef imported, header := ← ST.Prim.mkRef none,
           states := ← ST.Prim.mkRef #[] }

def Worker.reply (worker : Worker) (number : Nat) (fields : List (String × Json)) : IO Unit := do
  let json := Json.mkObj (("id", (number : Json)) :: fields)
  worker.output.putStr (worker.nonce ++ " " ++ json.compress ++ "\n")
  worker.output.flush

def Worker.result (worker : Worker) (number : Nat) (result : Json) : IO Unit :=
  worker.reply number [("result", result)]

def Worker.fail (worker : Worker) (number : Nat) (failure : Failure) : IO Unit :=
  worker.reply number
    [("failure", (failure.kind : Json)), ("message", (failure.message : Json))]

/-- Keeps a state under a new number. -/
def Worker.keep (worker : Worker) (state : State) : BaseIO Nat := do
  let states ← ST.Prim.Ref.get worker.states
  ST.Prim.Ref.set worker.states (states.push (some state))
  return states.size

def Worker.state (worker : Worker) (number : Nat) : BaseIO (Option State) := do
  let states ← ST.Prim.Ref.get worker.states
  if h : number < states.size then return states[number] else return none

def Worker.forget (worker : Worker) : List Nat → BaseIO Unit
  | [] => return ()
  | number :: rest => do
    let states ← ST.Prim.Ref.get worker.states
    if h : number < states.size then
      ST.Prim.Ref.set worker.states (states.set number none)
    worker.forget rest

/-- Describes a state and keeps it. -/
def Worker.describe (worker : Worker) (state : State) : BaseIO (Except String Json) := do
  match ← state.snapshot.query {} (stateJson state) with
  | .error message => return .error message
  | .ok fields =>
    let number ← worker.keep state
    return .ok (fields.setObjVal! "id" number)
where
  stateJson (state : State) : MetaM Json := do
    let packed ← packGoals state.goals
    let key ← groupKey packed
    return Json.mkObj [("goals", jsonList (← goalsJson packed)), ("key", (key : Json))]
  goalsJson : List Packed → MetaM (List Json)
    | [] => return []
    | packed :: rest => do
      let key ← groupKey [packed]
      let json : Json ← fun _ state core coreState =>
        goalJson packed.declaration key (goalContext packed.declaration) state core coreState
      return json :: (← goalsJson rest)

def Worker.describeAll (worker : Worker) : List State → BaseIO (Except String (List Json))
  | [] => return .ok []
  | state :: rest => do
    match ← worker.describe state with
    | .error message => return .error message
    | .ok json =>
      match ← worker.describeAll rest with
      | .error message => return .error message
      | .ok others => return .ok (json :: others)

/-- What is known of the header of a text that begins as the last one; none if that is no use. -/
def Worker.resume (worker : Worker) (text : String) (manner : Manner) (cancel : IO.CancelToken) :
    BaseIO (Option Header) := do
  match ← ST.Prim.Ref.get worker.header with
  | none => return none
  | some known =>
    if known.skimmed && !manner.skims then return none
    match ← known.resumed text manner cancel with
    | none => return none
    | some header =>
      -- A longer one is kept: others that it begins with may be asked for.
      if header.exceeds known then ST.Prim.Ref.set worker.header (some header)
      return some header

/--
Elaborates a header, or takes what is known of it. Where only a search is to come it may be
skimmed.
-/
def Worker.enter (worker : Worker) (text : String) (cancel : IO.CancelToken)
    (manner : Manner := {}) : IO (Except Failure Header) := do
  match ← worker.resume text manner cancel with
  | some header => return .ok header
  | none =>
    let (outcome, imported) ←
      elaborateHeader text (← ST.Prim.Ref.get worker.imported) manner cancel
    ST.Prim.Ref.set worker.imported imported
    match outcome with
    | .error failure => return .error failure
    | .ok header =>
      ST.Prim.Ref.set worker.header (some header)
      return .ok header

/-- Elaborates the commands of a text that end before a byte; the bytes up to the next command. -/
def Worker.readUpTo (worker : Worker) (text : String) (bound : Nat) (cancel : IO.CancelToken) :
    IO (Except Failure Nat) := do
  match ← worker.enter text cancel { bound := some bound } with
  | .error failure => return .error failure
  | .ok header =>
    let header := header.cut
    ST.Prim.Ref.set worker.header (some header)
    return .ok header.text.utf8ByteSize

end Prover
