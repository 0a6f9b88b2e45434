import Prover.Role

/-!
Leaves out proofs of theorems, where only what they state matters: for a search, never for the gate.

What a theorem states is settled before its proof is elaborated, and nothing that follows looks into
a proof by tactics. Whether a term is `rfl` matters to `dsimp`, so other proofs stay.
-/

public section

namespace Prover

open Lean

def sorryTerm : Syntax :=
  .node .none `Lean.Parser.Term.sorry #[.atom .none "sorry"]

def isByTactics (proof : Syntax) : Bool :=
  proof.getKind == `Lean.Parser.Term.byTactic || proof.getKind == `Lean.Parser.Term.byTactic'

/-- What stands behind `:=` without the proof, unless helpers or a termination proof follow it. -/
def withoutBody (value : Syntax) : Syntax :=
  match value with
  | .node info `Lean.Parser.Command.declValSimple children =>
    if h : 3 < children.size then
      if isByTactics children[1] && (firstWord children[2]).isNone && (firstWord children[3]).isNone
      then .node info `Lean.Parser.Command.declValSimple (children.set 1 sorryTerm)
      else value
    else value
  | other => other

/-- A command that states a theorem, without the proof; another one as it is. -/
partial def withoutProof (syntaxTree : Syntax) : Syntax :=
  match syntaxTree with
  | .node info kind children =>
    if h : 0 < children.size then
      let last := children[children.size - 1]
      let changed := if kind == `Lean.Parser.Command.theorem then withoutBody last
        else if kind == `lemma then inGroup last
        else if isAround kind || kind == `Lean.Parser.Command.declaration then withoutProof last
        else last
      .node info kind (children.set (children.size - 1) changed)
    else syntaxTree
  | leaf => leaf
where
  inGroup (group : Syntax) : Syntax :=
    match group with
    | .node info kind children =>
      if h : 0 < children.size then
        .node info kind (children.set (children.size - 1) (withoutBody children[children.size - 1]))
      else group
    | leaf => leaf

end Prover
