import Prover.Document
import Prover.Goal
import Prover.Sorry
import Lean.Elab.InfoTree.Main

/-!
Finds the `sorry`s of elaborated text, and the goals that they stand for.
-/

public section

namespace Prover

open Lean Elab Meta

/-- A `sorry` in the source. -/
structure Hole where
  start : String.Pos.Raw
  stop : String.Pos.Raw
  isTerm : Bool

def holeOf (syntaxTree : Syntax) (isTerm : Bool) (rest : List Hole) : List Hole :=
  match syntaxTree.getPos? true, syntaxTree.getTailPos? true with
  | some start, some stop => { start, stop, isTerm } :: rest
  | _, _ => rest

/-- Whether syntax of this kind stands for itself, as in a macro. -/
def isQuotation (kind : SyntaxNodeKind) : Bool :=
  match kind with
  | .str _ last => last.endsWith "quot" || last.endsWith "Quot" || last.endsWith "quotSeq"
  | _ => false

/-- Whether syntax of this kind is elaborated wherever it is left out. -/
def isDefault (kind : SyntaxNodeKind) : Bool :=
  kind == `Lean.Parser.Term.binderTactic || kind == `Lean.Parser.Term.binderDefault

/-- Whether a `sorry` in syntax of this kind stands for no goal, or not for one alone. -/
def hidesHoles (kind : SyntaxNodeKind) : Bool :=
  isQuotation kind || isDefault kind || kind == `Lean.Parser.Termination.decreasingBy

mutual
/-- The `sorry`s of a syntax tree that stand for a goal, in order, before those of `rest`. -/
partial def holesOf (syntaxTree : Syntax) (rest : List Hole) : List Hole :=
  match syntaxTree with
  | .node _ kind children =>
    if hidesHoles kind then rest
    else if kind == `Lean.Parser.Term.sorry then holeOf syntaxTree true rest
    else if kind == `Lean.Parser.Tactic.tacticSorry then holeOf syntaxTree false rest
    else holesIn children 0 rest
  | _ => rest

partial def holesIn (children : Array Syntax) (start : Nat) (rest : List Hole) : List Hole :=
  if h : start < children.size then
    holesOf children[start] (holesIn children (start + 1) rest)
  else rest
end

/-- A hole's place in the elaboration. -/
structure Place where
  context : ContextInfo
  mctx : MetavarContext
  /-- The goals before a tactic; none for a term. -/
  goals : List MVarId
  /-- What is expected of a term, and where. -/
  term : Option (LocalContext × Expr)

/-- What an information node says of the hole at `position`, if it is about it. -/
def placeAt (position : String.Pos.Raw) (context : ContextInfo) (info : Info) : Option Place :=
  match info with
  | .ofTacticInfo tactic =>
    if tactic.stx.getKind == `Lean.Parser.Tactic.tacticSorry
        && tactic.stx.getPos? true == some position then
      some { context, mctx := tactic.mctxBefore, goals := tactic.goalsBefore, term := none }
    else none
  | .ofTermInfo term =>
    if term.stx.getKind == `Lean.Parser.Term.sorry && term.stx.getPos? true == some position then
      match term.expectedType? with
      | some type =>
        some { context, mctx := context.mctx, goals := [], term := some (term.lctx, type) }
      | none => none
    else none
  | _ => none

mutual
/-- The place of the hole at `position` of the text. -/
partial def findPlace (position : String.Pos.Raw) (context : Option ContextInfo) :
    List InfoTree → Option Place
  | [] => none
  | tree :: rest =>
    match findPlaceIn position context tree with
    | some place => some place
    | none => findPlace position context rest

partial def findPlaceIn (position : String.Pos.Raw) (context : Option ContextInfo)
    (tree : InfoTree) : Option Place :=
  match tree with
  | .context inner tree => findPlaceIn position (inner.mergeIntoOuter? context) tree
  | .node info children =>
    let here := match context with
      | some outer => placeAt position outer info
      | none => none
    match here with
    | some place => some place
    | none => findPlace position (info.updateContext? context) (treeList children)
  | .hole _ => none
end

/--
The context without what stands for the declaration itself, which no proof of it may use, and
without the proofs that `have` gives its names, which may not be there yet.
-/
def forgetful (context : LocalContext) (variables : Array Expr) (start : Nat)
    (kept : LocalContext) : LocalContext :=
  if h : start < variables.size then
    let kept := match context.find? variables[start].fvarId! with
      | some (.cdecl _ id name type binder kind) =>
        if kind == .auxDecl then kept else kept.mkLocalDecl id name type binder kind
      | some (.ldecl _ id name type value nondep kind) =>
        if nondep then kept.mkLocalDecl id name type .default kind
        else kept.mkLetDecl id name type value false kind
      | none => kept
    forgetful context variables (start + 1) kept
  else kept
termination_by variables.size - start

/-- The goal of a hole, as a new metavariable whose context lacks the declaration itself. -/
def openGoal (place : Place) : MetaM Packed := do
  let (context, type, instances) ← match place.term, place.goals with
    | some (context, type), _ => pure (context, type, none)
    | none, goal :: others => do
      refuseData others
      let declaration ← goal.getDecl
      pure (declaration.lctx, declaration.type, some declaration.localInstances)
    | none, [] => throwError "there is no goal at this `sorry`"
  let context := forgetful context context.getFVars 0 {}
  let instances ← match instances with
    | some instances => pure instances
    | none => instancesOf context.getFVars 0 #[] { lctx := context }
  let type ← instantiateMVars type
  let isProposition ← isPropIn context instances type
  if !isProposition then
    throwError "this `sorry` stands for data, not for the proof of a proposition"
  let goal ← mkFreshExprMVarAt context instances type
  let packed ← packGoal goal.mvarId!
  if packed.expression.hasExprMVar then
    throwError "what is to be proved at this `sorry` is not known before other parts are"
  return packed
where
  /-- A script could choose the data of goals that wait behind its own. -/
  refuseData : List MVarId → MetaM Unit
    | [] => return ()
    | goal :: rest => do
      let declaration ← goal.getDecl
      if !(← isPropIn declaration.lctx declaration.localInstances declaration.type) then
        throwError "another goal at this `sorry` stands for data; give that first"
      refuseData rest
  isPropIn (context : LocalContext) (instances : LocalInstances) (type : Expr) : MetaM Bool :=
    fun _ state core coreState =>
      isProp type { lctx := context, localInstances := instances } state core coreState
  instancesOf (variables : Array Expr) (start : Nat) (found : LocalInstances)
      (context : Meta.Context) : MetaM LocalInstances := do
    if h : start < variables.size then
      let variable_ := variables[start]
      let class? : MetaM (Option Name) := fun _ state core coreState => do
        let type ← inferType variable_ context state core coreState
        isClass? type context state core coreState
      let found := match ← class? with
        | some className => found.push { className, fvar := variable_ }
        | none => found
      instancesOf variables (start + 1) found context
    else return found
  termination_by variables.size - start

def allKnown (environment : Environment) (names : Array Name) (start : Nat) : Bool :=
  if h : start < names.size then
    (environment.find? names[start]).isSome && allKnown environment names (start + 1)
  else true
termination_by names.size - start

/--
The environment in which to prove a goal: the one before the declaration if it has all constants
that the goal names. The one at the hole may know the declaration itself already, even as a `simp`
lemma.
-/
def environmentFor (before atHole : Environment) (goal : Packed) : Environment :=
  let names := goal.expression.getUsedConstants
  if allKnown before (withoutMarks names 0 #[]) 0 then before else atHole
where
  withoutMarks (names : Array Name) (start : Nat) (kept : Array Name) : Array Name :=
    if h : start < names.size then
      let kept := if names[start] == `goal then kept else kept.push names[start]
      withoutMarks names (start + 1) kept
    else kept
  termination_by names.size - start

