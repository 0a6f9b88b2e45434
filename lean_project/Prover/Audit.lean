import Prover.Json
import Lean.AddDecl

/-!
What a proof rests on, and its check by the kernel.
-/

public section

namespace Prover

open Lean

def appendNames (names : Array Name) (start : Nat) (rest : List Name) : List Name :=
  if h : start < names.size then names[start] :: appendNames names (start + 1) rest else rest
termination_by names.size - start

/-- The constants that a constant's type and value name, before those of `rest`. -/
def usedBy (info : ConstantInfo) (rest : List Name) : List Name :=
  let rest := match info.value? true with
    | some value => appendNames value.getUsedConstants 0 rest
    | none => rest
  let rest := match info with
    | .inductInfo value => joinNames value.ctors rest
    | _ => rest
  appendNames info.type.getUsedConstants 0 rest
where
  joinNames : List Name → List Name → List Name
    | [], rest => rest
    | name :: names, rest => name :: joinNames names rest

/-- What was found so far below some constants. -/
structure Audit where
  seen : NameSet := {}
  /-- The axioms, in the order in which they were met, last first. -/
  axioms : List Name := []
  /-- How many of the library's proofs were not loaded, and therefore not looked into. -/
  trusted : Nat := 0
  /-- A constant that isn't there. -/
  missing : Option Name := none

/-- Whether a constant was imported without its proof or body, and is no axiom. -/
def isExported (environment : Environment) (info : ConstantInfo) : Bool :=
  match info with
  | .axiomInfo value =>
    match getOriginalConstKind? environment value.name with
    | some .axiom => false
    | some _ => true
    | none => false
  | _ => false

/-- Walks everything that the constants rest on. -/
partial def audit (environment : Environment) (names : List Name) (found : Audit) : Audit :=
  match names with
  | [] => found
  | name :: rest =>
    if found.seen.contains name then audit environment rest found
    else
      let found := { found with seen := found.seen.insert name }
      match environment.find? name with
      | none => audit environment rest { found with missing := some name }
      | some info =>
        let rest := usedBy info rest
        if isExported environment info then
          audit environment rest { found with trusted := found.trusted + 1 }
        else match info with
          | .axiomInfo _ => audit environment rest { found with axioms := name :: found.axioms }
          | _ => audit environment rest found

/-- The axioms that a proof may rest on. -/
def isAllowed (name : Name) : Bool :=
  name == ``propext || name == ``Quot.sound || name == ``Classical.choice

/-- Why the axioms are not acceptable, if they aren't. -/
def objection (found : Audit) : Option String :=
  match found.missing with
  | some name => some s!"the constant {nameString name} is not there"
  | none => objectionTo found.axioms
where
  objectionTo : List Name → Option String
    | [] => none
    | name :: rest =>
      if isAllowed name then objectionTo rest
      else if name == ``sorryAx then some "it rests on a `sorry`"
      else some s!"it rests on the axiom {nameString name}"

def axiomsJson : List Name → List Json → List Json
  | [], items => items
  | name :: rest, items => axiomsJson rest ((nameString name : Json) :: items)

/-- The findings, as fields of a reply. -/
def auditFields (found : Audit) : List (String × Json) :=
  [("axioms", jsonList (axiomsJson found.axioms [])), ("trusted", (found.trusted : Json))]

/-- The declaration that makes a constant, of the kinds that a proof may add. -/
def declarationOf : ConstantInfo → Option Declaration
  | .thmInfo value => some (.thmDecl value)
  | .defnInfo value => match value.safety with
    | .safe => some (.defnDecl value)
    | _ => none
  | .opaqueInfo value => if value.isUnsafe then none else some (.opaqueDecl value)
  | _ => none

/-- Has the kernel check one declaration, whatever options say. -/
def check (declaration : Declaration) (target : Kernel.Environment) :
    Except String Kernel.Environment :=
  match target.addDecl {} declaration with
  | .ok target => .ok target
  | .error error => .error (kernelReason error)
where
  kernelReason : Kernel.Exception → String
    | .declTypeMismatch .. => "the kernel finds that the proof has another type"
    | .other message => "the kernel refuses the proof: " ++ message
    | .deepRecursion => "the kernel's recursion is too deep"
    | .deterministicTimeout => "the kernel ran out of time"
    | .excessiveMemory => "the kernel ran out of memory"
    | _ => "the kernel refuses the proof"

/--
Adds the constants, and whatever new ones they use, to `target` as the kernel's own work: nothing
that a program slipped into `source` unchecked gets through.
-/
partial def replay (source : Kernel.Environment) (names : List Name)
    (target : Kernel.Environment) : Except String Kernel.Environment :=
  match names with
  | [] => .ok target
  | name :: rest =>
    match target.find? name with
    | some _ => replay source rest target
    | none =>
      match source.find? name with
      | none => .error s!"the constant {nameString name} is not there"
      | some info =>
        match declarationOf info with
        | none => .error s!"it adds {nameString name}, which is neither a theorem nor a definition"
        | some declaration =>
          match replay source (usedBy info []) target with
          | .error error => .error error
          | .ok target =>
            match check declaration target with
            | .error error => .error error
            | .ok target => replay source rest target

end Prover
