import Prover.Code
import Prover.Json
import Prover.Manner
import Prover.Role
import Prover.Skim
import Lean.Elab.Import
import Lean.Elab.Command
import Lean.Parser.Module

/-!
Elaborates Lean text, command by command.
-/

public section

namespace Prover

open Lean Elab

/-- Elaborated text: all commands of `text` have been run. -/
structure Document where
  text : String
  command : Command.State

/-- Text that the parser has passed over: no command starts so, or one before it was broken off. -/
structure Skipped where
  /-- From its first word on. -/
  text : String
  line : Nat
  column : Nat
  /-- Whether it stands where a command may start, and not behind the one before it. -/
  leads : Bool
  /-- The column of the command before it. -/
  indent : Nat

/-- One elaborated command: its syntax, its information trees and the states around it. -/
structure Step where
  syntaxTree : Syntax
  /-- Where it was read from. -/
  position : Parser.ModuleParserState
  trees : List InfoTree
  /-- As it is written. -/
  text : String
  /-- The text before it that is no part of a command. -/
  skipped : Option Skipped
  /-- What was said of it. -/
  said : MessageLog
  before : Command.State
  after : Command.State

def inputOf (text : String) : Parser.InputContext := {
  inputString := text, fileName := "<input>", fileMap := FileMap.ofString text,
  endPos := text.rawEndPos, endPos_valid := by simp }

mutual
partial def nodeTrees (node : PersistentArrayNode InfoTree) (rest : List InfoTree) :
    List InfoTree :=
  match node with
  | .node nodes => nodesTrees nodes 0 rest
  | .leaf trees => arrayTrees trees 0 rest

partial def nodesTrees (nodes : Array (PersistentArrayNode InfoTree)) (start : Nat)
    (rest : List InfoTree) : List InfoTree :=
  if h : start < nodes.size then
    nodeTrees nodes[start] (nodesTrees nodes (start + 1) rest)
  else rest

partial def arrayTrees (trees : Array InfoTree) (start : Nat) (rest : List InfoTree) :
    List InfoTree :=
  if h : start < trees.size then trees[start] :: arrayTrees trees (start + 1) rest else rest
end

/-- The trees of a persistent array, in order. -/
def treeList (trees : PersistentArray InfoTree) : List InfoTree :=
  nodeTrees trees.root (arrayTrees trees.tail 0 [])

/-- The options, namespace and opened declarations in force. -/
def scopeOf (state : Command.State) : Command.Scope :=
  match state.scopes with
  | scope :: _ => scope
  | [] => { header := "" }

def parserContext (state : Command.State) : Parser.ParserModuleContext :=
  let scope := scopeOf state
  { env := state.env, options := scope.opts, currNamespace := scope.currNamespace,
    openDecls := scope.openDecls }

/-- What is told of a command by tasks that it leaves running, as with `Elab.async`. -/
structure Late where
  messages : MessageLog := {}
  trees : List InfoTree := []

mutual
partial def waitAll (tasks : Array (Language.SnapshotTask Language.SnapshotTree)) (start : Nat)
    (late : Late) : Late :=
  if h : start < tasks.size then
    waitAll tasks (start + 1) (told tasks[start].task.get late)
  else late

partial def told (tree : Language.SnapshotTree) (late : Late) : Late :=
  let messages := late.messages ++ tree.element.diagnostics.msgLog
  let trees := match tree.element.infoTree? with
    | some tree => tree :: late.trees
    | none => late.trees
  waitAll tree.children 0 { messages, trees }
end

def joinTrees : List InfoTree → List InfoTree → List InfoTree
  | [], rest => rest
  | tree :: trees, rest => tree :: joinTrees trees rest

/-- Whether a command decides if warnings are errors. -/
def decidesWarnings (syntaxTree : Syntax) : Bool :=
  match syntaxTree with
  | .node _ `Lean.Parser.Command.set_option children =>
    if h : 1 < children.size then
      let name := children[1].getId
      name == `warningAsError || name == `weak.warningAsError
    else false
  | _ => false

/-- Keeps in mind that the text has warnings made errors, where Lean itself must not. -/
def warningsAreErrors : Name := `prover.warningsAreErrors

