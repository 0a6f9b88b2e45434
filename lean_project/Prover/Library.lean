import Prover.Clock
import Prover.Restate
import Prover.Store

/-!
The modules of the installed library, and the theorems of one of them.
-/

public section

namespace Prover

open Lean

/-- States the constants from `start` on, one reply for each theorem. -/
partial def Worker.restate (worker : Worker) (clock : Clock) (number milliseconds : Nat)
    (environment : Environment) (constants : Array ConstantInfo) (start : Nat) : IO Unit := do
  if h : start < constants.size then
    let cancel ← clock.allow milliseconds
    let command := Elab.Command.mkState environment {} {}
    let header := { text := "", imported := environment, command : Header }
    match ← Stating.theorem { environment, header, cancel } constants[start] with
    | some fields => worker.reply number fields
    | none => pure ()
    clock.stop
    worker.restate clock number milliseconds environment constants (start + 1)

def plainImports (imports : Array Import) (start : Nat) (plain : Array Import) : Array Import :=
  if h : start < imports.size then
    plainImports imports (start + 1) (plain.push { module := imports[start].module })
  else plain
termination_by imports.size - start

def importNames (imports : Array Import) (start : Nat) : List Json :=
  if h : start < imports.size then
    (nameString imports[start].module : Json) :: importNames imports (start + 1)
  else []
termination_by imports.size - start

/-- `theorems`: states the theorems of a module; the result has what the module imports. -/
def Worker.theorems (worker : Worker) (clock : Clock) (number milliseconds : Nat)
    (module : String) : IO Json := do
  let file ← findOLean module.toName
  let (data, _) ← readModuleData file
  let imports := plainImports data.imports 0 #[]
  let environment ← importModules imports {} 0 #[] false true
  worker.restate clock number milliseconds environment data.constants 0
  return Json.mkObj [("imports", jsonList (importNames imports 0))]

mutual
/-- The modules whose files lie at a path or below it. -/
partial def modulesAt (folder : System.FilePath) (name : Name) (found : List Json) :
    IO (List Json) := do
  let found := if ← (folder.addExtension "olean").pathExists then
    (nameString name : Json) :: found else found
  if ← folder.isDir then modulesIn (← folder.readDir) 0 name found else return found

partial def modulesIn (entries : Array IO.FS.DirEntry) (start : Nat) (name : Name)
    (found : List Json) : IO (List Json) := do
  if h : start < entries.size then
    let path : System.FilePath := entries[start].fileName
    let found ← match path.fileStem, path.extension with
      | some stem, some "olean" => modulesAt (entries[start].root / stem) (.str name stem) found
      | some stem, none => belowFolder (entries[start].root / stem) (.str name stem) found
      | _, _ => pure found
    modulesIn entries (start + 1) name found
  else return found

/-- The modules in a folder that no module is named after; the others are found with theirs. -/
partial def belowFolder (folder : System.FilePath) (name : Name) (found : List Json) :
    IO (List Json) := do
  if ← (folder.addExtension "olean").pathExists then return found else modulesAt folder name found
end

def pathOf (root : System.FilePath) : Name → System.FilePath
  | .str above last => pathOf root above / last
  | _ => root

/-- `modules`: the installed modules that are called so or whose names start so. -/
def modulesBelow (roots : List System.FilePath) (name : Name) : IO (List Json) := do
  match roots with
  | [] => return []
  | root :: rest =>
    modulesAt (pathOf root name) name (← modulesBelow rest name)

end Prover
