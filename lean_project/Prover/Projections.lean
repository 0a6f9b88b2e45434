import Prover.Reduce

/-!
The rule `projection`: a projection names the structure of what it is taken from, by the index of
a field, and takes no data out of a proof.

Kernels before Lean 4.34 miss some of this: a structure of another name (lean4 #14576), an index cut
to 32 bits (#12746), a proposition whose sort is spelt `imax 1 0` (PR #14613) or is stuck (#14807).
-/

public section

namespace Prover.Rules

open Lean

/-- What stands before a marked projection. -/
def mark : Expr := .mvar { name := `Prover.mark }

/--
Puts a metavariable before each outermost projection. A term's own flag then says whether there is a
projection in it, and what has none is passed over; the term itself has no metavariable.
-/
def marked (term : Expr) : Expr :=
  term.replace fun
    | .proj structureName index inner => some (.app mark (.proj structureName index inner))
    | _ => none

def unmarked (term : Expr) : Expr :=
  if term.hasExprMVar then
    term.replace fun
      | .app (.mvar _) projection => some projection
      | _ => none
  else term

/-- Terms that were met, by their hashes: those without open variables, and those of one place. -/
structure Seen where
  closed : Array (List Expr)
  here : Array (List Expr)

def isMet (term : Expr) : List Expr → Bool
  | [] => false
  | other :: rest => other == term || isMet term rest

def buckets : Nat → Array (List Expr) → Array (List Expr)
  | 0, table => table
  | count + 1, table => buckets count (table.push [])

def isIn (table : Array (List Expr)) (term : Expr) : Bool :=
  let place := term.hash.toNat % table.size
  if h : place < table.size then isMet term table[place] else false

def addTo (table : Array (List Expr)) (term : Expr) : Array (List Expr) :=
  let place := term.hash.toNat % table.size
  if h : place < table.size then table.set place (term :: table[place]) else table

def Seen.none : Seen := { closed := buckets 128 #[], here := buckets 16 #[] }

/-- What was met below one more binder: only terms without open variables are the same there. -/
def Seen.below (seen : Seen) : Seen := { seen with here := buckets 16 #[] }

def Seen.contains (seen : Seen) (term : Expr) : Bool :=
  isIn (if term.hasLooseBVars then seen.here else seen.closed) term

def Seen.with (seen : Seen) (term : Expr) : Seen :=
  if term.hasLooseBVars then { seen with here := addTo seen.here term }
  else { seen with closed := addTo seen.closed term }

/--
Whether the field at an index is a proof, and so is all before it that later types depend on;
`fields` is the type of the constructor from its first field on.
-/
def onlyProofs (environment : Kernel.Environment) (binders : Binders) (structureName : Name)
    (index : Nat) (inner : Expr) (fields : Expr) (position : Nat) : Nat → Bool
  | 0 => false
  | fuel + 1 =>
    match unfold environment steps fields with
    | .forallE _ domain body _ =>
      let isLast := position == index
      let isProof := match levelOf environment binders steps domain with
        | some level => isZero level
        | none => false
      if (isLast || body.hasLooseBVar 0) && !isProof then false
      else
        isLast || onlyProofs environment binders structureName index inner
          (body.instantiate1 (.proj structureName position inner)) (position + 1) fuel
    | _ => false

/-- Why a projection breaks the rule, if it does. -/
def projectionObjection (environment : Kernel.Environment) (binders : Binders)
    (structureName : Name) (index : Nat) (inner : Expr) : Option String :=
  match shape environment structureName, typeOf environment binders steps inner with
  | none, _ => some s!"{nameString structureName} is no structure"
  | _, none => some s!"it can't be decided what a {nameString structureName} is projected from"
  | some found, some type =>
    if found.constructor.numFields ≤ index then
      some s!"{nameString structureName} has no field {index}"
    else
      let type := reduce environment binders steps type
      match head type with
      | .const name levels =>
        if name != structureName then
          some s!"what belongs to {nameString name} is taken for a {nameString structureName}"
        else sortObjection found levels (arguments type [])
      | _ => some s!"it can't be decided that something is a {nameString structureName}"
where
  sortObjection (found : Shape) (levels : List Level) (parameters : List Expr) : Option String :=
    match found.level environment levels,
        fieldsOf environment found.constructor levels parameters with
    | some level, some fields =>
      if !mayBeZero level || onlyProofs environment binders structureName index inner fields 0
          (index + 1) then none
      else some s!"it may take data out of a proof of {nameString structureName}"
    | _, _ => some s!"the sort of {nameString structureName} can't be decided"

/-- Checks the projections of a marked term; returns what was met. -/
partial def checkMarked (environment : Kernel.Environment) (binders : Binders) (term : Expr)
    (seen : Seen) : Except String Seen := do
  if !term.hasExprMVar || seen.contains term then return seen
  let seen := seen.with term
  match term with
  | .app (.mvar _) (.proj structureName index inner) =>
    let seen ← checkMarked environment binders (marked inner) seen
    match projectionObjection environment binders structureName index inner with
    | some reason => .error ("the rule `projection`: " ++ reason)
    | none => return seen
  | .app function argument =>
    let seen ← checkMarked environment binders function seen
    checkMarked environment binders argument seen
  | .lam _ type body _ => enter type none body seen
  | .forallE _ type body _ => enter type none body seen
  | .letE _ type value body _ =>
    let seen ← checkMarked environment binders value seen
    enter type (some (unmarked value)) body seen
  | .mdata _ inner => checkMarked environment binders inner seen
  | _ => return seen
where
  enter (type : Expr) (value : Option Expr) (body : Expr) (seen : Seen) : Except String Seen := do
    let seen ← checkMarked environment binders type seen
    let binder := { type := unmarked type, value }
    let below ← checkMarked environment (binder :: binders) body seen.below
    return { seen with closed := below.closed }

/-- Checks the projections of a term that stands alone and has no metavariables. -/
def checkProjections (environment : Kernel.Environment) (term : Expr) : Except String Unit := do
  let _ ← checkMarked environment [] (marked term) .none

end Prover.Rules