/--
The state in which warnings are warnings. Whether the text has made them errors stays known, in its
scope; it is for those who read messages, and does not make a proof worse.
-/
def lenient (state : Command.State) : Command.State :=
  match state.scopes with
  | scope :: rest =>
    let made := warningAsError.get scope.opts
    let opts := scope.opts.insert `warningAsError (.ofBool false)
    let opts := opts.insert warningsAreErrors (.ofBool made)
    { state with scopes := { scope with opts } :: rest }
  | [] => state

/-- Whether a message is about a place before another. -/
def isBefore (position : Position) (message : Message) : Bool :=
  message.pos.line < position.line ||
    (message.pos.line == position.line && message.pos.column < position.column)

def logOf : List Message → MessageLog → MessageLog
  | [], log => log
  | message :: rest, log => logOf rest (log.add message)

def splitBefore (position : Position) : List Message → List Message × List Message
  | [] => ([], [])
  | message :: rest =>
    let (before, others) := splitBefore position rest
    if isBefore position message then (message :: before, others) else (before, message :: others)

/-- The messages without those about text before a command, which was skipped. -/
def ownMessages (input : Parser.InputContext) (syntaxTree : Syntax) (messages : MessageLog) :
    MessageLog :=
  match syntaxTree.getPos? true with
  | none => messages
  | some start => logOf (splitBefore (input.fileMap.toPosition start) messages.toList).2 {}

/-- The text of a command. -/
def textOf (input : Parser.InputContext) (syntaxTree : Syntax) : String :=
  match syntaxTree.getPos? true, syntaxTree.getTailPos? true with
  | some start, some stop => String.Pos.Raw.extract input.inputString start stop
  | _, _ => ""

/-- Where the last command ended, and in which column it began. -/
structure Since where
  stop : String.Pos.Raw
  indent : Nat := 0
  /-- Whether it was broken off before it said what it is. -/
  isBroken : Bool := false
  /-- Whether nothing was wrong with it. -/
  isWhole : Bool := true

def Since.after (since : Since) (input : Parser.InputContext) (step : Step) : Since :=
  let syntaxTree := step.syntaxTree
  match syntaxTree.getPos? true, syntaxTree.getTailPos? true with
  | some start, some stop => {
      stop, indent := (input.fileMap.toPosition start).column, isBroken := breaksOff syntaxTree
      isWhole := !step.said.hasErrors }
  | _, _ => since

partial def isBlank (text : String) : Bool :=
  text.isEmpty || (text.front == ' ' && isBlank (text.drop 1).toString)

/-- The text between the last command and this one, but for spaces and comments. -/
def Since.skipped (since : Since) (input : Parser.InputContext) (syntaxTree : Syntax)
    (state : Command.State) : Option Skipped :=
  match syntaxTree.getPos? true with
  | none => none
  | some start =>
    let parsing := { Parser.mkParserState input.inputString with pos := since.stop }
    let read := Parser.whitespace.run input (parserContext state)
      (Parser.getTokenTable state.env) parsing
    if start ≤ read.pos then none
    else
      let place := input.fileMap.toPosition read.pos
      let line := String.Pos.Raw.extract input.inputString
        (input.fileMap.ofPosition { place with column := 0 }) read.pos
      let text := String.Pos.Raw.extract input.inputString read.pos start
      let mayStart := since.isWhole || place.column ≤ since.indent
      some { text, line := place.line, column := place.column, indent := since.indent
             leads := since.isBroken || (isBlank line && mayStart) }

/-- Runs a command as it is written; `messages` are those of its parser. -/
def runWritten (input : Parser.InputContext) (syntaxTree : Syntax) (messages : MessageLog)
    (state : Command.State) (cancel : IO.CancelToken) : BaseIO (Except Exception Step) := do
  let own := ownMessages input syntaxTree messages
  let start := { state with messages := {}, infoState := { enabled := true } }
  let reference ← ST.Prim.mkRef start
  let context : Command.Context := {
    fileName := input.fileName, fileMap := input.fileMap, snap? := none, cancelTk? := some cancel }
  let run : EIO Exception Unit := Command.elabCommandTopLevel syntaxTree context reference
  match ← run.toBaseIO with
  | .error error => return .error error
  | .ok _ =>
    let after ← ST.Prim.Ref.get reference
    let late := waitAll after.snapshotTasks 0 {}
    let trees := joinTrees (treeList after.infoState.trees) late.trees
    let told := after.messages ++ late.messages
    let told ← if lacksCode then pure (logOf (← explained after.env told.toList) {}) else pure told
    let after := { after with
      messages := state.messages ++ messages ++ told
      infoState := {}, traceState := {}, snapshotTasks := #[] }
    let after := if decidesWarnings syntaxTree then lenient after else after
    return .ok {
      syntaxTree, position := {}, trees, text := textOf input syntaxTree, skipped := none
      said := own ++ told, before := start, after }

def notRun (input : Parser.InputContext) (syntaxTree : Syntax) : Message := {
  fileName := input.fileName
  pos := input.fileMap.toPosition (syntaxTree.getPos? true |>.getD 0)
  severity := .information
  data := .ofFormat "This is not run here: the embedded Lean lacks the code of its own library." }

/--
Runs a command; `messages` are those of its parser. What `#guard_msgs` says of it does not count,
and what has to be run to be told is not run where there is no code.
-/
def runCommand (input : Parser.InputContext) (syntaxTree : Syntax) (messages : MessageLog)
    (state : Command.State) (cancel : IO.CancelToken) (skims : Bool := false) :
    BaseIO (Except Exception Step) := do
  if lacksCode && isEvaluation syntaxTree then
    let own := ownMessages input syntaxTree messages
    let told := ({} : MessageLog).add (notRun input syntaxTree)
    let after := { state with messages := state.messages ++ messages ++ told }
    return .ok {
      syntaxTree, position := {}, trees := [], text := textOf input syntaxTree, skipped := none
      said := own ++ told, before := state, after }
  let run := unguarded syntaxTree
  match ← runWritten input (if skims then withoutProof run else run) messages state cancel with
  | .error error => return .error error
  | .ok step => return .ok { step with syntaxTree }

