import Lean.Parser.Extension
import Lean.Parser.Tactic
import Lean.Parser.Term

/-!
What a tactic may not say, whatever Lean thinks of it.
-/

public section

namespace Prover

open Lean

/-- Reads a tactic sequence: several lines, `;` and `<;>` allowed. -/
def parseTactics (environment : Environment) (options : Options) (currNamespace : Name)
    (openDecls : List OpenDecl) (text : String) : Except String Syntax :=
  let input : Parser.InputContext := {
    inputString := text, fileName := "<tactic>", fileMap := FileMap.ofString text,
    endPos := text.rawEndPos, endPos_valid := by simp }
  let parser := Parser.andthenFn Parser.whitespace Parser.Tactic.tacticSeq.fn
  let state := parser.run input { env := environment, options, currNamespace, openDecls }
    (Parser.getTokenTable environment) (Parser.mkParserState text)
  if state.allErrors.size > 0 then .error (state.toErrorMsg input)
  else if input.atEnd state.pos then .ok state.stxStack.back
  else .error ((state.mkError "end of input").toErrorMsg input)

/-- Whether a keyword, like `exact?` or `simp?`, suggests a proof and is none. -/
def suggests (keyword : String) : Bool :=
  keyword == "hint" || keyword == "show_term" ||
    (keyword.endsWith "?" && keyword.length > 2 && keyword.front.isAlpha)

/-- Why a keyword has no place in a proof script. -/
def forbiddenKeyword (word : String) : Option String :=
  if suggests word then some s!"`{word}` only suggests a proof"
  else if word == "native_decide" then
    some "`native_decide` trusts the compiler, not the kernel"
  else if word == "sorry" || word == "admit" || word == "stop" then
    some "it leaves the goal unproved (`sorry`)"
  else if word == "run_tac" || word == "by_elab" || word == "run_elab" || word == "unsafe" then
    some "it runs a program of its own inside Lean"
  else if word == "set_option" then some "it sets an option"
  else if word == "include_str" then some "it reads a file"
  else none

/-- Whether a node gives a value to a field, as a tactic's configuration does. -/
def setsField (kind : Name) : Bool :=
  kind == `Lean.Parser.Tactic.posConfigItem || kind == `Lean.Parser.Tactic.valConfigItem ||
    kind == `Lean.Parser.Term.structInstLVal

def namesNative (children : Array Syntax) (start : Nat) : Bool :=
  if h : start < children.size then
    match children[start] with
    | .ident _ _ name _ => name == `native || namesNative children (start + 1)
    | _ => namesNative children (start + 1)
  else false
termination_by children.size - start

mutual
/-- The first reason why a script is not to be run, if there is one. -/
partial def forbidden (syntaxTree : Syntax) : Option String :=
  match syntaxTree with
  | .node _ kind children =>
    if setsField kind && namesNative children 0 then
      some "`native` trusts the compiler, not the kernel"
    else forbiddenIn children 0
  | .atom _ word => forbiddenKeyword word
  | .ident _ _ name _ =>
    if name == `sorryAx || name == `_root_.sorryAx then
      some "it leaves the goal unproved (`sorry`)"
    else none
  | .missing => none

partial def forbiddenIn (children : Array Syntax) (start : Nat) : Option String :=
  if h : start < children.size then
    match forbidden children[start] with
    | some reason => some reason
    | none => forbiddenIn children (start + 1)
  else none
end

end Prover
