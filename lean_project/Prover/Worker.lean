import Prover.Check
import Prover.Clock
import Prover.Gate
import Prover.Library
import Prover.Premises
import Prover.Store
import Lean

/-!
The worker: reads a request a line and answers it. `docs/architecture.md` has the protocol.

All of `Lean` is imported for the native program, which has only those tactics and commands whose
modules are linked into it.
-/

public section

namespace Prover

open Lean

def badRequest (message : String) : Failure :=
  { kind := "request", message }

/-- The time that a request may take, if it says so. -/
def milliseconds (request : Json) : Nat :=
  match natField request "milliseconds" with
  | .ok milliseconds => milliseconds
  | .error _ => 0

/--
`header`: elaborates a header, and nothing else; who asks for the same one later has it at once. With
a `bound`, what stands before the command with that byte; it says how many bytes that is.
-/
def Worker.readHeader (worker : Worker) (request : Json) (cancel : IO.CancelToken) :
    IO (Except Failure Json) := do
  match stringField request "header", natField? request "bound" with
  | .error message, _ => return .error (badRequest message)
  | .ok text, some bound =>
    match ← worker.readUpTo text bound cancel with
    | .error failure => return .error failure
    | .ok stop => return .ok (Json.mkObj [("stop", (stop : Json))])
  | .ok text, none =>
    match ← worker.enter text cancel with
    | .error failure => return .error failure
    | .ok _ => return .ok (Json.mkObj [("stop", (text.utf8ByteSize : Json))])

/--
`open`: elaborates a declaration after its header, and keeps the state at its hole. Where it `skims`
the header, proofs of theorems are left out there.
-/
def Worker.open (worker : Worker) (request : Json) (cancel : IO.CancelToken) :
    IO (Except Failure Json) := do
  match stringField request "header", stringField request "declaration",
      natField request "offset" with
  | .ok text, .ok declaration, .ok offset =>
    match ← worker.enter text cancel { skims := flagField request "skims" } with
    | .error failure => return .error failure
    | .ok header =>
      match ← openDeclaration header declaration offset cancel with
      | .error failure => return .error failure
      | .ok opened =>
        match ← worker.describe opened.state with
        | .error message => return .error { kind := "hole", message }
        | .ok json => return .ok (Json.mkObj [("state", json)])
  | _, _, _ => return .error (badRequest "open takes a header, a declaration and an offset")

/-- What came of a tactic, as fields of a reply. -/
def Worker.outcome (worker : Worker) (outcome : Outcome) : BaseIO (List (String × Json)) := do
  match outcome with
  | .progress states =>
    match ← worker.describeAll states with
    | .ok states => return [("outcome", "progress"), ("states", jsonList states)]
    | .error message => return [("outcome", "error"), ("message", (message : Json))]
  | .closed => return [("outcome", "closed")]
  | .error message => return [("outcome", "error"), ("message", (message : Json))]
  | .timeout message => return [("outcome", "timeout"), ("message", (message : Json))]
  | .rejected reason => return [("outcome", "rejected"), ("message", (reason : Json))]

/-- Runs tactics on one state, replying as each ends; stops when one closes the state. -/
def Worker.runAll (worker : Worker) (clock : Clock) (number heartbeats milliseconds : Nat)
    (state : State) (tactics : List String) (index : Nat) : IO Nat := do
  match tactics with
  | [] => return index
  | tactic :: rest =>
    let start ← IO.monoNanosNow
    let cancel ← clock.allow milliseconds
    let outcome ← runTactic state tactic { heartbeats, cancel }
    clock.stop
    let fields ← worker.outcome outcome
    let stop ← IO.monoNanosNow
    worker.reply number
      (("index", (index : Json)) :: ("microseconds", ((stop - start) / 1000 : Nat)) :: fields)
    match outcome with
    | .closed => return index + 1
    | _ => worker.runAll clock number heartbeats milliseconds state rest (index + 1)

