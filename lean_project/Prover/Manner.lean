import Lean.Syntax

/-!
How the commands of a text are run, and how far.
-/

public section

namespace Prover

open Lean

/-- All of them as they are, unless it says something else. -/
structure Manner where
  /-- Whether proofs of theorems are left out. -/
  skims : Bool := false
  /-- A byte: neither the command that has it is run, nor those behind. -/
  bound : Option Nat := none
  /-- A byte: the command that has it is run, and those behind are not. -/
  last : Option Nat := none

def Manner.stopsAt (manner : Manner) (syntaxTree : Syntax) : Bool :=
  isBehind manner.bound (syntaxTree.getTailPos? true) ||
    isBehind manner.last (syntaxTree.getPos? true)
where
  isBehind : Option Nat → Option String.Pos.Raw → Bool
    | some bound, some place => bound < place.byteIdx
    | _, _ => false

/-- Whether a text is read to its end. -/
def Manner.isWhole (manner : Manner) : Bool :=
  manner.bound.isNone && manner.last.isNone

end Prover
