import Prover.Document
import Prover.Store

/-! Names, JSON, and the texts that continue one another. -/

open Lean Prover

#guard nameString `a.b == "a.b"
#guard (jsonList [(1 : Nat), (2 : Nat)]).compress == "[1,2]"
#guard (failure "hole" "none").compress == "{\"failure\":\"hole\",\"message\":\"none\"}"

#guard continues "open Nat\n" "open Nat\ndef a := 1\n"
#guard !continues "open Nat" "open Nat Int"
#guard !continues "open Nat\n" "open Nat\n  Int\n"
#guard !continues "open Nat\n" "open Nat\n"

#guard importKey #[{ module := `Init }, { module := `Mathlib.Tactic }] 0 == "Init Mathlib.Tactic "
