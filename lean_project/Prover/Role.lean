import Lean.Parser.Command

/-!
What a command is for.
-/

public section

namespace Prover

open Lean

inductive Role where
  /-- It declares something, as `theorem` and `mutual` do. -/
  | declaration
  /--
  It asks or tells something, as `#check` does, or makes a tool, as `elab` does: without it nothing
  is read differently, though what uses the tool fails.
  -/
  | aside
  /-- It decides how what follows is read, as `open`, `variable` and `notation` do. -/
  | scene

def isGuard (kind : SyntaxNodeKind) : Bool :=
  kind == `Lean.guardMsgsCmd

/-- Whether a command of this kind is about the command at its end. -/
def isAround (kind : SyntaxNodeKind) : Bool :=
  kind == `Lean.Parser.Command.in || isGuard kind

/-- A command without what stands around it, such as `open … in` and `#guard_msgs in`. -/
partial def inner (syntaxTree : Syntax) : Syntax :=
  match syntaxTree with
  | .node _ kind children =>
    if h : isAround kind && 0 < children.size then
      inner (children[children.size - 1]'(by simp at h; omega))
    else syntaxTree
  | leaf => leaf

/-- A command that says nothing of the messages that it is to have. -/
partial def unguarded (syntaxTree : Syntax) : Syntax :=
  match syntaxTree with
  | .node info kind children =>
    if h : isAround kind && 0 < children.size then
      let last := unguarded (children[children.size - 1]'(by simp at h; omega))
      if isGuard kind then last
      else .node info kind (children.set (children.size - 1) last (by simp at h; omega))
    else syntaxTree
  | leaf => leaf

mutual
/-- Whether messages that a command is to have are written around it. -/
partial def isGuarded (syntaxTree : Syntax) : Bool :=
  match syntaxTree with
  | .node _ kind children =>
    isGuard kind || (isAround kind && anyGuarded children 0)
  | _ => false

partial def anyGuarded (children : Array Syntax) (start : Nat) : Bool :=
  if h : start < children.size then
    isGuarded children[start] || anyGuarded children (start + 1)
  else false
end

mutual
/-- The first word of a syntax tree. -/
partial def firstWord (syntaxTree : Syntax) : Option String :=
  match syntaxTree with
  | .atom _ word => some word
  | .ident _ word _ _ => some word.toString
  | .node _ _ children => firstWordIn children 0
  | .missing => none

partial def firstWordIn (children : Array Syntax) (start : Nat) : Option String :=
  if h : start < children.size then
    match firstWord children[start] with
    | some word => some word
    | none => firstWordIn children (start + 1)
  else none
end

/-- Whether a command runs a program, which may declare anything. -/
def isProgram (syntaxTree : Syntax) : Bool :=
  let kind := (inner syntaxTree).getKind
  kind == `Lean.runCmd || kind == `Lean.runElab || kind == `Lean.runMeta

/-- Whether a command is broken off before it says what it is, as behind a comment or `private`. -/
def breaksOff (syntaxTree : Syntax) : Bool :=
  match syntaxTree with
  | .node _ _ children => isMissingFrom children 0
  | _ => true
where
  isMissingFrom (children : Array Syntax) (start : Nat) : Bool :=
    if h : start < children.size then
      match children[start] with
      | .missing => true
      | .node _ kind _ => isBefore kind && isMissingFrom children (start + 1)
      | _ => false
    else true
  termination_by children.size - start
  /-- Whether something of this kind stands before what a command is. -/
  isBefore (kind : SyntaxNodeKind) : Bool :=
    kind == `null || kind == `Lean.Parser.Command.declModifiers ||
      kind == `Lean.Parser.Command.docComment || kind == `Lean.Parser.Term.attributes ||
      kind == `Lean.Parser.Term.attrKind

/-- Commands that run compiled code and tell what came of it. -/
def isEvaluation (syntaxTree : Syntax) : Bool :=
  let kind := (inner syntaxTree).getKind
  kind == `Lean.Parser.Command.eval || kind == `Lean.Parser.Command.evalBang ||
    kind == `Lean.Parser.Command.guardCmd || isProgram syntaxTree

def isDeclaration (kind : SyntaxNodeKind) : Bool :=
  kind == `Lean.Parser.Command.declaration || kind == `Lean.Parser.Command.mutual ||
    kind == `lemma

/-- Of which kind a declaration is, as `Lean.Parser.Command.theorem`. -/
def declarationKind (syntaxTree : Syntax) : SyntaxNodeKind :=
  match inner syntaxTree with
  | .node _ `Lean.Parser.Command.declaration children =>
    if h : 1 < children.size then children[1].getKind else .anonymous
  | other => other.getKind

def roleOf (syntaxTree : Syntax) : Role :=
  let command := inner syntaxTree
  let kind := command.getKind
  if isDeclaration kind then .declaration
  else if isTool kind then .aside
  else
    match firstWord command with
    | some word =>
      if (word.startsWith "#" && isLeans kind) || makesSimproc word then .aside else .scene
    | none => .scene
where
  /-- A command of the text's own may declare anything. -/
  isLeans (kind : SyntaxNodeKind) : Bool :=
    kind.getRoot == `Lean
  isTool (kind : SyntaxNodeKind) : Bool :=
    kind == `Lean.Parser.Command.moduleDoc || kind == `Lean.Parser.Command.eoi ||
      (kind == `Lean.Parser.Command.elab && !isForTerms) ||
      kind == `Lean.Parser.Command.initialize || isTactical
  /-- Whether it says how terms are read, which may have been read in another way before. -/
  isForTerms : Bool :=
    match inner syntaxTree with
    | .node _ _ children => anyForTerms children 0
    | _ => false
  anyForTerms (children : Array Syntax) (start : Nat) : Bool :=
    if h : start < children.size then
      (match children[start] with
        | .node _ `Lean.Parser.Command.elabTail parts => namesTerm parts 0
        | _ => false) || anyForTerms children (start + 1)
    else false
  termination_by children.size - start
  namesTerm (parts : Array Syntax) (start : Nat) : Bool :=
    if h : start < parts.size then
      (match parts[start] with
        | .ident _ _ name _ => name == `term
        | _ => false) || namesTerm parts (start + 1)
    else false
  termination_by parts.size - start
  /-- An attribute that is for tactics alone. -/
  isTactical : Bool :=
    match inner syntaxTree with
    | .node _ `Lean.Parser.Command.attribute children =>
      if h : 2 < children.size then
        match firstWord children[2], children[2] with
        | some word, .node _ _ parts =>
          parts.size == 1 && (word == "simp" || word == "grind" || word == "ext")
        | _, _ => false
      else false
    | _ => false
  makesSimproc (word : String) : Bool :=
    word == "simproc" || word == "dsimproc" || word == "simproc_decl" || word == "dsimproc_decl"

end Prover
