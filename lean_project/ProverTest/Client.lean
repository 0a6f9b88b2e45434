module

public meta import Prover.Client

/-! What the client makes of a file, of the service's lines, and of a service that isn't there. -/

public meta section

open Lean Elab Tactic Prover.Client

namespace ProverTest

/-! The file as the service is to read it -/

#guard asRead "by prove?" == "by sorry"
#guard asRead "by prove? 120\n  done" == "by sorry\n  done"
#guard asRead "suggest? \"a \\\" b\"; simp" == "sorry; simp"
#guard asRead "suggest?\n\"text\"" == "sorry\n\"text\""
#guard asRead "first | prove? | simp" == "first | sorry | simp"
#guard asRead "improve? prove?s x.prove? prove?!" == "improve? prove?s x.prove? prove?!"
#guard asRead "«prove?»" == "«prove?»"
#guard asRead "import A\npublic import Prover.Client\nimport Prover.ClientOf" ==
  "import A\n\nimport Prover.ClientOf"
#guard asRead "-- import Prover.Client" == "-- import Prover.Client"

/-- The hole of the tactic that begins and ends at these bytes. -/
def hole (text : String) (start stop : Nat) : Hole := holeAt text ⟨start⟩ ⟨stop⟩

-- A letter beyond ASCII has several bytes and, here, counts once.
#guard (hole "theorem ℓ𝔸 : p := by prove? 3\n" 26 34).text == "theorem ℓ𝔸 : p := by sorry\n"
#guard (hole "theorem ℓ𝔸 : p := by prove? 3\n" 26 34).place.column == 21
#guard (hole "a\nb\n  prove?" 6 12).place.line == 3
-- What stands before it on its line has another length there.
#guard (hole "· prove? <;> prove?" 14 20).place.column == 12
#guard (hole "prove? prove?" 0 6).text == "sorry sorry"

#guard indented "cases h\n· rfl\n\n· simp" 2 == "cases h\n  · rfl\n\n  · simp"

/-! What is sent -/

#guard (proofOf (hole "prove?" 0 6) none).body.compress ==
  "{\"file\":{\"column\":0,\"line\":1,\"text\":\"sorry\"},\"limit\":{}," ++
  "\"omit\":[\"opened\",\"expanded\"]}"
#guard (proofOf (hole "prove?" 0 6) (some 9)).body.getObjValD "limit" ==
  Json.mkObj [("seconds", 9)]
#guard (tacticsFor (hole "suggest?" 0 8) "simp").body.getObjValD "prefix" == "simp"
#guard (proofOf (hole "prove?" 0 6) none).path == "/v1/prove"
#guard (tacticsFor (hole "suggest?" 0 8) "").path == "/v1/suggest"

/-! What comes -/

/-- An answer in one line. -/
def shown : Option Answer → String
  | none => "none"
  | some (.script text) => "script " ++ text
  | some (.tactics found) => joined "tactics" found
  | some (.failure message hint) => message ++ " | " ++ hint
where
  joined (text : String) : List String → String
    | [] => text
    | item :: rest => joined (text ++ " " ++ item) rest

#guard shown (answerOfLine "{\"event\": \"waiting\", \"status\": \"loading\"}\n") == "none"
#guard shown (answerOfLine
  "{\"event\": \"result\", \"status\": \"proved\", \"script\": \"rfl\"}") == "script rfl"
#guard shown (answerOfLine
  "{\"event\": \"result\", \"status\": \"limit\", \"message\": \"60 s\", \"hint\": \"Wait.\"}") ==
  "no proof was found: 60 s | Wait."
#guard shown (answerOfLine "{\"event\": \"result\", \"status\": \"exhausted\"}") ==
  "no proof was found: exhausted | "
#guard shown (answerOfLine
  "{\"event\": \"result\", \"status\": \"refused\", \"message\": \"A proof was refused.\"}") ==
  "A proof was refused. | "
#guard shown (answerOfLine
  "{\"event\": \"result\", \"status\": \"error\", \"message\": \"bad\", \"hint\": \"Mend it.\"}") ==
  "bad | Mend it."
#guard shown (answerOfLine ("{\"event\": \"result\", \"status\": \"exhausted\", " ++
  "\"suggestions\": [{\"tactic\": \"rfl\", \"closes\": true}, {\"tactic\": \"simp\"}]}")) ==
  "tactics rfl simp"
#guard shown (answerOfLine "{\"event\": \"result\", \"status\": \"limit\", \"suggestions\": []}") ==
  "no tactic was found that works here | "
#guard shown (answerOfLine
  "{\"title\": \"Too Many Requests\", \"detail\": \"full\", \"hint\": \"Later.\"}") ==
  "Too Many Requests: full | Later."
#guard shown (answerOfLine "<html>") == "the service's answer is not understood: <html> | "
#guard shown (answerOfLine "7") == "the service's answer is not understood: 7 | "

#guard shown (failureOf "/s" 0 "") == "none"
#guard shown (failureOf "/s" 7 "curl: (7) no") ==
  "no service listens at /s | Start it with `prover serve`."
#guard shown (failureOf "/s" 3 "curl: (3) URL\n") == "curl: (3) URL\n | "

#guard userIn "Name:\tlean\nUid:\t1000\t0\t0\t0\n" == some "1000"
#guard userIn "" == none

/-! A tactic that finds no service -/

syntax (name := unansweredTactic) "unanswered?" : tactic

@[tactic unansweredTactic] def unanswered : Tactic := fun tactic =>
  suggest tactic (proofOf · none) fun _ => return .error (noService "/run/prover")

/--
error: prover: no service runs in /run/prover
Start it with `prover serve`.
-/
#guard_msgs in
example : 1 = 1 := by unanswered?

end ProverTest