/-- `run`: runs tactics on a state. -/
def Worker.run (worker : Worker) (clock : Clock) (number : Nat) (request : Json) :
    IO (Except Failure Json) := do
  match natField request "state", listField request "tactics", natField request "heartbeats" with
  | .ok state, .ok tactics, .ok heartbeats =>
    match ← worker.state state, strings tactics with
    | some state, .ok tactics =>
      let count ← worker.runAll clock number heartbeats (milliseconds request) state tactics 0
      return .ok (Json.mkObj [("count", (count : Json))])
    | none, _ => return .error { kind := "state", message := "there is no such state" }
    | _, .error message => return .error (badRequest message)
  | _, _, _ => return .error (badRequest "run takes a state, tactics and heartbeats")

/-- `premises`: theorems that fit the first goal of a state. -/
def Worker.premises (worker : Worker) (request : Json) : IO (Except Failure Json) := do
  match natField request "state", natField request "count" with
  | .ok number, .ok count =>
    match ← worker.state number with
    | none => return .error { kind := "state", message := "there is no such state" }
    | some state =>
      match ← state.snapshot.query {} (premisesOf state.goals count) with
      | .error message => return .error { kind := "premises", message }
      | .ok premises => return .ok (Json.mkObj [("premises", premises)])
  | _, _ => return .error (badRequest "premises takes a state and a count")
where
  premisesOf (goals : List MVarId) (count : Nat) : MetaM Json := do
    match goals with
    | [] => return jsonList []
    | goal :: _ => do
      let declaration ← goal.getDecl
      let target ← instantiateMVars declaration.type
      let found : Json ← fun _ state core coreState =>
        Prover.premises target count (goalContext declaration) state core coreState
      return found

/-- `theorems`: states the theorems of an installed module afresh. -/
def Worker.library (worker : Worker) (clock : Clock) (number : Nat) (request : Json) :
    IO (Except Failure Json) := do
  match stringField request "module" with
  | .ok module => return .ok (← worker.theorems clock number (milliseconds request) module)
  | .error message => return .error (badRequest message)

/-- `modules`: the installed modules below a name. -/
def Worker.modules (request : Json) : IO (Except Failure Json) := do
  match stringField request "below" with
  | .ok below =>
    let names ← modulesBelow (← ST.Prim.Ref.get searchPathRef) below.toName
    return .ok (Json.mkObj [("modules", jsonList names)])
  | .error message => return .error (badRequest message)

/-- `free`: forgets states. -/
def Worker.free (worker : Worker) (request : Json) : IO (Except Failure Json) := do
  match listField request "states" with
  | .error message => return .error (badRequest message)
  | .ok items =>
    match naturals items with
    | .error message => return .error (badRequest message)
    | .ok numbers =>
      worker.forget numbers
      return .ok (Json.mkObj [])

/--
`check`: what there is to say of a file, with what its declarations rest on where it `audits` or has
no hole; or only of the commands that have a byte from `start` to `stop`, and maybe of some before
them. What was read is then known like a header.
-/
def Worker.check (worker : Worker) (request : Json) (cancel : IO.CancelToken) :
    IO (Except Failure Json) := do
  match stringField request "text" with
  | .error message => return .error (badRequest message)
  | .ok text =>
    let last := natField? request "stop"
    match ← lookAt text last with
    | some json => return .ok json
    | none =>
      let imported ← ST.Prim.Ref.get worker.imported
      let (outcome, imported) ←
        checkText text { last } (flagField request "audits") imported cancel
      ST.Prim.Ref.set worker.imported imported
      match outcome with
      | .error failure => return .error failure
      | .ok (json, header) =>
        ST.Prim.Ref.set worker.header (some header)
        return .ok json
where
  lookAt (text : String) (last : Option Nat) : IO (Option Json) := do
    match ← ST.Prim.Ref.get worker.header, natField? request "start", last with
    | some known, some start, some stop =>
      match ← known.lookAt text start stop cancel with
      | some (json, header) =>
        if header.exceeds known then ST.Prim.Ref.set worker.header (some header)
        return some json
      | none => return none
    | _, _, _ => return none

def claimOf (request : Json) : Except String (String × Claim) := do
  let header ← stringField request "header"
  let declaration ← stringField request "declaration"
  let offset ← natField request "offset"
  let filled ← stringField request "filled"
  let script ← stringField request "script"
  return (header, { declaration, offset, filled, script })