/-- A hole whose goal is known. -/
structure OpenHole where
  state : State
  /-- The constants that the goal and its hypotheses name. -/
  names : List Name

/-- The declarations whose `sorry` a goal rests on; the anonymous one stands for the goal's own. -/
def OpenHole.restsOn (hole : OpenHole) : List Name :=
  let environment := hole.state.snapshot.core.env
  let held := heldBySorry environment hole.names (NameSet.empty.insert hole.state.own) []
  if isAmong ``sorryAx hole.names then .anonymous :: held else held

/-- Says that a goal speaks of what has no value yet. -/
def resting : List Name → Option String
  | [] => none
  | .anonymous :: _ => some "its statement has a `sorry` in it"
  | name :: _ => some s!"its statement rests on the `sorry` of `{nameString name}`"

/-- The state at a hole, from which tactics can be run. -/
def openPlace (before : Environment) (place : Place) : BaseIO (Except String OpenHole) := do
  let info := place.context
  let own := match info.parentDecl? with
    | some name => name
    | none => .anonymous
  let context : Core.Context := {
    fileName := "<tactic>", fileMap := info.fileMap, options := info.options
    maxRecDepth := maxRecDepth.get info.options
    currNamespace := info.currNamespace, openDecls := info.openDecls
    initHeartbeats := ← IO.getNumHeartbeats }
  let core ← ST.Prim.mkRef ({ env := info.env.setExporting false, ngen := info.ngen } : Core.State)
  let metaState ← ST.Prim.mkRef ({ mctx := place.mctx } : Meta.State)
  let run : EIO Exception Packed := openGoal place {} metaState context core
  match ← run.toBaseIO with
  | .error error => return .error (← error.toMessageData.toString)
  | .ok goal =>
    let environment := environmentFor before info.env goal
    let core := { ← ST.Prim.Ref.get core with env := environment.setExporting false }
    let snapshot : Snapshot := { context, core, «meta» := ← ST.Prim.Ref.get metaState, term := {} }
    let state := { snapshot := snapshot.quiet, goals := [goal.goal], own }
    return .ok { state, names := appendNames goal.expression.getUsedConstants 0 [] }

end Prover
