import Prover.Json
import Prover.Snapshot
import Lean.AuxRecursor
import Lean.Meta.AbstractMVars
import Lean.Meta.CollectMVars

/-!
How goals are described to the search, told apart by key, and split into independent states.
-/

public section

namespace Prover

open Lean Meta

/-- Width at which types are printed. -/
def width : Nat := 100

/-- The head of a type: a constant's name, `∀` or `→` for the two kinds of function type. -/
def headOf (type : Expr) : MetaM String := do
  let type ← try whnfR type catch _ => pure type
  match type with
  | .forallE _ _ body _ => return if body.hasLooseBVars then "∀" else "→"
  | _ =>
    match type.getAppFn with
    | .const name _ => return nameString name
    | .sort .zero => return "Prop"
    | .sort _ => return "Type"
    | _ => return ""

/-- What `cases` and `induction` make of a type: how many cases, and whether recursive ones. -/
def inductiveFields (type : Expr) : MetaM (List (String × Json)) := do
  let type ← try whnfR type catch _ => pure type
  match type.getAppFn with
  | .const name _ =>
    match (← getEnv).find? name with
    | some (.inductInfo value) =>
      return [("constructors", (value.numCtors : Json)), ("recursive", (value.isRec : Json))]
    | _ => return []
  | _ => return []

def printed (expression : Expr) : MetaM String := do
  return (← ppExpr expression).pretty width

/-- A hypothesis as the search sees it. -/
def hypothesisJson (declaration : LocalDecl) : MetaM Json := do
  let type ← instantiateMVars declaration.type
  let fields ← inductiveFields type
  let fields :=
    if declaration.userName.hasMacroScopes then ("accessible", (false : Json)) :: fields else fields
  let fields ← match declaration with
    | .ldecl (value := value) (nondep := false) .. => do
      let value ← instantiateMVars value
      pure (("value", (← printed value : Json)) :: fields)
    | _ => pure fields
  let erased := declaration.userName.eraseMacroScopes
  return Json.mkObj <|
    ("name", (nameString erased : Json)) ::
    ("type", (← printed type : Json)) ::
    ("head", (← headOf type : Json)) ::
    ("proposition", (← isProp type : Json)) :: fields

/-- Hypotheses that the user sees, oldest first. -/
def hypothesesJson (context : LocalContext) (variables : Array Expr) (start : Nat) :
    MetaM (List Json) := do
  if h : start < variables.size then
    let rest := hypothesesJson context variables (start + 1)
    match context.find? variables[start].fvarId! with
    | some declaration =>
      if declaration.isImplementationDetail then rest
      else
        let json ← hypothesisJson declaration
        return json :: (← rest)
    | none => rest
  else
    return []
termination_by variables.size - start

/-- The names that `intro` would find in the target, with whether each is a proposition's. -/
def bindersJson (fuel : Nat) (type : Expr) : MetaM (List Json) := do
  match fuel, type with
  | fuel + 1, .forallE name domain body _ =>
    let proposition ←
      if domain.hasLooseBVars then pure false else try isProp domain catch _ => pure false
    let json := Json.mkObj [
      ("name", (nameString name.eraseMacroScopes : Json)),
      ("dependent", (body.hasLooseBVar 0 : Json)),
      ("proposition", (proposition : Json))]
    return json :: (← bindersJson fuel body)
  | _, _ => return []

/-- Whether a constant was made by the file at hand, and by its author rather than by Lean. -/
def isOwn (environment : Environment) (name : Name) : Bool :=
  match environment.getModuleIdxFor? name with
  | some _ => false
  | none => !(name.isInternalDetail || isAuxRecursor environment name
      || isAuxRecursor environment name.getPrefix || isNoConfusion environment name)

def constructorsJson : List Name → List Json
  | [] => []
  | name :: rest => (nameString name : Json) :: constructorsJson rest

def appendConstants (names : Array Name) (start : Nat) (rest : List Name) : List Name :=
  if h : start < names.size then names[start] :: appendConstants names (start + 1) rest else rest
termination_by names.size - start

/-- A constant's name as it can be written here, where another may have the same. -/
def writtenName (name : Name) : MetaM String := do
  let text ← printed (.const name [])
  return if text.startsWith "@" then (text.drop 1).toString else text

/-- The file's own definitions and inductive types among the constants and below them. -/
partial def definitionsJson (environment : Environment) (names : List Name) (seen : NameSet) :
    MetaM (List Json) := do
  match names with
  | [] => return []
  | name :: rest =>
    if seen.contains name || (environment.getModuleIdxFor? name matches some _) then
      definitionsJson environment rest seen
    else
      let seen := seen.insert name
      match environment.find? name with
      | some (.defnInfo value) =>
        let rest := appendConstants value.value.getUsedConstants 0 rest
        let others ← definitionsJson environment rest seen
        if isOwn environment name then
          let written ← writtenName name
          return Json.mkObj [("name", (written : Json)), ("constructors", jsonList [])] :: others
        return others
      | some (.inductInfo value) =>
        let written ← writtenName name
        let json := Json.mkObj [("name", (written : Json)),
          ("constructors", jsonList (constructorsJson value.ctors))]
        return json :: (← definitionsJson environment rest seen)
      | _ => definitionsJson environment rest seen

/-- The constants that a goal names, in its target and in what is known. -/
def constantsOf (context : LocalContext) (variables : Array Expr) (start : Nat)
    (rest : List Name) : MetaM (List Name) := do
  if h : start < variables.size then
    let rest ← constantsOf context variables (start + 1) rest
    match context.find? variables[start].fvarId! with
    | some declaration =>
      let type ← instantiateMVars declaration.type
      return appendConstants type.getUsedConstants 0 rest
    | none => return rest
  else return rest
