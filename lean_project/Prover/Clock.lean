import Lean.CoreM

/-!
Asks Lean to stop when a deadline has passed. Not all of Lean listens; the parent process has the
last word.
-/

public section

namespace Prover

open Lean

/-- A deadline, in milliseconds of the monotonic clock (0 for none), and what to set after it. -/
structure Clock where
  deadline : IO.Ref Nat
  token : IO.Ref IO.CancelToken

partial def Clock.watch (clock : Clock) : BaseIO Unit := do
  IO.sleep 10
  let deadline ← ST.Prim.Ref.get clock.deadline
  if deadline > 0 && (← IO.monoMsNow) > deadline then
    ST.Prim.Ref.set clock.deadline 0
    let token ← ST.Prim.Ref.get clock.token
    token.set
  clock.watch

/-- A clock with its own thread; not a dedicated one, because the embedded Lean can't start any. -/
def Clock.start : BaseIO Clock := do
  let token ← IO.CancelToken.new
  let clock : Clock := { deadline := ← ST.Prim.mkRef 0, token := ← ST.Prim.mkRef token }
  let _ ← BaseIO.asTask clock.watch
  return clock

/-- Sets the deadline, and gives the token that tells whether it has passed. -/
def Clock.allow (clock : Clock) (milliseconds : Nat) : BaseIO IO.CancelToken := do
  let token ← IO.CancelToken.new
  ST.Prim.Ref.set clock.deadline 0
  ST.Prim.Ref.set clock.token token
  if milliseconds > 0 then
    ST.Prim.Ref.set clock.deadline ((← IO.monoMsNow) + milliseconds)
  return token

/-- Forgets the deadline. -/
def Clock.stop (clock : Clock) : BaseIO Unit :=
  ST.Prim.Ref.set clock.deadline 0

end Prover
