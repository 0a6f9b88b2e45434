import Prover.Standing

/-!
The kernel's own check of constants and of all that they use, from the imports on.

What stands in an environment need not have been checked: options take the kernel's check away, and
programs can do without it. So nothing counts that the kernel does not accept once more here.
-/

public section

namespace Prover

open Lean Rules

/-- The rule `constant`: a program has not put another constant in the place of the checked one. -/
def checkSame (source target : Kernel.Environment) (name : Name) : Except String Unit :=
  match source.find? name, target.find? name with
  | some given, some checked =>
    if isSame given checked then .ok ()
    else refuse "constant" s!"{nameString name} is another one than was checked"
  | _, _ => refuse "constant" s!"{nameString name} was not checked"

/-- What was checked so far. -/
structure Checked where
  /-- The imports, and what the kernel has accepted on top of them. -/
  target : Kernel.Environment
  /-- The constants of the user's own imported modules that were checked. -/
  standing : NameSet := {}

/--
Adds the constants, and whatever new ones they use, to the target as the kernel's own work, and
checks what they use of the user's own modules; `above` has those that are being added.
-/
partial def replay (imported : Environment) (source : Kernel.Environment) (names : List Name)
    (above : NameSet) (checked : Checked) : Except String Checked := do
  match names with
  | [] => return checked
  | name :: rest =>
    if (checked.target.find? name).isSome then
      checkSame source checked.target name
      let standing ← checkStanding imported checked.target [name] {} checked.standing
      replay imported source rest above { checked with standing }
    else if above.contains name then .error s!"{nameString name} rests on itself"
    else
      let some info := source.find? name | .error s!"the constant {nameString name} is not there"
      let some info := source.find? (declaredWith info)
        | .error s!"the type of {nameString name} is not there"
      let (declaration, used) ← declarationOf source info
      let checked ← replay imported source used (above.insert name) checked
      match check declaration checked.target with
      | .error reason => .error s!"{nameString info.name}: {reason}"
      | .ok target =>
        checkSame source target name
        replay imported source rest above { checked with target }

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
  checked : Checked

/-- The imports, and what the kernel has accepted on top of them. -/
def Finding.target (finding : Finding) : Kernel.Environment := finding.checked.target

/-- Where the first audit with these imports starts. -/
def Finding.start (imported : Environment) : Finding :=
  { audit := {}, objection := none, checked := { target := imported.toKernelEnv } }

/-- Audits constants, and has the kernel check what of them it had not accepted `before`. -/
def examine (imported : Environment) (source : Kernel.Environment) (names : List Name)
    (before : Finding) : Finding :=
  let found := audit imported source names before.audit.next
  let checked := before.checked
  match importObjection imported, objection found.axioms with
  | some reason, _ => { audit := found, objection := some reason, checked }
  | none, some reason => { audit := found, objection := some reason, checked }
  | none, none =>
    match replay imported source names {} checked with
    | .error reason => { audit := found, objection := some reason, checked }
    | .ok checked => { audit := found, objection := none, checked }

end Prover
