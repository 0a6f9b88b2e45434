import Lean.Data.Json
import Lean.Data.Name
import Lean.PrivateName

/-!
What the worker needs to read requests and to write replies.

The embedded Lean has no code of the library's polymorphic functions, so the worker is written with
monomorphic functions, constructors and its own recursions: see `docs/architecture.md`.
-/

public section

namespace Prover

open Lean

/-- A name as its author wrote it, without escapes for the reader of a goal. -/
def nameString (name : Name) : String :=
  (Std.format (privateToUserName name)).pretty

def isAmong (name : Name) : List Name → Bool
  | [] => false
  | other :: rest => other == name || isAmong name rest

/-- A field that must be a string. -/
def stringField (request : Json) (field : String) : Except String String := do
  let value ← request.getObjVal? field
  value.getStr?

/-- A field that must be a natural number. -/
def natField (request : Json) (field : String) : Except String Nat := do
  let value ← request.getObjVal? field
  value.getNat?

/-- A field that may be a natural number. -/
def natField? (request : Json) (field : String) : Option Nat :=
  match natField request field with
  | .ok value => some value
  | .error _ => none

/-- A field that says yes or no; no where it is missing. -/
def flagField (request : Json) (field : String) : Bool :=
  match request.getObjVal? field with
  | .ok (.bool value) => value
  | _ => false

def arrayToList (items : Array Json) (start : Nat) : List Json :=
  if h : start < items.size then items[start] :: arrayToList items (start + 1) else []
termination_by items.size - start

/-- A field that must be an array. -/
def listField (request : Json) (field : String) : Except String (List Json) := do
  let value ← request.getObjVal? field
  let items ← value.getArr?
  return arrayToList items 0

/-- The items of an array of strings. -/
def strings : List Json → Except String (List String)
  | [] => return []
  | item :: rest => do
    let text ← item.getStr?
    let texts ← strings rest
    return text :: texts

/-- The items of an array of natural numbers. -/
def naturals : List Json → Except String (List Nat)
  | [] => return []
  | item :: rest => do
    let number ← item.getNat?
    let numbers ← naturals rest
    return number :: numbers

def listArray : List Json → Array Json → Array Json
  | [], items => items
  | item :: rest, items => listArray rest (items.push item)

/-- A JSON array from a list. -/
def jsonList (items : List Json) : Json :=
  .arr (listArray items #[])

/-- A reply that says what went wrong. -/
def failure (kind message : String) : Json :=
  Json.mkObj [("failure", kind), ("message", message)]
end Prover
