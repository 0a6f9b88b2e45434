import Lean.CoreM
import Lean.Modifiers

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

/-- The first name between `` in a text. -/
def quotedName (text : String) : Name :=
  match text.splitOn "`" with
  | _ :: name :: _ => name.toName
  | _ => .anonymous

/-- The messages, where syntax of the text itself that has no code is said to have none and why. -/
def explained (environment : Environment) : List Message → BaseIO (List Message)
  | [] => return []
  | message :: rest => do
    let others ← explained environment rest
    let text ← message.data.toString
    if !(holds text "has not been implemented" && hasRules (quotedName text)) then
      return message :: others
    let reason := ": the embedded Lean can't make code that calls its own library; a native Lean can"
    return { message with data := .ofFormat (firstLine text ++ reason) } :: others
where
  /-- Whether the text has rules for the syntax, which Lean calls so. -/
  hasRules (kind : Name) : Bool :=
    match kind with
    | .str above last => hasRule above s!"_aux___elabRules_{last}_1" ||
        hasRule above s!"_aux___macroRules_{last}_1"
    | _ => false
  hasRule (above : Name) (rule : String) : Bool :=
    environment.contains (.str above rule) ||
      environment.contains (mkPrivateName environment (.str above rule))
  firstLine (text : String) : String :=
    match text.splitOn "\n" with
    | line :: _ => line
    | [] => text

end Prover