/-- `verify`: the gate. -/
def Worker.verify (worker : Worker) (request : Json) (cancel : IO.CancelToken) :
    IO (Except Failure Json) := do
  match claimOf request, natField request "heartbeats" with
  | .ok (text, claim), .ok heartbeats =>
    match ← worker.enter text cancel with
    | .error failure => return .error failure
    | .ok header =>
      match ← decideClaim header claim { heartbeats, cancel } with
      | .error failure => return .error failure
      | .ok verdict => return .ok (verdictJson verdict)
  | .error message, _ => return .error (badRequest message)
  | _, .error message => return .error (badRequest message)

/-- Answers a request other than the first. -/
def Worker.dispatch (worker : Worker) (clock : Clock) (number : Nat) (request : Json)
    (operation : String) : IO (Except Failure Json) := do
  match operation with
  | "run" => worker.run clock number request
  | "free" => worker.free request
  | "premises" => worker.premises request
  | "theorems" => worker.library clock number request
  | "modules" => Worker.modules request
  | "ping" => return .ok (Json.mkObj [])
  | _ =>
    let cancel ← clock.allow (milliseconds request)
    let outcome ← match operation with
      | "header" => worker.readHeader request cancel
      | "open" => worker.open request cancel
      | "check" => worker.check request cancel
      | "verify" => worker.verify request cancel
      | _ => pure (.error (badRequest s!"there is no operation {operation}"))
    clock.stop
    return outcome

/-- Answers a request; an exception is an answer too. -/
def Worker.answer (worker : Worker) (clock : Clock) (number : Nat) (request : Json)
    (operation : String) : IO Unit := do
  let answer : IO Unit := do
    match ← worker.dispatch clock number request operation with
    | .ok result => worker.result number result
    | .error failure => worker.fail number failure
  match ← answer.toBaseIO with
  | .ok _ => return ()
  | .error error => worker.fail number { kind := "import", message := toString error }

/-- Reads requests until the input ends. -/
partial def Worker.serve (worker : Worker) (clock : Clock) (input : IO.FS.Stream) : IO Unit := do
  let line ← input.getLine
  if line.isEmpty then return ()
  match Json.parse line with
  | .error message => worker.fail 0 (badRequest message)
  | .ok request =>
    match natField request "id", stringField request "op" with
    | .ok number, .ok operation => worker.answer clock number request operation
    | _, _ => worker.fail 0 (badRequest "a request has an `id` and an `op`")
  worker.serve clock input

/-- A stream for those who must not read or print. -/
def nothing : IO.FS.Stream := {
  flush := pure (), read := fun _ => pure .empty, write := fun _ => pure (),
  getLine := pure "", putStr := fun _ => pure (), isTty := pure false }

/--
Has a native program look for modules where Lake says, in `LEAN_PATH` and below `LEAN_SYSROOT`. The
embedded Lean, which has no `LEAN_SYSROOT`, knows already.
-/
def findModules : IO Unit := do
  match ← IO.getEnv "LEAN_SYSROOT" with
  | some root => initSearchPath ⟨root⟩
  | none => return ()

/-- The greeting: takes the nonce and the project's options from the first request. -/
def greet (input output : IO.FS.Stream) : IO (Option Worker) := do
  let line ← input.getLine
  match Json.parse line with
  | .error _ => return none
  | .ok request =>
    match stringField request "op", stringField request "nonce" with
    | .ok "hello", .ok nonce =>
      let options := match stringField request "options" with
        | .ok options => options
        | .error _ => ""
      let (_, imported) ← environmentOf #[{ module := `Init }] { options }
      let worker ← Worker.new nonce output imported
      worker.result 0 (Json.mkObj [("lean", (Lean.versionString : Json)), ("protocol", (1 : Nat))])
      return some worker
    | _, _ => return none

end Prover

open Prover in
unsafe def main : IO Unit := do
  let input ← IO.getStdin
  let output ← IO.getStdout
  Lean.enableInitializersExecution
  findModules
  allowMissingCode
  let _ ← IO.setStdin nothing
  let _ ← IO.setStdout nothing
  let _ ← IO.setStderr nothing
  match ← greet input output with
  | none => output.putStr "the first line must be a hello\n"
  | some worker => worker.serve (← Clock.start) input
  IO.Process.exit 0
