import Prover.Document
import Prover.Fault

/-!
Elaborates what stands before a theorem. What has been run of one text is not run again for another
that begins in the same way.
-/

public section

namespace Prover

open Lean Elab

/-- A command of a text that has been run, and how to go on behind it. -/
structure Passed where
  /-- Where it was read from. -/
  position : Parser.ModuleParserState
  since : Since
  /-- The state behind it, without messages. -/
  command : Command.State
  faults : Faults

/-- Elaborated text, what is wrong with it, and the state after it. -/
structure Header where
  text : String
  /-- What its imports alone give. -/
  imported : Environment
  command : Command.State
  faults : Faults := {}
  /-- Where its commands start, behind the imports. -/
  position : Parser.ModuleParserState := {}
  /-- The state in which they start. -/
  first : Command.State := command
  /-- Its commands, last first. -/
  passed : List Passed := []
  /-- Whether proofs of theorems have been left out, so that it says nothing to the gate. -/
  skimmed : Bool := false

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

/-- The state behind the first commands of a header. -/
def Header.behind (header : Header) : List Passed → Command.State
  | [] => header.first
  | last :: _ => last.command

def Header.since (header : Header) : List Passed → Since
  | [] => { stop := header.position.pos }
  | last :: _ => last.since

def faultsOf : List Passed → Faults
  | [] => {}
  | last :: _ => last.faults

/-- Takes note of commands that were run, oldest first; the one that ends a text is none of it. -/
def Header.past (header : Header) (input : Parser.InputContext) (passed : List Passed) :
    List Step → List Passed
  | [] => passed
  | step :: rest =>
    if Parser.isTerminalCommand step.syntaxTree then passed
    else
      let faults := (faultsOf passed).after step (lineOf input step.syntaxTree)
      let since := (header.since passed).after input step
      let here := { position := step.position, since, command := silent step.after, faults }
      header.past input (here :: passed) rest

/-- What has gone wrong at the end of a text too, behind its last command. -/
def afterEnd (input : Parser.InputContext) (faults : Faults) : List Step → Faults
  | [] => faults
  | [last] =>
    if Parser.isTerminalCommand last.syntaxTree then
      faults.after last (lineOf input last.syntaxTree)
    else faults
  | _ :: rest => afterEnd input faults rest

/--
The commands of a header with which a text begins too, and where it goes on behind them. The last of
them is parsed again: what follows now may belong to it.
-/
def Header.sharedWith (header : Header) (input : Parser.InputContext) :
    List Passed → List Passed × Parser.ModuleParserState
  | [] => ([], header.position)
  | last :: rest =>
    let stop := last.since.stop
    if input.inputString.startsWith (String.Pos.Raw.extract header.text ⟨0⟩ stop) then
      let context := parserContext (header.behind rest)
      let (syntaxTree, next, _) := Parser.parseCommand input context last.position {}
      if syntaxTree.getTailPos? true == some stop then (last :: rest, next)
      else header.sharedWith input rest
    else header.sharedWith input rest

/-- Goes on with the commands of a text behind those that it shares with a header. -/
def Header.continued (header : Header) (input : Parser.InputContext) (passed : List Passed)
    (position : Parser.ModuleParserState) (manner : Manner) (cancel : IO.CancelToken) :
    BaseIO (Except Failure Header) := do
  let state := header.behind passed
  match ← commandsSince (header.since passed) input manner position state cancel with
  | .error error => return .error (← failedWith "header" error)
  | .ok (steps, last) =>
    let passed := header.past input passed steps
    let faults := afterEnd input (faultsOf passed) steps
    if faults.stopped.isSome || (manner.isWhole && !endsThere steps) then
      let message ← errorText true last.messages.toList
      return .error { kind := "header", message := if message.isEmpty then unclear else message }
    return .ok { header with
      text := input.inputString, command := silent last, faults, passed
      skimmed := header.skimmed || (manner.skims && !(steps matches [_])) }

/-- The commands that end before a byte. -/
def endingBefore (bound : Nat) : List Passed → List Passed
  | [] => []
  | last :: rest => if bound < last.since.stop.byteIdx then endingBefore bound rest else last :: rest

/-- The header of a text that begins as this one does; none if it does not, or all is to be told. -/
def Header.resumed (header : Header) (text : String) (manner : Manner) (cancel : IO.CancelToken) :
    BaseIO (Option Header) := do
  let input := inputOf text
  let (passed, position) := header.sharedWith input header.passed
  if passed matches [] || (faultsOf passed).stopped.isSome then return none
  match ← header.continued input passed position manner cancel with
  | .error _ => return none
  | .ok header => return some header

/-- Whether a header has commands that one from which it was resumed lacks. -/
def Header.exceeds (header known : Header) : Bool :=
  let stop := (header.since header.passed).stop
  !(known.text.startsWith (String.Pos.Raw.extract header.text ⟨0⟩ stop))

/--
Runs the commands of a text that starts with its imports. It is of use as long as no error leaves
open what follows.
-/
def elaborateHeader (text : String) (known : Imported) (manner : Manner)
    (cancel : IO.CancelToken) : IO (Except Failure Header × Imported) := do
  let input := inputOf text
  let start ← startOf input known
  if start.command.messages.hasErrors then
    let message ← errorText true start.command.messages.toList
    return (.error { kind := "header", message }, start.imported)
  let header := {
    text := "", imported := start.command.env, command := start.command
    position := start.position : Header }
  return (← header.continued input [] start.position manner cancel, start.imported)

/-- A header of which only what stands before its next command is text. -/
def Header.cut (header : Header) : Header :=
  let position := match header.passed with
    | [] => header.position
    | last :: _ => { pos := last.since.stop }
  let (next, _, _) :=
    Parser.parseCommand (inputOf header.text) (parserContext header.command) position {}
  match next.getPos? true with
  | some start => { header with text := String.Pos.Raw.extract header.text ⟨0⟩ start }
  | none => header

end Prover
