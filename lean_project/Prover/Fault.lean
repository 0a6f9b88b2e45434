import Prover.Audit
import Prover.Declared
import Prover.Messages

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

mutual
/-- The names that a command gives to what it declares, as they are written. -/
partial def givenNames (syntaxTree : Syntax) (rest : List Name) : List Name :=
  match syntaxTree with
  | .node _ kind children =>
    if kind == `Lean.Parser.Command.declId then
      if h : 0 < children.size then children[0].getId :: rest else rest
    else givenNamesIn children 0 rest
  | _ => rest

partial def givenNamesIn (children : Array Syntax) (start : Nat) (rest : List Name) :
    List Name :=
  if h : start < children.size then
    givenNames children[start] (givenNamesIn children (start + 1) rest)
  else rest
end

/-- A written name in full. -/
def inFull (namespaceName : Name) : Name → Name
  | .str (.str .anonymous "_root_") last => .str .anonymous last
  | .str above last =>
    match above with
    | .anonymous => .str namespaceName last
    | _ => .str (inFull namespaceName above) last
  | name => name

/-- The constant of a name in full, if there is one; private ones have another name. -/
def constantOf (environment : Environment) (name : Name) : Option Name :=
  if environment.contains name then some name
  else if environment.contains (mkPrivateName environment name) then
    some (mkPrivateName environment name)
  else none

/-- The constants that what a command added names. -/
def usedByAll (environment : Environment) : List Name → List Name → List Name
  | [], found => found
  | name :: rest, found =>
    let found := match environment.find? name with
      | some info => usedBy info found
      | none => found
    usedByAll environment rest found

/-- Why a command without an error is not what was meant: a fault that it names or uses. -/
def Faults.blame (faults : Faults) (step : Step) : Option Fault :=
  match namedIn step.before.env faults.missing step.syntaxTree with
  | some fault => some fault
  | none =>
    match faults.spoiled with
    | [] => none
    | spoiled => findFaultOf spoiled (usedByAll step.after.env step.added [])

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

/-- What a declaration with an error leaves behind. -/
def Faults.afterError (faults : Faults) (step : Step) (line : Nat) : Faults :=
  let added := step.added
  match givenNames (inner step.syntaxTree) [], added with
  | [], [] =>
    if declarationKind step.syntaxTree == `Lean.Parser.Command.example then faults
    -- Which instance is found in its place can't be known.
    else { faults with stopped := some line }
  | given, _ => missNames (spoil faults line added) step line given

/-- Whether a command that sets the scene says what names mean: others only open or close. -/
def givesMeaning (syntaxTree : Syntax) : Bool :=
  let kind := (inner syntaxTree).getKind
  !(kind == `Lean.Parser.Command.namespace || kind == `Lean.Parser.Command.section ||
    kind == `Lean.Parser.Command.end || kind == `Lean.Parser.Command.open ||
    kind == `Lean.Parser.Command.set_option)

/-- The first word of a text, and what follows it. -/
partial def wordOf (text : String) (word : String := "") : String × String :=
  if text.isEmpty || (text.front.isWhitespace && !word.isEmpty) then (word, text)
  else
    let rest := (text.drop 1).toString
    if text.front.isWhitespace then wordOf rest else wordOf rest (word.push text.front)

/--
Takes note of text that is no command of this Lean. Where it looks like a declaration (`lemma a : …`)
its name is missing; another word at the start of a line may have set the scene; and what stands
anywhere else (`theorem a : 1 = 1 := rfl)`) means nothing.
-/
def Faults.afterSkipped (faults : Faults) (step : Step) : Faults :=
  match step.skipped with
  | none => faults
  | some skipped =>
    if !(skipped.column == 0 && skipped.text.front.isAlpha) then faults
    else
      let (name, rest) := wordOf (wordOf skipped.text).2
      if holds rest ":" then
        let name := inFull (scopeOf step.before).currNamespace name.toName
        { faults with missing := { name, line := skipped.line } :: faults.missing }
      else { faults with stopped := some skipped.line }

/-- What has gone wrong when a command is done; `line` is its own. -/
def Faults.after (faults : Faults) (step : Step) (line : Nat) : Faults :=
  let faults := faults.afterSkipped step
  if faults.stopped.isSome then faults
  else
    match roleOf step.syntaxTree, step.error with
    | .aside, _ => faults
    | .scene, some error => { faults with stopped := some error.pos.line }
    | .declaration, some error => faults.afterError step error.pos.line
    | .scene, none =>
      let names := (namedIn step.before.env faults.missing step.syntaxTree).isSome
      if names && givesMeaning step.syntaxTree then { faults with stopped := some line }
      else faults
    | .declaration, none =>
      match faults.blame step with
      | some fault => spoil faults fault.line step.added
      | none => faults

def lineOf (input : Parser.InputContext) (syntaxTree : Syntax) : Nat :=
  match syntaxTree.getPos? true with
  | some position => (input.fileMap.toPosition position).line
  | none => 0

def Faults.afterAll (faults : Faults) (input : Parser.InputContext) : List Step → Faults
  | [] => faults
  | step :: rest => (faults.after step (lineOf input step.syntaxTree)).afterAll input rest

/-- Why nothing in a declaration is to be proved, if so. -/
def Faults.objection (faults : Faults) (step : Step) : BaseIO (Option String) := do
  let faults := faults.afterSkipped step
  match faults.stopped, step.error with
  | some line, _ =>
    return some s!"the error on line {line} leaves open how this is to be read"
  | none, some error =>
    return some s!"line {error.pos.line}: {← error.data.toString}"
  | none, none =>
    match faults.blame step with
    | none => return none
    | some fault => return some fault.needed

end Prover
