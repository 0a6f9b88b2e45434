import Prover.Given
import Prover.Messages
import Prover.Word

/-!
What has gone wrong in a text, and what of the rest is still what its author meant.

Lean goes on after an error. A declaration that has one is missing afterwards, and its name may then
come to mean something else, even any type at all (`theorem t (x : Fo)`); or it is there, with
`sorry` for what is wrong. What names the one or uses the other is not what was meant. After an error
in what sets the scene (`namespace`, `variable`, `notation`) nothing is.
-/

public section

namespace Prover

open Lean Elab

/-- A declaration that has an error, or is not what was meant as another has one. -/
structure Fault where
  /-- In full. -/
  name : Name
  /-- Where the error is. -/
  line : Nat

/-- Says that a declaration needs what has the fault. -/
def Fault.needed (fault : Fault) : String :=
  s!"it needs `{nameString fault.name}`, which has an error on line {fault.line}"

/-- What has gone wrong so far. -/
structure Faults where
  /-- Declarations that are not there. -/
  missing : List Fault := []
  /-- Constants that are there, but not as they were meant. -/
  spoiled : List Fault := []
  /-- The line of an error after which nothing is certain to be what was meant. -/
  stopped : Option Nat := none

/-- Whether nothing has gone wrong. -/
def Faults.isEmpty (faults : Faults) : Bool :=
  faults.missing matches [] && faults.spoiled matches [] && faults.stopped matches none

def findFault (name : Name) : List Fault → Option Fault
  | [] => none
  | fault :: rest => if fault.name == name then some fault else findFault name rest

def findFaultOf (faults : List Fault) : List Name → Option Fault
  | [] => none
  | name :: rest =>
    match findFault name faults with
    | some fault => some fault
    | none => findFaultOf faults rest

/-- The last part of a name. -/
def lastPart : Name → String
  | .str _ last => last
  | _ => ""

/-- Whether some part of a name but the first, as of a field that is selected, is the text. -/
def selects (text : String) : Name → Bool
  | .str .anonymous _ => false
  | .str above last => last == text || selects text above
  | _ => false

/-- Whether the first parts of a written name may be the last parts of a full one. -/
def begins (full : Name) : Name → Bool
  | .str above last => (Name.str above last).isSuffixOf full || begins full above
  | _ => false

/-- Whether a written name may mean a declaration that is not there. -/
def mayMean (environment : Environment) (written full : Name) : Bool :=
  let written := withoutRoot written
  begins full written || (selects (lastPart full) written && !environment.contains written)
where
  withoutRoot : Name → Name
    | .str .anonymous "_root_" => .anonymous
    | .str above last => .str (withoutRoot above) last
    | name => name

def meantBy (environment : Environment) (written : Name) : List Fault → Option Fault
  | [] => none
  | fault :: rest =>
    if mayMean environment written fault.name then some fault
    else meantBy environment written rest

