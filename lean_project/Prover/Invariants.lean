import Prover.Projections
import Lean.Util.CollectLevelParams

/-!
What must hold of every declaration that the kernel is given, checked by code that shares nothing
with the kernel's, before the kernel sees it.

Released kernels took some of it for granted (`docs/soundness.md` has the reports). What can't be
decided is refused, with the name of the rule.
-/

public section

namespace Prover.Rules

open Lean

def refuse (rule reason : String) : Except String Unit :=
  .error s!"the rule `{rule}`: {reason}"

/-- The rule `closed`: nothing is left open in a term. -/
def checkClosed (term : Expr) : Except String Unit := do
  if term.hasFVar then refuse "closed" "it has a free variable"
  if term.hasExprMVar || term.hasLevelMVar then refuse "closed" "it has a metavariable"
  if term.hasLooseBVars then refuse "closed" "it has a loose bound variable"

def checkAllDeclared (declared : List Name) (used : Array Name) (start : Nat) :
    Except String Unit := do
  if h : start < used.size then
    if !isAmong used[start] declared then
      refuse "levels" s!"it uses the universe {nameString used[start]}, which it does not declare"
    checkAllDeclared declared used (start + 1)
termination_by used.size - start

/-- The rule `levels`: the universes that a term uses are declared. -/
def checkLevels (declared : List Name) (term : Expr) : Except String Unit :=
  if term.hasLevelParam then
    checkAllDeclared declared (collectLevelParams {} term).params 0
  else .ok ()

def checkDistinct (rule : String) : List Name → Except String Unit
  | [] => .ok ()
  | name :: names =>
    if isAmong name names then refuse rule s!"{nameString name} is declared twice"
    else checkDistinct rule names

/-- What the kernel calls the types by which it does away with nested ones. -/
def isReserved : Name → Bool
  | .str .anonymous last => last == "_nested"
  | .str above _ => isReserved above
  | .num above _ => isReserved above
  | .anonymous => false

/-- The rule `names`: each is new and the kernel's own are none of them. -/
def checkNames (environment : Kernel.Environment) : List Name → Except String Unit
  | [] => .ok ()
  | name :: names => do
    if name.isAnonymous then refuse "names" "it has none"
    if isReserved name then refuse "names" s!"the kernel reserves {nameString name}"
    if (environment.find? name).isSome then
      refuse "names" s!"{nameString name} is already declared"
    checkNames environment names

/-- What holds of the parts of any declaration. -/
def checkPart (levels : List Name) (term : Expr) : Except String Unit := do
  checkClosed term
  checkLevels levels term

/-- The rule `sort`: it can be read off, and that of propositions is spelt `Prop`. -/
def checkSort (environment : Kernel.Environment) (type : InductiveType) : Except String Unit :=
  match sortLevel environment steps type.type with
  | none => refuse "sort" s!"that of {nameString type.name} can't be decided"
  | some .zero => .ok ()
  | some level =>
    if isZero level then
      refuse "sort" <| s!"that of {nameString type.name} is `Prop`, but spelt otherwise, " ++
        "so that data might be projected out of a proof"
    else .ok ()

def isVariable (index : Nat) : Expr → Bool
  | .bvar other => other == index
  | .mdata _ term => isVariable index term
  | _ => false

/-- Whether the first of these are the outermost `count` of `depth` open variables, in order. -/
def areParameters (depth : Nat) : Nat → Nat → List Expr → Bool
  | 0, _, _ => true
  | count + 1, position, argument :: rest =>
    position < depth && isVariable (depth - 1 - position) argument &&
      areParameters depth count (position + 1) rest
  | _ + 1, _, [] => false

def isParameters : List Name → List Level → Bool
  | [], [] => true
  | name :: names, .param other :: levels => name == other && isParameters names levels
  | _, _ => false

/-- The types that one declaration makes. -/
structure Block where
  levels : List Name
  parameters : Nat
  names : List Name

def namesType (block : Block) : Expr → Bool
  | .const name _ => isAmong name block.names
  | _ => false

/-- Whether each type of the block has its own universes and parameters wherever it is named. -/
partial def isUniform (block : Block) (depth : Nat) (term : Expr) : Bool :=
  match term with
  | .app function argument =>
    if namesType block (head term) then
      holds (head term) (arguments term []) && allUniform (arguments term [])
    else isUniform block depth function && isUniform block depth argument
  | .const .. => !namesType block term || holds term []
  | .mdata _ inner => isUniform block depth inner
  | .lam _ type body _ => isUniform block depth type && isUniform block (depth + 1) body
  | .forallE _ type body _ => isUniform block depth type && isUniform block (depth + 1) body
  | .letE _ type value body _ =>
    isUniform block depth type && isUniform block depth value &&
      isUniform block (depth + 1) body
  | .proj _ _ inner => isUniform block depth inner
  | _ => true
where
  holds (type : Expr) (operands : List Expr) : Bool :=
    match type with
    | .const _ levels =>
      isParameters block.levels levels && areParameters depth block.parameters 0 operands
    | _ => false
  allUniform : List Expr → Bool
    | [] => true
    | operand :: rest => isUniform block depth operand && allUniform rest

def checkConstructors (block : Block) : List Constructor → Except String Unit
  | [] => .ok ()
  | constructor :: rest => do
    checkPart block.levels constructor.type
    if !isUniform block 0 constructor.type then
      refuse "uniform" s!"{nameString constructor.name} has a type of its block at other parameters"
    checkConstructors block rest

def checkTypes (environment : Kernel.Environment) (block : Block) :
    List InductiveType → Except String Unit
  | [] => .ok ()
  | type :: rest => do
    checkPart block.levels type.type
    checkSort environment type
    checkProjections environment type.type
    checkConstructors block type.ctors
    checkTypes environment block rest

def constructorNames : List Constructor → List Name → List Name
  | [], names => names
  | constructor :: rest, names => constructor.name :: constructorNames rest names

/-- The names of types, of their constructors, and of their own recursors, before others. -/
def declaredNames : List InductiveType → List Name → List Name
  | [], names => names
  | type :: rest, names =>
    type.name :: .str type.name "rec" :: constructorNames type.ctors (declaredNames rest names)

def typeNames : List InductiveType → List Name
  | [] => []
  | type :: rest => type.name :: typeNames rest

def checkConstant (environment : Kernel.Environment) (value : ConstantVal) :
    Except String Unit := do
  checkNames environment [value.name]
  checkDistinct "levels" value.levelParams
  checkPart value.levelParams value.type
  checkProjections environment value.type

def checkValue (environment : Kernel.Environment) (levels : List Name) (value : Expr) :
    Except String Unit := do
  checkPart levels value
  checkProjections environment value

/-- Checks a declaration before the kernel sees it. -/
def checkBefore (declaration : Declaration) (environment : Kernel.Environment) :
    Except String Unit := do
  match declaration with
  | .axiomDecl value => checkConstant environment value.toConstantVal
  | .thmDecl value =>
    checkConstant environment value.toConstantVal
    checkValue environment value.levelParams value.value
  | .defnDecl value =>
    checkConstant environment value.toConstantVal
    checkValue environment value.levelParams value.value
  | .opaqueDecl value =>
    checkConstant environment value.toConstantVal
    checkValue environment value.levelParams value.value
  | .inductDecl levels parameters types _ =>
    checkDistinct "levels" levels
    let names := declaredNames types []
    checkDistinct "names" names
    checkNames environment names
    checkTypes environment { levels, parameters, names := typeNames types } types
  | _ => refuse "kind" "nothing else is given to the kernel"

end Prover.Rules
