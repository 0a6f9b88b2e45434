import Prover.Audit
import Prover.Recursors

/-!
One declaration: how it stands in an environment, and its check by our rules and by the kernel.
-/

public section

namespace Prover

open Lean Rules

/-- Has our rules and the kernel check one declaration, whatever options say. -/
def check (declaration : Declaration) (target : Kernel.Environment) :
    Except String Kernel.Environment := do
  checkBefore declaration target
  match target.addDecl {} declaration with
  | .error error => .error (kernelReason error)
  | .ok made =>
    checkAfter declaration target made
    return made
where
  kernelReason : Kernel.Exception → String
    | .declTypeMismatch .. => "the kernel finds that it has another type"
    | .other message => "the kernel refuses it: " ++ message
    | .deepRecursion => "the kernel's recursion is too deep"
    | .deterministicTimeout => "the kernel ran out of time"
    | .excessiveMemory => "the kernel ran out of memory"
    | _ => "the kernel refuses it"

/-- The constructors of these names, and the constants that their types use. -/
def constructors (source : Kernel.Environment) :
    List Name → List Name → Except String (List Constructor × List Name)
  | [], used => .ok ([], used)
  | name :: names, used => do
    let some info := source.find? name | .error s!"the constructor {nameString name} is not there"
    let (others, used) ← constructors source names used
    return ({ name, type := info.type } :: others, appendNames info.type.getUsedConstants 0 used)

/-- The inductive types of these names, and the constants that their declaration uses. -/
def inductiveTypes (source : Kernel.Environment) :
    List Name → List Name → Except String (List InductiveType × List Name)
  | [], used => .ok ([], used)
  | name :: names, used => do
    let some (.inductInfo value) := source.find? name
      | .error s!"the inductive type {nameString name} is not there"
    let (others, used) ← inductiveTypes source names used
    let (ctors, used) ← constructors source value.ctors used
    let used := appendNames value.type.getUsedConstants 0 used
    return ({ name, type := value.type, ctors } :: others, used)

def without (excluded : List Name) : List Name → List Name
  | [] => []
  | name :: names =>
    if isAmong name excluded then without excluded names else name :: without excluded names

/-- The constant whose declaration makes a constant: for a constructor or recursor, its type. -/
def declaredWith : ConstantInfo → Name
  | .ctorInfo value => value.induct
  | .recInfo value =>
    match value.all with
    | name :: _ => name
    | [] => value.name
  | info => info.name

/-- The declaration that makes a constant, and the constants that it uses. -/
def declarationOf (source : Kernel.Environment) (info : ConstantInfo) :
    Except String (Declaration × List Name) :=
  match info with
  | .thmInfo value => .ok (.thmDecl value, usedBy info [])
  | .defnInfo value =>
    match value.safety with
    | .safe => .ok (.defnDecl value, usedBy info [])
    | _ => unfit
  | .opaqueInfo value =>
    if value.isUnsafe then unfit else .ok (.opaqueDecl value, usedBy info [])
  | .inductInfo value => do
    if value.isUnsafe then unfit
    let (types, used) ← inductiveTypes source value.all []
    let declaration := .inductDecl value.levelParams value.numParams types false
    return (declaration, without value.all used)
  | _ => unfit
where
  unfit {α : Type} : Except String α :=
    .error s!"it uses {nameString info.name}, which is neither a theorem nor a safe definition"

def sameNames : List Name → List Name → Bool
  | [], [] => true
  | name :: names, other :: others => name == other && sameNames names others
  | _, _ => false

/-- Whether two constants are the same in all that the kernel goes by. -/
def isSame (first second : ConstantInfo) : Bool :=
  first.name == second.name && sameNames first.levelParams second.levelParams &&
    first.type == second.type &&
    match first, second with
    | .axiomInfo first, .axiomInfo second => first.isUnsafe == second.isUnsafe
    | .thmInfo first, .thmInfo second => first.value == second.value
    | .defnInfo first, .defnInfo second =>
      first.value == second.value && first.safety == second.safety
    | .opaqueInfo first, .opaqueInfo second =>
      first.value == second.value && first.isUnsafe == second.isUnsafe
    | .quotInfo _, .quotInfo _ => true
    | .inductInfo first, .inductInfo second =>
      sameNames first.all second.all && sameNames first.ctors second.ctors &&
        first.numParams == second.numParams && first.numIndices == second.numIndices &&
        first.isRec == second.isRec && first.isUnsafe == second.isUnsafe
    | .ctorInfo first, .ctorInfo second => first == second
    | .recInfo first, .recInfo second => first == second
    | _, _ => false

end Prover