mutual
/-- The first missing declaration that something in a command may mean. -/
partial def namedIn (environment : Environment) (missing : List Fault) (syntaxTree : Syntax) :
    Option Fault :=
  match syntaxTree with
  | .node _ kind children =>
    if kind == `Lean.Parser.Command.declId then none
    else namedInAny environment missing children 0
  | .ident _ _ name _ => meantBy environment name missing
  | _ => none

partial def namedInAny (environment : Environment) (missing : List Fault)
    (children : Array Syntax) (start : Nat) : Option Fault :=
  if h : start < children.size then
    match namedIn environment missing children[start] with
    | some fault => some fault
    | none => namedInAny environment missing children (start + 1)
  else none
end

/--
Why a command without an error is not what was meant: a fault that it names or uses. What it uses is
not known of one that leaves no constant; then what it names counts.
-/
def Faults.blame (faults : Faults) (step : Step) : Option Fault :=
  let environment := step.before.env
  match namedIn environment faults.missing step.syntaxTree, faults.spoiled with
  | some fault, _ => some fault
  | none, [] => none
  | none, spoiled =>
    match step.added with
    | [] => namedIn environment (written spoiled) step.syntaxTree
    | added => findFaultOf spoiled (usedByAll step.after.env added [])
where
  written : List Fault → List Fault
    | [] => []
    | fault :: rest => { fault with name := privateToUserName fault.name } :: written rest

def spoil (faults : Faults) (line : Nat) : List Name → Faults
  | [] => faults
  | name :: rest =>
    let faults := spoil faults line rest
    { faults with spoiled := { name, line } :: faults.spoiled }

/-- Takes note of names that a command with an error was to give. -/
def missNames (faults : Faults) (step : Step) (line : Nat) : List Name → Faults
  | [] => faults
  | written :: rest =>
    let faults := missNames faults step line rest
    let name := inFull (scopeOf step.before).currNamespace written
    match constantOf step.after.env name with
    | some constant => { faults with spoiled := { name := constant, line } :: faults.spoiled }
    | none => { faults with missing := { name, line } :: faults.missing }

mutual
/-- Whether something in a command is of a kind. -/
partial def hasKind (wanted : SyntaxNodeKind) (syntaxTree : Syntax) : Bool :=
  match syntaxTree with
  | .node _ kind children => kind == wanted || anyHasKind wanted children 0
  | _ => false

partial def anyHasKind (wanted : SyntaxNodeKind) (children : Array Syntax) (start : Nat) : Bool :=
  if h : start < children.size then
    hasKind wanted children[start] || anyHasKind wanted children (start + 1)
  else false
end

/-- Whether the type of one of the constants holds a `sorry`. -/
def anyUntyped (environment : Environment) : List Name → Bool
  | [] => false
  | name :: rest =>
    (match environment.find? name with
      | some info => info.type.hasSorry
      | none => true) || anyUntyped environment rest

/-- Words with which a line within a declaration may start. -/
def innerWords : List String :=
  ["where", "deriving", "termination_by", "decreasing_by", "by", "calc", "fun", "match", "show",
   "from", "have", "let", "exact", "with", "then", "else", "if", "do", "end", "theorem", "lemma",
   "def", "instance", "abbrev", "private", "protected", "noncomputable", "inductive", "structure",
   "class", "mutual", "open", "set_option", "in", "example", "partial", "unsafe", "extends"]

/-- Whether a line but the first looks like another command. -/
def goesTooFar (text : String) : Bool :=
  match text.splitOn "\n" with
  | _ :: rest => anyStarts rest
  | [] => false
where
  anyStarts : List String → Bool
    | [] => false
    | line :: rest =>
      (startsWord line && !hasWord (wordOf line).1 innerWords) || anyStarts rest

/-- Attributes that change how something is computed or proved, and not what text means. -/
def plainAttributes : List String :=
  ["inline", "noinline", "always_inline", "macro_inline", "specialize", "nospecialize", "reducible",
   "semireducible", "irreducible", "elab_as_elim", "inherit_doc", "csimp", "refl", "symm", "trans",
   "expose", "noexpose", "computed_fields"]

mutual
/-- Whether a declaration has an attribute of which it is not known what it changes. -/
partial def hasOddAttribute (syntaxTree : Syntax) : Bool :=
  match syntaxTree with
  | .node _ `Lean.Parser.Attr.simple _ =>
    match firstWord syntaxTree with
    | some word => !hasWord word plainAttributes
    | none => true
  | .node _ _ children => anyOddAttribute children 0
  | _ => false

partial def anyOddAttribute (children : Array Syntax) (start : Nat) : Bool :=
  if h : start < children.size then
    hasOddAttribute children[start] || anyOddAttribute children (start + 1)
  else false
end

/--
Whether it can't be told what a declaration that is not what was meant was to do: which instance is
found in its place, what its attribute was to change, what a structure was to have from another, or
where it was to end.
-/
def Step.isOpen (step : Step) : Bool :=
  let syntaxTree := step.syntaxTree
  let isInstance := declarationKind syntaxTree == `Lean.Parser.Command.instance ||
    hasKind `Lean.Parser.Attr.instance syntaxTree ||
    hasKind `Lean.Parser.Attr.defaultInstance syntaxTree
  (isInstance && (step.added matches [] || anyUntyped step.after.env step.added)) ||
    hasKind `Lean.Parser.Attr.macro syntaxTree || hasOddAttribute syntaxTree ||
    hasKind `Lean.Parser.Command.extends syntaxTree || goesTooFar step.text

/-- What a declaration that is not what was meant leaves behind. -/
def Faults.afterLoss (faults : Faults) (step : Step) (line : Nat) : Faults :=
  if step.isOpen then { faults with stopped := some line }
  else
    let command := inner step.syntaxTree
    let given := givenNames command []
    let members := match given with
      | name :: _ => behind name (memberNames command [])
      | [] => []
    missNames (missNames (spoil faults line step.added) step line members) step line given

/-- Whether a command that sets the scene says what names mean: others only open or close. -/
def givesMeaning (syntaxTree : Syntax) : Bool :=
  let kind := (inner syntaxTree).getKind
  !(kind == `Lean.Parser.Command.namespace || kind == `Lean.Parser.Command.section ||
    kind == `Lean.Parser.Command.end || kind == `Lean.Parser.Command.open ||
    kind == `Lean.Parser.Command.set_option)

