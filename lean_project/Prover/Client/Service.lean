module

public meta import Init.Data.String.Legacy
public meta import Lean.Data.Json
public meta import Lean.CoreM
public meta import Prover.Client.Message

/-!
How the service is reached. Core Lean has no Unix sockets, so `curl` is run. The body goes through
its standard input, as it may be longer than an argument may be.
-/

public meta section

namespace Prover.Client

open Lean

/-- An answer that comes line by line. -/
structure Stream where
  /-- The next line; empty at the end. -/
  line : IO String
  /-- Frees what is behind it. When it has `ended` by itself: the reason, if there is one. -/
  close : (ended : Bool) → IO (Option Answer)

/-- Sends a request to the service; or says why it can't. -/
abbrev Transport := Request → IO (Except Answer Stream)

/-- Milliseconds after which we look again whether a line has come, or the user has gone on. -/
def pause : UInt32 := 20

/-- The user's number, from what Linux says of a process. -/
def userIn (status : String) : Option String :=
  match status.splitOn "\nUid:\t" with
  | [_, rest] =>
    match rest.splitOn "\t" with
    | user :: _ => some user
    | [] => none
  | _ => none

/-- Where the user's runtime folder may be: where the environment says, or where systemd makes it. -/
def runtimes : IO (List System.FilePath) := do
  let told : System.FilePath := (← IO.getEnv "XDG_RUNTIME_DIR").getD ""
  let status ← (IO.FS.readFile "/proc/self/status").toBaseIO
  let user := status.toOption.bind userIn
  return told :: (user.map (("/run/user" : System.FilePath) / ·)).toList

/-- The folder of the service's socket, as `prover serve` chooses it. -/
def folder : IO System.FilePath := do
  for runtime in ← runtimes do
    if runtime.isAbsolute && (← runtime.isDir) then return runtime / "prover"
  let cache : System.FilePath := (← IO.getEnv "XDG_CACHE_HOME").getD ""
  if cache.isAbsolute then return cache / "prover" / "run"
  return ((← IO.getEnv "HOME").getD "" : System.FilePath) / ".cache" / "prover" / "run"

def howToStart : String := "Start it with `prover serve`."

def noService (place : String) : Answer :=
  .failure s!"no service runs in {place}" howToStart

/-- What the end of `curl` says. -/
def failureOf (socket : String) (code : UInt32) (said : String) : Option Answer :=
  match code with
  | 0 => none
  -- It could not connect: what is there was left by a service that has ended.
  | 7 => some (.failure s!"no service listens at {socket}" howToStart)
  | 28 => some (.failure "the service has said nothing for half a minute"
      "See `prover serve --status`.")
  | _ => some (.failure said "")

def arguments (socket path : String) : Array String :=
  go ["--disable", "--silent", "--show-error", "--no-buffer", "--noproxy", "*",
    "--unix-socket", socket, "--connect-timeout", "5",
    -- A service that lives says so every two seconds.
    "--speed-limit", "1", "--speed-time", "30",
    "--header", "Content-Type: application/json", "--data-binary", "@-",
    "http://localhost" ++ path] #[]
where
  go : List String → Array String → Array String
    | [], all => all
    | item :: rest, all => go rest (all.push item)

/-- The socket of the service, from the file in its folder that says how to reach it. -/
def socketIn (folder : System.FilePath) : IO (Except Answer String) := do
  let file := folder / "serve.json"
  match ← (IO.FS.readFile file).toBaseIO with
  | .error _ => return .error (noService folder.toString)
  | .ok text =>
    match Json.parse text with
    | .ok json => return .ok (textOf json "socket")
    | .error _ => return .error (.failure s!"{file} is not understood" "Start the service again.")

/-- Sends a request with `curl` to the service at a socket. -/
def curl (socket : String) (request : Request) : IO Stream := do
  let child ← IO.Process.spawn {
    cmd := "curl", args := arguments socket request.path
    stdin := .piped, stdout := .piped, stderr := .piped, setsid := true }
  let (input, child) ← child.takeStdin
  -- If that fails, `curl` has ended, and says why.
  let _ ← (input.putStr request.body.compress).toBaseIO
  let _ ← input.flush.toBaseIO
  return {
    line := do
      let line ← child.stdout.getLine
      return line
    close := fun ended => do
      if ended then
        let said ← child.stderr.readToEnd
        return failureOf socket (← child.wait) said
      -- It may have ended by itself meanwhile.
      let _ ← child.kill.toBaseIO
      let _ ← child.wait.toBaseIO
      return none }

/-- Sends a request to the service that this user has started. -/
def toService : Transport := fun request => do
  match ← socketIn (← folder) with
  | .ok path =>
    let stream ← curl path request
    return .ok stream
  | .error failure => return .error failure

/-- What reading an answer comes to. -/
inductive Read where
  | answer (answer : Answer)
  | ended
  | cancelled

/-- What a task gives, or nothing when the user has gone on first. -/
partial def waitFor (task : Task (Except IO.Error String)) (cancelled : BaseIO Bool) :
    IO (Option String) := do
  if ← cancelled then return none
  if ← IO.hasFinished task then
    match task.get with
    | .ok line => return some line
    | .error error => throw error
  IO.sleep pause
  waitFor task cancelled

/-- Reads until the service has answered. -/
partial def read (stream : Stream) (cancelled : BaseIO Bool) : IO Read := do
  match ← waitFor (← BaseIO.asTask stream.line.toBaseIO .dedicated) cancelled with
  | none => return .cancelled
  | some "" => return .ended
  | some line =>
    match answerOfLine line with
    | some answer => return .answer answer
    | none => read stream cancelled

/-- The answer that comes on a stream, which is closed then; nothing when the user has gone on. -/
def answerOf (stream : Stream) (cancelled : BaseIO Bool) : IO (Option Answer) := do
  match ← (read stream cancelled).toBaseIO with
  | .ok .ended =>
    match ← stream.close true with
    | some failure => return some failure
    | none => return some (.failure "the service ended before it had an answer" "Ask again.")
  | .ok (.answer answer) =>
    let _ ← stream.close false
    return some answer
  | .ok .cancelled =>
    let _ ← stream.close false
    return none
  | .error error =>
    let _ ← stream.close false
    throw error

/-- The service's answer; nothing when the user has gone on. -/
def ask (transport : Transport) (request : Request) (cancelled : BaseIO Bool) :
    IO (Option Answer) := do
  match ← transport request with
  | .ok stream => answerOf stream cancelled
  | .error failure => return some failure

end Prover.Client
