import Prover.Invariants
import Lean.AddDecl

/-!
What a proof rests on.
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
  /-- What of the imports this audit and earlier ones have walked: with a constant, all below it. -/
  walked : NameSet := {}
  /-- The axioms that earlier audits have met. -/
  met : List Name := []
  /-- Whether all that was met was there with its proof or body. -/
  whole : Bool := true

def joinNames : List Name → List Name → List Name
  | [], rest => rest
  | name :: names, rest => joinNames names (if isAmong name rest then rest else name :: rest)

/--
Where the next audit of the same imports starts. If something was not loaded, all is walked again.
-/
def Audit.next (found : Audit) : Audit :=
  if found.whole then
    { walked := found.walked, met := joinNames found.axioms found.met }
  else {}

def allAmong (known : List Name) : List Name → Bool
  | [] => true
  | name :: rest => isAmong name known && allAmong known rest

/--
Whether nothing new can be found below a constant of the imports: earlier audits have walked it, and
all axioms that they met have been found this time too.
-/
def Audit.foretells (found : Audit) (name : Name) : Bool :=
  found.walked.contains name && allAmong found.axioms found.met

/-- Whether a constant of the imports came without its proof or body, and is no axiom. -/
def isExported (imported : Environment) (info : ConstantInfo) : Bool :=
  match info with
  | .axiomInfo value =>
    match getOriginalConstKind? imported value.name with
    | some .axiom => false
    | some _ => true
    | none => false
  | _ => false

/-- The kernel takes these for what the compiled code of their arguments gives. -/
def trustsCompiler (name : Name) : Bool :=
  name == ``Lean.reduceBool || name == ``Lean.reduceNat

/--
Walks everything that the constants of `source` rest on. Nothing but the imports says what a
constant of theirs is: `source` may come from a program. A constant that is nowhere is a private one
of the library, or the kernel refuses what uses it.
-/
partial def audit (imported : Environment) (source : Kernel.Environment) (names : List Name)
    (found : Audit) : Audit :=
  match names with
  | [] => found
  | name :: rest =>
    if found.seen.contains name then audit imported source rest found
    else
      let found := { found with seen := found.seen.insert name }
      match imported.find? name, source.find? name with
      | some info, _ =>
        if found.foretells name then audit imported source rest found else
        let found := { found with walked := found.walked.insert name }
        if trustsCompiler name then
          audit imported source (``Lean.trustCompiler :: rest) found
        else if isExported imported info then
          audit imported source (usedBy info rest) (withoutProof found)
        else audit imported source (usedBy info rest) (withAxiom info found)
      | none, some info => audit imported source (usedBy info rest) (withAxiom info found)
      | none, none => audit imported source rest { found with whole := false }
where
  withoutProof (found : Audit) : Audit :=
    { found with trusted := found.trusted + 1, whole := false }
  withAxiom (info : ConstantInfo) (found : Audit) : Audit :=
    match info with
    | .axiomInfo value => { found with axioms := value.name :: found.axioms }
    | _ => found

/-- The axioms that a proof may rest on, which `Init` has. -/
def isAllowed (name : Name) : Bool :=
  name == ``propext || name == ``Quot.sound || name == ``Classical.choice

/-- Why the axioms are not acceptable, if they aren't. -/
def objection (axioms : List Name) : Option String :=
  match axioms with
  | [] => none
  | name :: rest =>
    if isAllowed name then objection rest
    else if name == ``sorryAx then some "it rests on a `sorry`"
    else some s!"it rests on the axiom {nameString name}"

def axiomsJson : List Name → List Json → List Json
  | [], items => items
  | name :: rest, items => axiomsJson rest ((nameString name : Json) :: items)

/-- The findings, as fields of a reply. -/
def auditFields (found : Audit) : List (String × Json) :=
  [("axioms", jsonList (axiomsJson found.axioms [])), ("trusted", (found.trusted : Json))]

end Prover