/--
Takes note of a line that is in no command. What is further right than the command before it goes on
from there (`nlinarith` where it is no tactic), and a line that starts with no word means nothing.
-/
def Faults.afterLine (faults : Faults) (step : Step) (indent line : Nat) (text : String) : Faults :=
  let (column, rest) := indentOf text
  let isWord := startsWord rest || rest.startsWith "«" || rest.startsWith "@"
  if column > indent || !isWord then faults
  else
    match afterLemma rest with
    | some rest =>
      let (name, _) := wordOf rest
      missNames faults step line [(withoutStop (nameOf name)).toName]
    | none => { faults with stopped := some line }
where
  withoutStop (name : String) : String :=
    if name.endsWith "." then (name.dropEnd 1).toString else name

/-- Takes note of text that is in no command: `lemma a : …`, which is Mathlib's, declares `a`. -/
def Faults.afterSkipped (faults : Faults) (step : Step) : Faults :=
  match step.skipped with
  | none => faults
  | some skipped =>
    match skipped.text.splitOn "\n" with
    | [] => faults
    | first :: rest =>
      let faults := if skipped.leads then
          faults.afterLine step skipped.indent skipped.line first
        else faults
      lines faults skipped.indent (skipped.line + 1) rest
where
  lines (faults : Faults) (indent line : Nat) : List String → Faults
    | [] => faults
    | text :: rest => lines (faults.afterLine step indent line text) indent (line + 1) rest

/-- Whether what a command was to declare is not there, though nothing is said of it. -/
def Step.lacksNames (step : Step) : Bool :=
  let given := givenNames (inner step.syntaxTree) []
  let isNameless := given matches [] && step.added matches [] &&
    declarationKind step.syntaxTree == `Lean.Parser.Command.instance
  isNameless || anyAbsent given
where
  anyAbsent : List Name → Bool
    | [] => false
    | written :: rest =>
      let name := inFull (scopeOf step.before).currNamespace written
      (constantOf step.after.env name).isNone || anyAbsent rest

/-- What has gone wrong when a command is done; `line` is its own. -/
def Faults.after (faults : Faults) (step : Step) (line : Nat) : Faults :=
  let faults := faults.afterSkipped step
  if faults.stopped.isSome then faults
  else if lacksCode && isProgram step.syntaxTree then { faults with stopped := some line }
  else
    match roleOf step.syntaxTree, step.error with
    | .aside, _ => faults
    | .scene, some error =>
      if breaksOff step.syntaxTree then faults else { faults with stopped := some error.pos.line }
    | .declaration, some error => faults.afterLoss step error.pos.line
    | role, none =>
      match faults.blame step, role with
      | some fault, .scene =>
        if givesMeaning step.syntaxTree then { faults with stopped := some fault.line }
        else faults
      | some fault, _ => faults.afterLoss step fault.line
      | none, .declaration => if step.lacksNames then faults.afterLoss step line else faults
      | none, _ => faults

def lineOf (input : Parser.InputContext) (syntaxTree : Syntax) : Nat :=
  match syntaxTree.getPos? true with
  | some position => (input.fileMap.toPosition position).line
  | none => 0

/-- Why nothing in a declaration is to be proved, if so. -/
def Faults.objection (faults : Faults) (step : Step) : BaseIO (Option String) := do
  let faults := faults.afterSkipped step
  match faults.stopped, step.error with
  | some line, _ =>
    return some s!"the error on line {line} may change what this says"
  | none, some error =>
    return some s!"line {error.pos.line}: {← error.data.toString}"
  | none, none =>
    match faults.blame step with
    | none => return none
    | some fault => return some fault.needed

end Prover
