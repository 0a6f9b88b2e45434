module

public import Lean.Compiler.IR.EmitUtil
public import Lean.Compiler.IR.CompilerM
public import Lean.Compiler.ExportAttr
public import Lean.Environment

/-!
Gathers the code of a program's modules into one module file that the interpreter can run.

    lean --run Image.lean OUTPUT TOP FILE…

`FILE…` are the `.ir` files of the program's modules, `TOP` is the module that imports them all.

The package that the embedded Lean comes in has no compiled code for the interpreter to import, and
a program that imports its own modules in the usual way is left without theirs. So the output
imports nothing. It holds the code of every function of the program, and the code of those functions
of the library that the program calls and that the library's files have code of: the rest is built
into the binary. Each function also gets a constant of its name, because the interpreter looks for `main`
among the constants; what type that has does not matter.

The file is itself run by the embedded Lean, within its limits: no polymorphic function of the
library, therefore a search tree of its own rather than a map.
-/

open Lean

public section

/-- Functions by name, each once. -/
inductive Functions where
  | none
  | node (before : Functions) (name : Name) (function : IR.Decl) (after : Functions)

namespace Functions

def insert (name : Name) (function : IR.Decl) : Functions → Functions
  | none => node none name function none
  | node before other known after =>
    if name.quickLt other then node (before.insert name function) other known after
    else if other.quickLt name then node before other known (after.insert name function)
    else node before other known after

def contains (name : Name) : Functions → Bool
  | none => false
  | node before other _ after =>
    if name.quickLt other then before.contains name
    else if other.quickLt name then after.contains name
    else true

/-- The names, behind those of `found`. The next three keep the same order. -/
def names (found : Array Name) : Functions → Array Name
  | none => found
  | node before name _ after => after.names ((before.names found).push name)

/-- A constant for each function, of the type of a `main`. -/
def constants (found : Array ConstantInfo) : Functions → Array ConstantInfo
  | none => found
  | node before name _ after =>
    let type := .app (.const `IO []) (.const `UInt32 [])
    let constant := .axiomInfo { name, levelParams := [], type, isUnsafe := true }
    after.constants ((before.constants found).push constant)

/-- The code, as a module file has it. -/
unsafe def code (found : Array EnvExtensionEntry) : Functions → Array EnvExtensionEntry
  | none => found
  | node before _ function after => after.code ((before.code found).push (unsafeCast function))

/-- The names under which functions are exported, as a module file has them. -/
unsafe def exports (environment : Environment) (found : Array EnvExtensionEntry) :
    Functions → Array EnvExtensionEntry
  | none => found
  | node before name _ after =>
    let found := before.exports environment found
    let found := match getExportNameFor? environment name with
      | some exported => found.push (unsafeCast (name, exported))
      | .none => found
    after.exports environment found

/-- Adds the functions of a module file's entries. -/
unsafe def insertAll (entries : Array EnvExtensionEntry) (start : Nat) (known : Functions) :
    Functions :=
  if h : start < entries.size then
    let function : IR.Decl := unsafeCast entries[start]
    insertAll entries (start + 1) (known.insert function.name function)
  else known

/-- Adds a function of the library, if its code is in the library's files. -/
def insertCalled (environment : Environment) (name : Name) (known : Functions) : Functions :=
  if known.contains name then known
  else match IR.findEnvDecl environment name true with
    | some function => known.insert name function
    | .none => known

mutual
/-- Adds the functions of the library that a body calls. -/
partial def insertCalledBy (environment : Environment) (body : IR.FnBody) (known : Functions) :
    Functions :=
  match body with
  | .vdecl _ _ (.fap name _) rest =>
    insertCalledBy environment rest (insertCalled environment name known)
  | .vdecl _ _ (.pap name _) rest =>
    insertCalledBy environment rest (insertCalled environment name known)
  | .jdecl _ _ joined rest =>
    insertCalledBy environment rest (insertCalledBy environment joined known)
  | .case _ _ _ branches => insertCalledByAny environment branches 0 known
  | .ret _ => known
  | .jmp _ _ => known
  | .unreachable => known
  | other => insertCalledBy environment other.body known

partial def insertCalledByAny (environment : Environment) (branches : Array IR.Alt) (start : Nat)
    (known : Functions) : Functions :=
  if h : start < branches.size then
    let body := match branches[start] with
      | .ctor _ body => body
      | .default body => body
    insertCalledByAny environment branches (start + 1) (insertCalledBy environment body known)
  else known
end

/-- Adds the functions of the library that the functions of a module file's entries call. -/
unsafe def insertCalledByAll (environment : Environment) (entries : Array EnvExtensionEntry)
    (start : Nat) (known : Functions) : Functions :=
  if h : start < entries.size then
    let function : IR.Decl := unsafeCast entries[start]
    let known := match function with
      | .fdecl (body := body) .. => insertCalledBy environment body known
      | _ => known
    insertCalledByAll environment entries (start + 1) known
  else known

/-- The functions of some `.ir` files, whose first entries are their code. -/
unsafe def read (files : List String) (known : Functions) : IO Functions := do
  match files with
  | [] => return known
  | file :: rest =>
    let (data, _) ← readModuleData file
    if h : 0 < data.entries.size then read rest (insertAll data.entries[0].2 0 known)
    else read rest known

/-- Writes the module file that holds the functions. -/
unsafe def write (output : String) (environment : Environment) (functions : Functions) : IO Unit :=
  saveModuleData output `Image {
    isModule := true
    imports := #[]
    constNames := functions.names #[]
    constants := functions.constants #[]
    extraConstNames := #[]
    entries := #[
      (`Lean.IR.declMapExt, functions.code #[]),
      (`Lean.exportAttr, functions.exports environment #[])] }

end Functions

unsafe def main (arguments : List String) : IO UInt32 := do
  match arguments with
  | output :: top :: files =>
    enableInitializersExecution
    let own ← Functions.read files .none
    let environment ← importModules #[{ module := top.toName }] {} 0 #[] false false
    let all := Functions.insertCalledByAll environment (own.code #[]) 0 own
    all.write output environment
    IO.Process.exit 0
  | _ => return 1
