import Prover.Gate

/-! What the gate says of scripts, with a native Lean. -/

open Lean Prover

/-- The byte of the `sorry` at the end of a declaration. -/
def holeAt (declaration : String) : Nat :=
  declaration.utf8ByteSize - "sorry".utf8ByteSize

/-- Prints what the gate decides of a statement, which ends in `:= by`, with a script. -/
def decideIn (header statement script : String) (options : String := "") : IO Unit := do
  let cancel ← IO.CancelToken.new
  let declaration := statement ++ "\n  sorry"
  let claim : Claim := {
    declaration, offset := holeAt declaration, filled := statement ++ "\n  " ++ script, script }
  let (outcome, _) ← elaborateHeader header { options } cancel
  match outcome with
  | .error problem => IO.println problem.kind
  | .ok header =>
    match ← decideClaim header claim { heartbeats := 200000, cancel } with
    | .error problem => IO.println problem.kind
    | .ok (.error reason) => IO.println s!"refused: {reason}"
    | .ok (.ok _) => IO.println "accepted"

/-- info: accepted -/
#guard_msgs in
#eval decideIn "" "theorem t (a b : Nat) : a + b = b + a := by" "omega"

/-- info: accepted -/
#guard_msgs in
#eval decideIn "" "theorem t (p : Prop) (h : p) : p := by" "exact h"

/-- info: refused: it rests on the axiom lie -/
#guard_msgs in
#eval decideIn "axiom lie : False\n" "theorem t : 1 = 2 := by" "exact lie.elim"

/-- info: accepted -/
#guard_msgs in
#eval decideIn "" "theorem t : x = x := by" "rfl"

/-- info: declaration -/
#guard_msgs in
#eval decideIn "" "theorem t : x = x := by" "rfl" (options := "set_option autoImplicit false\n")
