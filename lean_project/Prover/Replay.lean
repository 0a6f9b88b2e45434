import Prover.Audit
import Prover.Recursors

/-!
The kernel's own check of constants and of all that they use, from the imports on.

What stands in an environment need not have been checked: options take the kernel's check away, and
programs can do without it. So nothing counts that the kernel does not accept once more here.
-/

public section

namespace Prover

open Lean

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

/-- The rule `constant`: a program has not put another constant in the place of the checked one. -/
def checkSame (source target : Kernel.Environment) (name : Name) : Except String Unit :=
  match source.find? name, target.find? name with
  | some given, some checked =>
    if isSame given checked then .ok ()
    else refuse "constant" s!"{nameString name} is another one than was checked"
  | _, _ => refuse "constant" s!"{nameString name} was not checked"

/--
Adds the constants, and whatever new ones they use, to `target` as the kernel's own work; `above` has
those that are being added, as they use these.
-/
partial def replay (source : Kernel.Environment) (names : List Name) (above : NameSet)
    (target : Kernel.Environment) : Except String Kernel.Environment := do
  match names with
  | [] => return target
  | name :: rest =>
    if (target.find? name).isSome then
      checkSame source target name
      replay source rest above target
    else if above.contains name then .error s!"{nameString name} rests on itself"
    else
      let some info := source.find? name | .error s!"the constant {nameString name} is not there"
      let some info := source.find? (declaredWith info)
        | .error s!"the type of {nameString name} is not there"
      let (declaration, used) ← declarationOf source info
      let target ← replay source used (above.insert name) target
      match check declaration target with
      | .error reason => .error s!"{nameString info.name}: {reason}"
      | .ok target =>
        checkSame source target name
        replay source rest above target

/--
Why the kernel's answers can't be relied on with these imports, if they can't: it computes with
`Init`'s numbers by name, and takes `Init`'s axioms for granted.
-/
def importObjection (imported : Environment) : Option String :=
  match imported.getModuleIdx? `Init with
  | some _ => none
  | none => some "it does without `Init`, which the kernel takes for granted"

/-- What constants rest on, with why they don't count, if they don't. -/
structure Finding where
  audit : Audit
  objection : Option String
  /-- What the kernel has accepted so far. -/
  target : Kernel.Environment

/-- Where the first audit with these imports starts. -/
def Finding.start (imported : Environment) : Finding :=
  { audit := {}, objection := none, target := imported.toKernelEnv }

/-- Audits constants, and has the kernel check what of them it had not accepted `before`. -/
def examine (imported : Environment) (source : Kernel.Environment) (names : List Name)
    (before : Finding) : Finding :=
  let found := audit imported source names before.audit.next
  let target := before.target
  match importObjection imported, objection found.axioms with
  | some reason, _ => { audit := found, objection := some reason, target }
  | none, some reason => { audit := found, objection := some reason, target }
  | none, none =>
    match replay source names {} target with
    | .error reason => { audit := found, objection := some reason, target }
    | .ok target => { audit := found, objection := none, target }

end Prover
