import Prover.Hole

/-!
What may stand in the place of a hole, found by having Lean's parser read the declaration again with
something else there.

A text fits in a place when everything around it reads as before: the syntax trees are the same but
for the hole. That needs no knowledge of what a notation lets stand where, nor of which words fix the
column of what follows them.
-/

public section

namespace Prover

open Lean

/-- A command with one of its holes. -/
structure Slot where
  step : Step
  hole : Hole
  /-- The file. -/
  source : String
  start : String.Pos.Raw
  stop : String.Pos.Raw

def slotOf (step : Step) (hole : Hole) : Option Slot :=
  match step.syntaxTree.getHeadInfo, step.syntaxTree.getTailPos? true with
  | .original leading start _ _, some stop => some { step, hole, source := leading.str, start, stop }
  | _, _ => none

/-- How many characters stand before this one on its line, and whether all are spaces. -/
partial def columnOf (source : String) (position : String.Pos.Raw) (count : Nat := 0)
    (blank : Bool := true) : Nat × Bool :=
  if position.byteIdx == 0 then (count, blank)
  else
    let before := position.prev source
    let character := before.get source
    if character == '\n' then (count, blank)
    else columnOf source before (count + 1) (blank && character == ' ')

def spaces : Nat → String
  | 0 => ""
  | count + 1 => (spaces count).push ' '

mutual
/-- Whether two trees are the same but for the hole, in whose place there is a node of this kind. -/
partial def sameAround (hole : Hole) (kind : Name) (asked given : Syntax) : Bool :=
  match asked, given with
  | .node _ name children, .node _ other others =>
    if asked.getPos? true == some hole.start && isHole name then other == kind
    else name == other && children.size == others.size && sameAroundAll hole kind children others 0
  | .atom _ word, .atom _ other => word == other
  | .ident _ _ name _, .ident _ _ other _ => name == other
  | .missing, .missing => true
  | _, _ => false
where
  isHole (name : Name) : Bool :=
    name == `Lean.Parser.Term.sorry || name == `Lean.Parser.Tactic.tacticSorry

partial def sameAroundAll (hole : Hole) (kind : Name) (children others : Array Syntax)
    (start : Nat) : Bool :=
  if h : start < children.size then
    if g : start < others.size then
      sameAround hole kind children[start] others[start] &&
        sameAroundAll hole kind children others (start + 1)
    else false
  else true
end

/-- Whether this text, a node of this kind, can take the place of the hole. -/
def Slot.takes (slot : Slot) (text : String) (kind : Name) : Bool :=
  let indent := spaces (columnOf slot.source slot.start).1
  let before := slot.start.extract slot.source slot.hole.start
  let after := slot.hole.stop.extract slot.source slot.stop
  let input := inputOf (indent ++ before ++ text ++ after)
  let (given, _, messages) := Parser.parseCommand input (parserContext slot.step.before) {} {}
  !messages.hasErrors && sameAround slot.hole kind slot.step.syntaxTree given

mutual
/-- The nodes around a position, innermost first, before those of `outer`. -/
partial def around (position : String.Pos.Raw) (syntaxTree : Syntax) (outer : List Syntax) :
    List Syntax :=
  match syntaxTree with
  | .node _ _ children => aroundIn position children 0 (syntaxTree :: outer)
  | _ => outer

partial def aroundIn (position : String.Pos.Raw) (children : Array Syntax) (start : Nat)
    (outer : List Syntax) : List Syntax :=
  if h : start < children.size then
    match children[start].getPos? true, children[start].getTailPos? true with
    | some first, some last =>
      if first.byteIdx ≤ position.byteIdx && position.byteIdx < last.byteIdx then
        around position children[start] outer
      else aroundIn position children (start + 1) outer
    | _, _ => aroundIn position children (start + 1) outer
  else outer
end

def isSequence (syntaxTree : Syntax) : Bool :=
  syntaxTree.isOfKind `Lean.Parser.Tactic.tacticSeq1Indented ||
    syntaxTree.isOfKind `Lean.Parser.Tactic.tacticSeqBracketed

/-- The tactic sequence that the hole is a tactic of: where it starts, and whether that is all. -/
def sequenceOf (hole : Hole) : List Syntax → Option (String.Pos.Raw × Bool)
  | tactics :: node :: rest =>
    if tactics.getPos? true == some hole.start && tactics.getTailPos? true == some hole.stop &&
        !isSequence node then
      sequenceOf hole (node :: rest)
    else if isSequence node then
      match tactics.getPos? true with
      | some start => some (start, tactics.getNumArgs == 1)
      | none => none
    else none
  | _ => none

/--
Places before the hole from whose columns a block for it may be indented, best first: the start of
the tactic sequence that it is in, or the first word of a line, and the starts of what it is in there.
-/
def bases (slot : Slot) (found : List String.Pos.Raw) : List Syntax → List String.Pos.Raw
  | [] => found
  | node :: outer =>
    match node.getPos? true with
    | none => bases slot found outer
    | some start =>
      if slot.hole.start.byteIdx ≤ start.byteIdx then bases slot found outer
      else
        let found := if isLast start found then found else start :: found
        if isSequence node || (columnOf slot.source start).2 then found
        else bases slot found outer
where
  isLast (start : String.Pos.Raw) : List String.Pos.Raw → Bool
    | [] => false
    | first :: _ => first == start

/-- The first place from which a block may be indented. -/
def baseIn (slot : Slot) : List String.Pos.Raw → Option String.Pos.Raw
  | [] => none
  | start :: rest =>
    let indent := "\n" ++ spaces ((columnOf slot.source start).1 + 2)
    let fits := if slot.hole.isTerm then slot.takes ("by" ++ indent ++ "skip") byKind
      else slot.takes (indent ++ "skip") skipKind
    if fits then some start else baseIn slot rest
where
  byKind : Name := `Lean.Parser.Term.byTactic
  skipKind : Name := `Lean.Parser.Tactic.skip

def positionJson : Option String.Pos.Raw → Json
  | some position => (position.byteIdx : Json)
  | none => .null

/--
How a proof is to be laid out in the place of a hole: `block` is where the tactic sequence starts
that it joins, `alone` whether it is all of that; a block on new lines may be indented from the
column of the word at `base`. A term may be `bare` (`by …` without brackets), or `any` term may.
What stands behind a `fixed` hole on its line can't be moved; a `crowded` one has several goals.
-/
def layoutJson (step : Step) (hole : Hole) (goals : List MVarId) : Json :=
  match slotOf step hole with
  | none => .null
  | some slot =>
    let nodes := around hole.start step.syntaxTree []
    let wide := spaces 60
    let (block, alone) := match hole.isTerm, sequenceOf hole nodes with
      | false, some (start, alone) => (some start, alone)
      | _, _ => (none, false)
    let bare := hole.isTerm && slot.takes ("by skip" ++ wide) `Lean.Parser.Term.byTactic
    let any := bare && slot.takes "sorry <| sorry" (.mkSimple "term_<|_")
    let fixed := !bare && !(if hole.isTerm then
        slot.takes ("(by skip)" ++ wide) `Lean.Parser.Term.paren
      else slot.takes ("skip" ++ wide) `Lean.Parser.Tactic.skip)
    let base := if bare || alone then baseIn slot (bases slot [] nodes) else none
    Json.mkObj [
      ("block", positionJson block), ("base", positionJson base), ("alone", (alone : Json)),
      ("bare", (bare : Json)), ("any_term", (any : Json)), ("fixed", (fixed : Json)),
      ("crowded", (several goals : Json))]
where
  several : List MVarId → Bool
    | _ :: _ :: _ => true
    | _ => false

end Prover
