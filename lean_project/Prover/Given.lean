import Prover.Audit
import Prover.Declared

/-!
The names that a command gives to what it declares.
-/

public section

namespace Prover

open Lean

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

/-- The names among the children of a node, by themselves or in a list. -/
partial def identsIn (children : Array Syntax) (start : Nat) (rest : List Name) : List Name :=
  if h : start < children.size then
    let others := identsIn children (start + 1) rest
    match children[start] with
    | .ident _ _ name _ => name :: others
    | .node _ `null parts => identsIn parts 0 others
    | _ => others
  else rest

mutual
/-- The names of the constructors and fields that a command declares, as they are written. -/
partial def memberNames (syntaxTree : Syntax) (rest : List Name) : List Name :=
  match syntaxTree with
  | .node _ kind children =>
    if isMember kind then identsIn children 0 rest else memberNamesIn children 0 rest
  | _ => rest
where
  isMember (kind : SyntaxNodeKind) : Bool :=
    kind == `Lean.Parser.Command.ctor || kind == `Lean.Parser.Command.structSimpleBinder ||
      kind == `Lean.Parser.Command.structExplicitBinder ||
      kind == `Lean.Parser.Command.structImplicitBinder ||
      kind == `Lean.Parser.Command.structInstBinder

partial def memberNamesIn (children : Array Syntax) (start : Nat) (rest : List Name) :
    List Name :=
  if h : start < children.size then
    memberNames children[start] (memberNamesIn children (start + 1) rest)
  else rest
end

/-- The names behind another. -/
def behind (above : Name) : List Name → List Name
  | [] => []
  | .str _ last :: rest => .str above last :: behind above rest
  | _ :: rest => behind above rest

end Prover
