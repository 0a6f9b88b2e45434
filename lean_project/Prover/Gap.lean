import Prover.Declared
import Prover.Forbidden
import Prover.Hole
import Prover.Messages
import Prover.Sorry

/-!
Where a proof is missing and none is looked for: what leaves a goal open without saying `sorry`, and
a `sorry` that stands for more than one goal.
-/

public section

namespace Prover

open Lean

structure Gap where
  start : String.Pos.Raw
  /-- Why nothing is tried there. -/
  reason : String

def gapAt (syntaxTree : Syntax) (reason : String) (rest : List Gap) : List Gap :=
  match syntaxTree.getPos? true with
  | some start => { start, reason } :: rest
  | none => rest

def firstHoles (reason : String) (rest : List Gap) : List Hole → List Gap
  | [] => rest
  | hole :: _ => { start := hole.start, reason } :: rest

/-- Why a word leaves a goal open. -/
def wordReason (word : String) : Option String :=
  if suggests word then
    some s!"`{word}` only suggests a proof. Put in what it found, or `sorry` to have one looked for."
  else if word == "admit" || word == "stop" then
    some s!"`{word}` leaves its goal unproved. Write `sorry` to have a proof looked for."
  else none

mutual
/-- What leaves goals open in a command, besides its holes, before those of `rest`. -/
partial def gapsOf (syntaxTree : Syntax) (rest : List Gap) : List Gap :=
  match syntaxTree with
  | .node _ kind children =>
    if isQuotation kind then rest
    else if kind == `Lean.Parser.Termination.decreasingBy then
      firstHoles "A `sorry` for termination is not tried." rest (holesIn children 0 [])
    else if isDefault kind then rest
    else gapsIn children 0 rest
  | .atom _ word =>
    match wordReason word with
    | some reason => gapAt syntaxTree reason rest
    | none => rest
  | _ => rest

partial def gapsIn (children : Array Syntax) (start : Nat) (rest : List Gap) : List Gap :=
  if h : start < children.size then
    gapsOf children[start] (gapsIn children (start + 1) rest)
  else rest
end

def defaultReason : String :=
  "A `sorry` as a default stands for a proof wherever it is used, and is not tried."

mutual
/-- The defaults of fields and binders that are a `sorry`, before those of `rest`. -/
partial def defaultsOf (syntaxTree : Syntax) (rest : List Gap) : List Gap :=
  match syntaxTree with
  | .node _ kind children =>
    if isQuotation kind then rest
    else if isDefault kind then
      gapsIn children 0 (firstHoles defaultReason rest (holesIn children 0 []))
    else defaultsIn children 0 rest
  | _ => rest

partial def defaultsIn (children : Array Syntax) (start : Nat) (rest : List Gap) : List Gap :=
  if h : start < children.size then
    defaultsOf children[start] (defaultsIn children (start + 1) rest)
  else rest
end

/-- Whether Lean has said that a command uses `sorry`. -/
def saysSorry : List Message → Bool
  | [] => false
  | message :: rest => message.data.hasTag (fun tag => tag == `hasSorry) || saysSorry rest

/-- Where a command without an error leaves a proof missing for good. -/
def Step.gaps (step : Step) : List Gap :=
  let defaults := defaultsOf step.syntaxTree []
  let isOpen := saysSorry step.said.toList ||
    holdSorry step.before.env step.after.env step.added {}
  let isExample := declarationKind step.syntaxTree == `Lean.Parser.Command.example
  if !(isOpen || isExample) then defaults
  else
    match gapsOf step.syntaxTree defaults, holesOf step.syntaxTree [] with
    | [], [] =>
      if !isOpen then [] else
      gapAt (inner step.syntaxTree)
        "It rests on a `sorry` that is not written in it: a macro or a default has put it there." []
    | gaps, _ => gaps

end Prover
