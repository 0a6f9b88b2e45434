/-!
The words of text that Lean's parser has not read.
-/

public section

namespace Prover

/-- The first word of a text, and what follows it. -/
partial def wordOf (text : String) (word : String := "") : String × String :=
  if text.isEmpty || (text.front.isWhitespace && !word.isEmpty) then (word, text)
  else
    let rest := (text.drop 1).toString
    if text.front.isWhitespace then wordOf rest else wordOf rest (word.push text.front)

/-- Whether a text starts with a letter. -/
def startsWord (text : String) : Bool :=
  !text.isEmpty && text.front.isAlpha

def hasWord (word : String) : List String → Bool
  | [] => false
  | other :: rest => other == word || hasWord word rest

/-- What a text begins with that may be a name. -/
partial def nameOf (text : String) (name : String := "") : String :=
  if text.isEmpty || ends text.front then name
  else nameOf (text.drop 1).toString (name.push text.front)
where
  ends (character : Char) : Bool :=
    character.isWhitespace || character == ':' || character == '(' || character == '{' ||
      character == '[' || character == '⦃' || character == '|'

/-- What follows the word `lemma` of a line. -/
partial def afterLemma (line : String) : Option String :=
  let (word, rest) := wordOf line
  if word.isEmpty then none else if word == "lemma" then some rest else afterLemma rest

/-- How many spaces a line begins with, and the rest of it. -/
partial def indentOf (line : String) (count : Nat := 0) : Nat × String :=
  if line.isEmpty || line.front != ' ' then (count, line)
  else indentOf (line.drop 1).toString (count + 1)

end Prover
