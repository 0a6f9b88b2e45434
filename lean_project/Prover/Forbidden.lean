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

/-- Whether an atom is a keyword like `exact?` or `simp?`, which suggests a proof and is none. -/
def suggests (keyword : String) : Bool :=
  keyword == "hint" || keyword == "show_term" ||
    (keyword.endsWith "?" && keyword.length > 2 && keyword.front.isAlpha)

/-- Why a node of this kind has no place in a proof script. -/
def forbiddenKind (kind : Name) : Option String :=
  if kind == `Lean.Parser.Term.sorry || kind == `Lean.Parser.Tactic.tacticSorry
      || kind == `Lean.Parser.Tactic.tacticAdmit || kind == `Lean.Parser.Tactic.tacticStop_ then
    some "it leaves the goal unproved (`sorry`)"
  else if kind == `Lean.Parser.Tactic.runTac || kind == `Lean.Parser.Term.byElab
      || kind == `Lean.Parser.Term.runElab || kind == `Lean.Parser.Term.unsafe then
    some "it runs a program of its own inside Lean"
  else if kind == `Lean.Parser.Tactic.nativeDecide then
    some "`native_decide` trusts the compiler, not the kernel"
  else if kind == `Lean.Parser.Tactic.set_option || kind == `Lean.Parser.Term.set_option then
    some "it sets an option"
  else none

/-- Why an identifier or keyword has no place in a proof script. -/
def forbiddenWord (word : String) : Option String :=
  if suggests word then some s!"`{word}` only suggests a proof"
  else if word == "native_decide" || word == "native" then
    some "`native_decide` trusts the compiler, not the kernel"
  else if word == "sorry" || word == "admit" || word == "sorryAx" || word == "stop" then
    some "it leaves the goal unproved (`sorry`)"
  else if word == "run_tac" || word == "by_elab" || word == "unsafe" || word == "eval_expr" then
    some "it runs a program of its own inside Lean"
  else if word == "set_option" then some "it sets an option"
  else none

mutual
/-- The first reason why a script is not to be run, if there is one. -/
partial def forbidden (syntaxTree : Syntax) : Option String :=
  match syntaxTree with
  | .node _ kind children =>
    match forbiddenKind kind with
    | some reason => some reason
    | none => forbiddenIn children 0
  | .atom _ word => forbiddenWord word
  | .ident _ _ name _ => forbiddenWord (Std.format name).pretty
  | .missing => none

partial def forbiddenIn (children : Array Syntax) (start : Nat) : Option String :=
  if h : start < children.size then
    match forbidden children[start] with
    | some reason => some reason
    | none => forbiddenIn children (start + 1)
  else none
end

end Prover
