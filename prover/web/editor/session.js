// What this tab keeps over a reload: the text, the cursor and its searches.

import { ChangeSet } from "./codemirror.js";

const NAME = "prover-session";
const MOST_RUNS = 12;
const SAMPLE = `theorem add_zero_and (n : Nat) : n + 0 = n ∧ 0 + n = n := by
  sorry

theorem swap (p q : Prop) : p ∧ q → q ∧ p := by
  sorry
`;

/** What was kept, or what a new tab begins with: `{text, cursor, seconds, runs, queue}`. */
export function restored() {
  const kept = JSON.parse(sessionStorage.getItem(NAME) ?? "null");
  if (!kept) return { text: SAMPLE, cursor: SAMPLE.indexOf("sorry"), seconds: 60, runs: [], queue: null };
  for (const run of kept.runs) run.changes = ChangeSet.fromJSON(run.changes);
  return kept;
}

export function keep(session) {
  const runs = session.runs.slice(-MOST_RUNS).map((run) => ({ ...run, changes: run.changes.toJSON() }));
  sessionStorage.setItem(NAME, JSON.stringify({ ...session, runs }));
}