termination_by variables.size - start

/-- One goal with its hypotheses, described in its own context. -/
def goalJson (declaration : MetavarDecl) (key : String) : MetaM Json := do
  let target ← instantiateMVars declaration.type
  let hypotheses ← hypothesesJson declaration.lctx declaration.lctx.getFVars 0
  let constants ← constantsOf declaration.lctx declaration.lctx.getFVars 0 []
  let constants := appendConstants target.getUsedConstants 0 constants
  return Json.mkObj [
    ("hypotheses", jsonList hypotheses),
    ("target", (← printed target : Json)),
    ("head", (← headOf target : Json)),
    ("binders", jsonList (← bindersJson 12 target)),
    ("definitions", jsonList (← definitionsJson (← getEnv) constants {})),
    ("key", (key : Json))]

def packHypotheses (context : LocalContext) (variables : Array Expr) (start : Nat) (pack : Expr) :
    MetaM Expr := do
  if h : start < variables.size then
    match context.find? variables[start].fvarId! with
    | some declaration =>
      let name :=
        if declaration.userName.hasMacroScopes then "✝" else nameString declaration.userName
      let type ← instantiateMVars declaration.type
      let pack := .app (.app pack (.lit (.strVal name))) type
      let pack ← match declaration with
        | .ldecl (value := value) .. => do
          let value ← instantiateMVars value
          pure (.app pack value)
        | _ => pure pack
      packHypotheses context variables (start + 1) pack
    | none => packHypotheses context variables (start + 1) pack
  else
    return pack
termination_by variables.size - start

/-- A goal as one expression: names and types of its hypotheses in order, then the target. -/
def pack (declaration : MetavarDecl) (start : Expr) : MetaM Expr := do
  let target ← instantiateMVars declaration.type
  let packed ← packHypotheses declaration.lctx declaration.lctx.getFVars 0 start
  return .app packed target

/--
The key of a packed goal: free variables become their positions and metavariables are numbered in
order, so that the key says what the goal *is*, not how it was reached or how it is printed.
-/
def keyOf (packed : Expr) (variables : Array Expr) : MetaM String := do
  let closed ← if packed.hasMVar then
      let abstracted ← abstractMVars packed
      pure abstracted.expr
    else pure packed
  let text := (closed.abstract variables).dbgToString
  return toString text.hash

/-- A goal, packed, and the metavariables that it mentions (itself among them). -/
structure Packed where
  goal : MVarId
  declaration : MetavarDecl
  expression : Expr
  mentions : Array MVarId

def packGoal (goal : MVarId) : MetaM Packed := do
  let declaration ← goal.getDecl
  let expression ← pack declaration (.const `goal [])
  let mentions ← if expression.hasExprMVar then getMVarsNoDelayed expression else pure #[]
  return { goal, declaration, expression, mentions := mentions.push goal }

def packGoals : List MVarId → MetaM (List Packed)
  | [] => return []
  | goal :: rest => do
    let packed ← packGoal goal
    return packed :: (← packGoals rest)

def mentioned (item : MVarId) (items : Array MVarId) (start : Nat) : Bool :=
  if h : start < items.size then
    if items[start] == item then true else mentioned item items (start + 1)
  else false
termination_by items.size - start

def meets (first second : Array MVarId) (start : Nat) : Bool :=
  if h : start < first.size then
    if mentioned first[start] second 0 then true else meets first second (start + 1)
  else false
termination_by first.size - start

/-- How many of the goals one must take, from the first on, to have all that meet `goal`. -/
def reach (goal : Packed) : List Packed → (position last : Nat) → Nat
  | [], _, last => last
  | other :: rest, position, last =>
    reach goal rest (position + 1) (if meets goal.mentions other.mentions 0 then position else last)

/--
Takes the first group of goals that must stay together: the shortest prefix none of whose goals
shares a metavariable with a goal outside it. Groups are runs of neighbours, so that a script can
prove them one after the other in Lean's own order.
-/
partial def firstGroup (goals : List Packed) (position last : Nat) (group : List Packed) :
    List Packed × List Packed :=
  match goals with
  | [] => (group, [])
  | goal :: rest =>
    if position > last then (group, goals)
    else
      let last := reach goal rest (position + 1) last
      match firstGroup rest (position + 1) last [] with
      | (taken, left) => (goal :: taken, left)

partial def groups (goals : List Packed) : List (List Packed) :=
  match goals with
  | [] => []
  | _ =>
    match firstGroup goals 0 0 [] with
    | (group, rest) => group :: groups rest

def packedGoals : List Packed → List MVarId
  | [] => []
  | item :: rest => item.goal :: packedGoals rest

def variablesOf : List Packed → Array Expr
  | [] => #[]
  | item :: rest => appendVariables item.declaration.lctx.getFVars 0 (variablesOf rest)
where
  appendVariables (variables : Array Expr) (start : Nat) (all : Array Expr) : Array Expr :=
    if h : start < variables.size then
      appendVariables variables (start + 1) (all.push variables[start])
    else all
  termination_by variables.size - start

def packTogether : List Packed → Expr
  | [] => .const `state []
  | item :: rest => .app (packTogether rest) item.expression

/-- The key of a group of goals. -/
def groupKey (group : List Packed) : MetaM String :=
  keyOf (packTogether group) (variablesOf group)
end Prover
