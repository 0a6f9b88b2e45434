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

/-- Whether a new header starts with whole commands that are already elaborated. -/
def continues (old new : String) : Bool :=
  old.length < new.length && old.endsWith "\n" && new.startsWith old &&
    !(new.drop old.length).front.isWhitespace

/-- The header of a text that continues a known one; nothing if there is anything wrong with it. -/
def continued (known : Header) (text : String) (cancel : IO.CancelToken) :
    BaseIO (Option Header) := do
  if !(continues known.text text && known.faults.isEmpty) then return none
  let input := inputOf (text.drop known.text.length).toString
  match ← known.continued input {} text cancel with
  | .error _ => return none
  -- The lines of its faults would be those of the rest of the text.
  | .ok header => return if header.faults.isEmpty then some header else none

/-- Elaborates a header, or takes what is known of it. -/
def Worker.enter (worker : Worker) (text : String) (cancel : IO.CancelToken) :
    IO (Except Failure Header) := do
  let known ← match ← ST.Prim.Ref.get worker.header with
    | some known => if known.text == text then pure (some known) else continued known text cancel
    | none => pure none
  match known with
  | some header =>
    ST.Prim.Ref.set worker.header (some header)
    return .ok header
  | none =>
    let (outcome, imported) ← elaborateHeader text (← ST.Prim.Ref.get worker.imported) cancel
    ST.Prim.Ref.set worker.imported imported
    match outcome with
    | .error failure => return .error failure
    | .ok header =>
      ST.Prim.Ref.set worker.header (some header)
      return .ok header

end Prover
