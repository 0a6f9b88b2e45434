import Prover.Audit

/-!
What rests on a `sorry`, as far as a statement's meaning goes.
-/

public section

namespace Prover

open Lean

/-- The declaration that Lean made a constant for: itself, where its author wrote it. -/
partial def writtenFor (name : Name) : Name :=
  match name with
  | .str above _ => if name.isInternalDetail then writtenFor above else name
  | .num above _ => writtenFor above
  | .anonymous => name

def isImported (environment : Environment) (name : Name) : Bool :=
  environment.getModuleIdxFor? name matches some _

/-- What a constant means something by: of a theorem that its author wrote, not the proof. -/
def meansBy (info : ConstantInfo) (rest : List Name) : List Name :=
  match info with
  | .thmInfo value =>
    if value.name.isInternalDetail then usedBy info rest
    else appendNames value.type.getUsedConstants 0 rest
  | _ => usedBy info rest

/-- The text's own declarations below some constants that hold a `sorry`, each once. -/
partial def heldBySorry (environment : Environment) (names : List Name) (seen : NameSet)
    (found : List Name) : List Name :=
  match names with
  | [] => found
  | name :: rest =>
    if seen.contains name || isImported environment name then
      heldBySorry environment rest seen found
    else
      let seen := seen.insert name
      match environment.find? name with
      | none => heldBySorry environment rest seen found
      | some info =>
        let written := writtenFor name
        let holds := isAmong ``sorryAx (meansBy info []) && !isAmong written found
        let found := if holds then written :: found else found
        heldBySorry environment (meansBy info rest) seen found

/-- Whether constants hold a `sorry`, themselves or in what was declared with them. -/
partial def holdSorry (before after : Environment) (names : List Name) (seen : NameSet) : Bool :=
  match names with
  | [] => false
  | name :: rest =>
    if name == ``sorryAx then true
    else if seen.contains name || before.contains name then holdSorry before after rest seen
    else
      match after.find? name with
      | none => holdSorry before after rest (seen.insert name)
      | some info => holdSorry before after (usedBy info rest) (seen.insert name)

end Prover
