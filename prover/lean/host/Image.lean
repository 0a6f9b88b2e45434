module
public import Lean.Compiler.IR.EmitUtil
public import Lean.Compiler.IR.CompilerM
public import Lean.Compiler.ExportAttr
public import Lean.Environment
open Lean
public section

inductive Tree where
  | leaf
  | node (left : Tree) (key : Name) (decl : IR.Decl) (right : Tree)

def Tree.insert (key : Name) (decl : IR.Decl) : Tree → Tree
  | leaf => node leaf key decl leaf
  | node l k d r =>
    if key.quickLt k then node (l.insert key decl) k d r
    else if k.quickLt key then node l k d (r.insert key decl)
    else node l k d r

def Tree.contains (key : Name) : Tree → Bool
  | leaf => false
  | node l k _ r =>
    if key.quickLt k then l.contains key
    else if k.quickLt key then r.contains key
    else true

def Tree.names (out : Array Name) : Tree → Array Name
  | leaf => out
  | node l k _ r => r.names ((l.names out).push k)

def Tree.infos (out : Array ConstantInfo) : Tree → Array ConstantInfo
  | leaf => out
  | node l k _ r => r.infos ((l.infos out).push (.axiomInfo { name := k, levelParams := [], type := .app (.const `IO []) (.const `UInt32 []), isUnsafe := true }))

unsafe def Tree.entries (out : Array EnvExtensionEntry) : Tree → Array EnvExtensionEntry
  | leaf => out
  | node l _ d r => r.entries ((l.entries out).push (unsafeCast d))

unsafe def Tree.exports (env : Environment) (out : Array EnvExtensionEntry) : Tree → Array EnvExtensionEntry
  | leaf => out
  | node l k _ r =>
    let out := l.exports env out
    r.exports env (match getExportNameFor? env k with | some n => out.push (unsafeCast (k, n)) | none => out)

unsafe def addAll (entries : Array EnvExtensionEntry) (i : Nat) (t : Tree) : Tree :=
  if h : i < entries.size then
    let d : IR.Decl := unsafeCast entries[i]
    addAll entries (i+1) (t.insert d.name d)
  else t

def shew : Name → String
  | .anonymous => ""
  | .str p s => shew p ++ "." ++ s
  | .num p n => shew p ++ "." ++ toString n
partial def shewAll (names : Array Name) (i : Nat) (out : String) : String :=
  if h : i < names.size then shewAll names (i+1) (out ++ "\n" ++ shew names[i]) else out

def addName (env : Environment) (n : Name) (t : Tree) : Tree :=
  if t.contains n then t else match IR.findEnvDecl env n true with
    | some d => t.insert n d
    | none => t

mutual
partial def addBody (env : Environment) (b : IR.FnBody) (t : Tree) : Tree :=
  match b with
  | .vdecl _ _ (.fap f _) b => addBody env b (addName env f t)
  | .vdecl _ _ (.pap f _) b => addBody env b (addName env f t)
  | .jdecl _ _ v b => addBody env b (addBody env v t)
  | .case _ _ _ alts => addAlts env alts 0 t
  | .ret _ => t
  | .jmp _ _ => t
  | .unreachable => t
  | b => addBody env b.body t
partial def addAlts (env : Environment) (alts : Array IR.Alt) (i : Nat) (t : Tree) : Tree :=
  if h : i < alts.size then
    match alts[i] with
    | .ctor _ b => addAlts env alts (i+1) (addBody env b t)
    | .default b => addAlts env alts (i+1) (addBody env b t)
  else t
end

partial def addRefsOf (env : Environment) (decls : Array EnvExtensionEntry) (i : Nat) (t : Tree) : Tree :=
  if h : i < decls.size then
    let d : IR.Decl := unsafe unsafeCast decls[i]
    match d with
    | .fdecl (body := b) .. => addRefsOf env decls (i+1) (addBody env b t)
    | _ => addRefsOf env decls (i+1) t
  else t

unsafe def readAll (files : List String) (t : Tree) : IO Tree := do
  match files with
  | [] => return t
  | f :: fs =>
    let (data, _) ← readModuleData f
    if h : 0 < data.entries.size then
      readAll fs (addAll (data.entries[0]).2 0 t)
    else readAll fs t

unsafe def main (args : List String) : IO UInt32 := do
  match args with
  | out :: top :: files =>
    let stdout ← IO.getStdout
    enableInitializersExecution
    let t ← readAll files .leaf
    stdout.putStrLn ("own " ++ toString (t.names #[]).size)
    let env ← importModules #[{ module := top.toName }] {} 0 #[] false false
    let t := addRefsOf env (t.entries #[]) 0 t
    stdout.putStrLn ("all " ++ toString (t.names #[]).size)
    let names := t.names #[]
    saveModuleData out `Image { isModule := true, imports := #[], constNames := names, constants := t.infos #[], extraConstNames := #[], entries := #[(`Lean.IR.declMapExt, t.entries #[]), (`Lean.exportAttr, t.exports env #[])] }

    IO.Process.exit 0
  | _ => return 0
