import Prover.Declaration

/-!
The constants of imported modules that belong to the user's own project.

The libraries are trusted as they were compiled. A project's own modules are what its authors,
their programs, and a kernel that may have had a known hole made of them: what a proof takes from
them goes through the same rules as what a file declares, and through the kernel once more.
-/

public section

namespace Prover

open Lean Rules

/-- Whether a module belongs to Lean or to a library that many use. -/
def isLibrary (module : Name) : Bool :=
  match module.getRoot with
  | .str .anonymous root => isOneOf root ["Init", "Std", "Lean", "Lake", "Batteries", "Mathlib",
      "Aesop", "Qq", "ProofWidgets", "Plausible", "LeanSearchClient", "ImportGraph", "Cli"]
  | _ => false
where
  isOneOf (root : String) : List String → Bool
    | [] => false
    | other :: others => root == other || isOneOf root others

/-- Whether a constant comes from an imported module of the user's own project. -/
def isOfProject (imported : Environment) (name : Name) : Bool :=
  match imported.getModuleIdxFor? name with
  | some index =>
    let modules := imported.header.moduleNames
    if h : index.toNat < modules.size then !isLibrary modules[index.toNat] else true
  | none => false

/-- A name under which something that is there already can be declared again. -/
def anew : Name → Name
  | .anonymous => trial
  | .str above last => .str (anew above) last
  | .num above last => .num (anew above) last

def allAnew : List Name → List Name
  | [] => []
  | name :: names => anew name :: allAnew names

/-- A term with these constants called anew; a projection from them is not expected. -/
def termAnew (names : List Name) (term : Expr) : Expr :=
  term.replace fun
    | .const name levels => if isAmong name names then some (.const (anew name) levels) else none
    | _ => none

def rulesAnew (names : List Name) : List RecursorRule → List RecursorRule
  | [] => []
  | rule :: rules =>
    { rule with ctor := anew rule.ctor, rhs := termAnew names rule.rhs } :: rulesAnew names rules

def constructorsAnew (names : List Name) : List Constructor → List Constructor
  | [] => []
  | { name, type } :: rest =>
    { name := anew name, type := termAnew names type } :: constructorsAnew names rest

def typesAnew (names : List Name) : List InductiveType → List InductiveType
  | [] => []
  | { name, type, ctors } :: rest =>
    { name := anew name, type, ctors := constructorsAnew names ctors } :: typesAnew names rest

/-- What the kernel should make under the new names. -/
def infoAnew (names : List Name) (info : ConstantInfo) : ConstantInfo :=
  match info with
  | .inductInfo value => .inductInfo { value with
      name := anew value.name, all := allAnew value.all, ctors := allAnew value.ctors }
  | .ctorInfo value => .ctorInfo { value with
      name := anew value.name, type := termAnew names value.type, induct := anew value.induct }
  | .recInfo value => .recInfo { value with
      name := anew value.name, type := termAnew names value.type, all := allAnew value.all
      rules := rulesAnew names value.rules }
  | other => other

def checkAllAnew (environment made : Kernel.Environment) (block : List Name) :
    List Name → Except String Unit
  | [] => .ok ()
  | name :: names => do
    match environment.find? name, made.find? (anew name) with
    | some info, some again =>
      if !isSame (infoAnew block info) again then
        refuse "constant" s!"the kernel makes another {nameString name}"
    | _, _ => refuse "constant" s!"the kernel does not make {nameString name}"
    checkAllAnew environment made block names

/-- Has a block of inductive types, which is there, made again under other names. -/
def checkTypesAnew (environment : Kernel.Environment) (value : InductiveVal)
    (types : List InductiveType) (name : Name) : Except String Unit := do
  let nested := match value.all with
    | first :: _ => nestedRecursors first value.numNested
    | [] => []
  let names := declaredNames types nested
  if !isAmong name names then
    refuse "constant" s!"{nameString name} does not belong to {nameString value.name}"
  let again := .inductDecl value.levelParams value.numParams (typesAnew names types) false
  let made ← check again environment
  checkAllAnew environment made names names

/-- Checks a constant that is there; the declarations that it uses are checked elsewhere. -/
def checkAnew (environment : Kernel.Environment) (name : Name) (declaration : Declaration) :
    Except String Unit := do
  match declaration with
  | .thmDecl value => tryAnew (.thmDecl { value with name := trial })
  | .defnDecl value => tryAnew (.defnDecl { value with name := trial })
  | .opaqueDecl value => tryAnew (.opaqueDecl { value with name := trial })
  | .inductDecl _ _ types _ =>
    match types with
    | first :: _ =>
      match environment.find? first.name with
      | some (.inductInfo value) => checkTypesAnew environment value types name
      | _ => refuse "kind" "it declares no type"
    | [] => refuse "kind" "it declares no type"
  | _ => refuse "kind" "nothing else is given to the kernel"
where
  tryAnew (declaration : Declaration) : Except String Unit := do
    let _ ← check declaration environment

/--
Checks what constants of the imports rest on within the user's own modules; `above` has those that
use these, `done` those that need no check any more.
-/
partial def checkStanding (imported : Environment) (environment : Kernel.Environment)
    (names : List Name) (above done : NameSet) : Except String NameSet := do
  match names with
  | [] => return done
  | name :: rest =>
    if done.contains name || !isOfProject imported name then
      checkStanding imported environment rest above done
    else if above.contains name then .error s!"{nameString name} rests on itself"
    else
      let some info := environment.find? name | .error s!"{nameString name} is not there"
      if isAxiom info then checkStanding imported environment rest above (done.insert name)
      else
        let some made := environment.find? (declaredWith info)
          | .error s!"the type of {nameString name} is not there"
        let (declaration, used) ← declarationOf environment made
        let done ← checkStanding imported environment used (above.insert made.name) done
        match checkAnew environment name declaration with
        | .error reason => .error s!"{nameString name}: {reason}"
        | .ok _ => checkStanding imported environment rest above (done.insert name)
where
  /-- Those are looked for elsewhere. -/
  isAxiom : ConstantInfo → Bool
    | .axiomInfo _ => true
    | _ => false

end Prover
