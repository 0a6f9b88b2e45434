import Prover.Audit
import Prover.Document

/-!
Which declarations a command makes.
-/

public section

namespace Prover

open Lean Elab

mutual
/-- The declarations whose bodies were elaborated below some trees, each once, last first. -/
partial def declaredIn (trees : List InfoTree) (found : List Name) : List Name :=
  match trees with
  | [] => found
  | tree :: rest => declaredIn rest (declaredBy tree found)

partial def declaredBy (tree : InfoTree) (found : List Name) : List Name :=
  match tree with
  | .context inner tree => declaredBy tree <| match inner with
    | .parentDeclCtx name => if isAmong name found then found else name :: found
    | _ => found
  | .node _ children => declaredIn (treeList children) found
  | .hole _ => found
end

/-- Those of the declarations that the command added to the environment. -/
def Step.added (step : Step) : List Name :=
  new (declaredIn step.trees [])
where
  new : List Name → List Name
    | [] => []
    | name :: rest =>
      if (step.after.env.find? name).isSome && !(step.before.env.find? name).isSome then
        name :: new rest
      else new rest

end Prover
