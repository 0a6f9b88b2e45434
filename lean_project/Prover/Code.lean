import Lean.CoreM

/-!
Definitions whose code can't be made.

The embedded Lean's library comes without the code of polymorphic functions, so that whatever calls
one can't be compiled there. A proof needs no code: such a definition is added like any other, and
only what runs it fails.
-/

public section

namespace Prover

open Lean

/-- Whether this Lean's library came without code. -/
def lacksCode : Bool := System.Platform.isEmscripten

/-- Whether a text holds a part. -/
partial def holds (text part : String) : Bool :=
  text.startsWith part || (!text.isEmpty && holds (text.drop 1).toString part)

/-- Whether Lean, with all of its library's code, would refuse to compile a definition too. -/
def isNoncomputable (message : String) : Bool :=
  holds message "which is 'noncomputable'" || holds message "which is `noncomputable`"

/-- Compiles as `compile` does, but leaves a definition without code where code can't be made. -/
def compileWherePossible (compile : Array Name → CoreM Unit) (names : Array Name) : CoreM Unit :=
  fun context state => do
    let before ← ST.Prim.Ref.get state
    match ← (compile names context state).toBaseIO with
    | .ok _ => return ()
    | .error error =>
      let message ← error.toMessageData.toString
      if error.isRuntime || isNoncomputable message then throw error
      ST.Prim.Ref.set state before

/-- From now on missing code is no error, where it can't be helped. -/
def allowMissingCode : BaseIO Unit := do
  if !lacksCode then return ()
  let compile ← ST.Prim.Ref.get compileDeclsRef
  ST.Prim.Ref.set compileDeclsRef (compileWherePossible compile)

end Prover
