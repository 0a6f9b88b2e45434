import Prover.Forbidden
import Prover.Hole
import Prover.Json

/-!
A script in its place: what it says there, and that nothing around it reads differently.

What a script says by itself, and what the same text says among other text, may differ: a comment
can swallow what follows it, and layout can change what a line belongs to.
-/

public section

namespace Prover

open Lean

/-- Some bytes of a text. -/
structure Span where
  start : Nat
  stop : Nat

def Span.has (span : Span) (position : String.Pos.Raw) : Bool :=
  span.start ≤ position.byteIdx && position.byteIdx < span.stop

mutual
/--
The words of a syntax tree that don't start in the span, in order, before those of `rest`. What the
parser adds to a bracket for macro hygiene is a name without text, and no word.
-/
partial def wordsOutside (span : Span) (syntaxTree : Syntax) (rest : List String) : List String :=
  match syntaxTree with
  | .node _ _ children => wordsOutsideIn span children 0 rest
  | .atom _ word => add word
  | .ident _ _ name _ => add (nameString name)
  | .missing => rest
where
  add (word : String) : List String :=
    match syntaxTree.getPos? true, syntaxTree.getTailPos? true with
    | some start, some stop => if start == stop || span.has start then rest else word :: rest
    | _, _ => rest

partial def wordsOutsideIn (span : Span) (children : Array Syntax) (start : Nat)
    (rest : List String) : List String :=
  if h : start < children.size then
    wordsOutside span children[start] (wordsOutsideIn span children (start + 1) rest)
  else rest
end

def sameWords : List String → List String → Bool
  | [], [] => true
  | word :: words, other :: others => word == other && sameWords words others
  | _, _ => false

mutual
/-- Where the last word ends that starts before `limit`. -/
partial def endBefore (limit : Nat) (syntaxTree : Syntax) (found : Nat) : Nat :=
  match syntaxTree with
  | .node _ _ children => endBeforeIn limit children 0 found
  | leaf =>
    match leaf.getPos? true, leaf.getTailPos? true with
    | some start, some stop =>
      if start.byteIdx < limit && found < stop.byteIdx then stop.byteIdx else found
    | _, _ => found

partial def endBeforeIn (limit : Nat) (children : Array Syntax) (start found : Nat) : Nat :=
  if h : start < children.size then
    endBeforeIn limit children (start + 1) (endBefore limit children[start] found)
  else found
end

mutual
/-- The first reason why the part of a syntax tree in the span is not to be run, if there is one. -/
partial def forbiddenWithin (span : Span) (syntaxTree : Syntax) : Option String :=
  match syntaxTree.getPos? true, syntaxTree.getTailPos? true with
  | some start, some stop =>
    if span.has start && stop.byteIdx ≤ span.stop then forbidden syntaxTree
    else match syntaxTree with
      | .node _ _ children => forbiddenWithinAny span children 0
      | leaf => if span.has start then forbidden leaf else none
  | _, _ => none

partial def forbiddenWithinAny (span : Span) (children : Array Syntax) (start : Nat) :
    Option String :=
  if h : start < children.size then
    match forbiddenWithin span children[start] with
    | some reason => some reason
    | none => forbiddenWithinAny span children (start + 1)
  else none
end

def holeAt (offset : Nat) : List Hole → Option Hole
  | [] => none
  | hole :: holes => if hole.start.byteIdx == offset then some hole else holeAt offset holes

/--
Why a declaration with a script in the place of its hole at the byte `offset` does not count, if so:
the script says something forbidden there, or the rest of the declaration reads differently.
-/
def placeObjection (asked filled : Syntax) (askedText filledText : String) (offset : Nat) :
    Option String :=
  match holeAt offset (holesOf asked []) with
  | none => some "there is no `sorry` at this place"
  | some hole =>
    let hole : Span := { start := offset, stop := hole.stop.byteIdx }
    let after := askedText.utf8ByteSize - hole.stop
    let script : Span :=
      { start := endBefore offset asked 0, stop := filledText.utf8ByteSize - after }
    if asked.getKind != filled.getKind then
      some "the script turns the declaration into another command"
    else if !sameWords (wordsOutside hole asked []) (wordsOutside script filled []) then
      some "the script changes how the rest of the declaration reads"
    else forbiddenWithin script filled

end Prover
