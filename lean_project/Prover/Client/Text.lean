module

/-!
The user's file as the service is to read it. The tactics of `Prover.Client` are unknown there, and
running them there would ask the service again; so each becomes a `sorry`.
-/

public meta section

namespace Prover.Client

/-- Where something stands, as the service counts. -/
structure Place where
  /-- From 1. -/
  line : Nat
  /-- In code points, from 0. -/
  column : Nat

/-- A file with a `sorry` that is to be replaced. -/
structure Hole where
  text : String
  place : Place

/-- Whether a character may be part of a name, or end one. -/
def inName (char : Char) : Bool :=
  char.isAlphanum || char == '_' || char == '\'' || char == '.' || char == '?' || char == '!'
    || char == '«' || char == '»'

/-- What follows a prefix, where there is one. -/
def after? : List Char → List Char → Option (List Char)
  | [], rest => some rest
  | _ :: _, [] => none
  | wanted :: more, char :: rest => if wanted == char then after? more rest else none

/-- What follows one of these words, where it is not only the beginning of a longer name. -/
def afterWord? : List String → List Char → Option (List Char)
  | [], _ => none
  | word :: more, chars =>
    match after? word.toList chars with
    | some [] => some []
    | some (char :: rest) => if inName char then afterWord? more chars else some (char :: rest)
    | none => afterWord? more chars

def afterDigits : List Char → List Char
  | char :: rest => if char.isDigit then afterDigits rest else char :: rest
  | [] => []

/-- What follows a string literal, whose opening quote is read already. -/
def afterString : List Char → List Char
  | '\\' :: _ :: rest => afterString rest
  | '"' :: rest => rest
  | _ :: rest => afterString rest
  | [] => []

/-- What follows the argument of a tactic, which may be missing. -/
def afterArgument (all : List Char) : List Char :=
  go all
where
  go : List Char → List Char
    | ' ' :: rest => go rest
    | '"' :: rest => afterString rest
    | char :: rest => if char.isDigit then afterDigits rest else all
    | [] => all

/-- What follows the line's import of this client. -/
def afterImport? (chars : List Char) : Option (List Char) :=
  afterWord? ["import Prover.Client", "public import Prover.Client", "meta import Prover.Client",
    "public meta import Prover.Client"] chars

/-- A text in which each of our tactics is a `sorry` and this client is not imported. -/
partial def asRead (text : String) : String :=
  go '\n' text.toList ""
where
  go (before : Char) (chars : List Char) (read : String) : String :=
    let imported := if before == '\n' then afterImport? chars else none
    let ours := if inName before then none else afterWord? ["prove?", "suggest?"] chars
    match imported, ours, chars with
    | some rest, _, _ => go ' ' rest read
    | none, some rest, _ => go 'y' (afterArgument rest) (read ++ "sorry")
    | none, none, char :: rest => go char rest (read.push char)
    | none, none, [] => read

/-- Where a text ends. -/
def placeOfEnd (text : String) : Place :=
  go text.toList { line := 1, column := 0 }
where
  go : List Char → Place → Place
    | [], place => place
    | '\n' :: rest, place => go rest { line := place.line + 1, column := 0 }
    | _ :: rest, place => go rest { place with column := place.column + 1 }

/-- The file with a `sorry` between two positions, those of one of our tactics. -/
def holeAt (text : String) (start stop : String.Pos.Raw) : Hole :=
  let before := asRead (String.Pos.Raw.extract text ⟨0⟩ start)
  { text := before ++ "sorry" ++ asRead (String.Pos.Raw.extract text stop text.rawEndPos)
    place := placeOfEnd before }

/-- A script of several lines, whose later lines are to stand below the first. -/
def indented (script : String) (column : Nat) : String :=
  go script.toList ""
where
  spaces : Nat → String → String
    | 0, text => text
    | count + 1, text => spaces count (text.push ' ')
  go : List Char → String → String
    | [], text => text
    | '\n' :: '\n' :: rest, text => go ('\n' :: rest) (text.push '\n')
    | '\n' :: rest, text => go rest (spaces column (text.push '\n'))
    | char :: rest, text => go rest (text.push char)

end Prover.Client