/--
Runs the commands that are left, oldest step first; the last one ends the text, unless there is a
bound.
-/
partial def commandsSince (since : Since) (input : Parser.InputContext) (manner : Manner)
    (position : Parser.ModuleParserState) (state : Command.State) (cancel : IO.CancelToken) :
    BaseIO (Except Exception (List Step × Command.State)) := do
  let (syntaxTree, next, messages) := Parser.parseCommand input (parserContext state) position {}
  if manner.stopsAt syntaxTree then return .ok ([], state)
  match ← runCommand input syntaxTree messages state cancel manner.skims with
  | .error error => return .error error
  | .ok step =>
    let step := { step with position, skipped := since.skipped input syntaxTree state }
    if Parser.isTerminalCommand step.syntaxTree then return .ok ([step], step.after)
    match ← commandsSince (since.after input step) input manner next step.after cancel with
    | .error error => return .error error
    | .ok (steps, last) => return .ok (step :: steps, last)

/-- Runs all commands from `position` on, oldest step first; the last one ends the text. -/
def commands (input : Parser.InputContext) (position : Parser.ModuleParserState)
    (state : Command.State) (cancel : IO.CancelToken) :
    BaseIO (Except Exception (List Step × Command.State)) :=
  commandsSince { stop := position.pos } input {} position state cancel

/-- Whether a text ends with its last command, and not behind `#exit` or an `import` that is late. -/
def isEnd (step : Step) : Bool :=
  step.syntaxTree.getKind == `Lean.Parser.Command.eoi

/-- What texts start from: the project's options, and the environments of imports seen so far. -/
structure Imported where
  /-- `set_option` commands. -/
  options : String := ""
  /-- Newest first. -/
  environments : List (String × Environment) := []

def importKey (imports : Array Import) (start : Nat) : String :=
  if h : start < imports.size then
    nameString imports[start].module ++ " " ++ importKey imports (start + 1)
  else ""
termination_by imports.size - start

def findImported (key : String) : List (String × Environment) → Option Environment
  | [] => none
  | (other, environment) :: rest => if other == key then some environment else findImported key rest

/-- The environment of a file's imports, from memory where they were asked for before. -/
def environmentOf (imports : Array Import) (known : Imported) :
    IO (Environment × Imported) := do
  let key := importKey imports 0
  match findImported key known.environments with
  | some environment => return (environment, known)
  | none =>
    let environment ← importModules imports {} 0 #[] false true
    return (environment, { known with environments := (key, environment) :: known.environments })

/-- The state with the options set; one that this Lean does not know is left out. -/
def withOptions (options : String) (state : Command.State) : BaseIO Command.State := do
  if options.isEmpty then return state
  match ← commands (inputOf options) {} state (← IO.CancelToken.new) with
  | .ok (_, last) => return { last with messages := state.messages }
  | .error _ => return state

/-- Where a text's commands start, and the state in which they do. -/
structure Start where
  position : Parser.ModuleParserState
  command : Command.State
  imported : Imported

/--
Reads the header (`import` lines) of a text and loads what it imports.

Everything is loaded, private parts and proofs too, also for a text that says `module`: only so can
an audit see what the proofs of the imports rest on.
-/
def startOf (input : Parser.InputContext) (known : Imported) : IO Start := do
  let (header, position, messages) ← Parser.parseHeader input
  let imports := Elab.HeaderSyntax.imports header
  let (environment, imported) ← environmentOf imports known
  let command ← withOptions imported.options (Command.mkState environment messages {})
  return { position, command, imported }

end Prover
