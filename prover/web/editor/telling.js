// The searches in words: which there are, how the one that is shown stands, its proof.

import { make, part } from "../shared/elements.js";
import { highlight } from "../shared/lean.js";
import { counted, restsOn, sentences } from "../shared/words.js";
import { isOver } from "./searching.js";

/** A button for each search, the latest last. */
export function showChips(session, choose) {
  const chips = session.runs.map((run) => {
    const chip = make("button", `way ${run.status}`, `${run.name || `line ${run.line}`}`);
    chip.type = "button";
    chip.title = `${run.name} line ${run.line}: ${run.status}`;
    chip.setAttribute("aria-pressed", String(run.id === session.shown));
    chip.addEventListener("click", () => choose(run));
    return make("li", "", chip);
  });
  part("runs").hidden = chips.length < 2;
  part("runs").replaceChildren(...chips);
}

/** How a run stands; `place` is where its proof goes, if that is still there. */
export function showRun(run, { now, queue, place }) {
  part("status").textContent = run ? standing(run, now, queue) : "Put the cursor at a `sorry` and press Prove.";
  part("status").className = run?.status ?? "";
  const proved = run?.status === "proved";
  const script = proved ? run.script : run?.refusal?.script;
  part("proof").hidden = !script;
  if (!script) return;
  if (part("script").textContent !== script) highlight(part("script"), script);
  part("axioms").textContent = proved ? restsOn(run.axioms, run.trusted ?? 1) : `refused: ${run.refusal.reason}`;
  part("put").hidden = !proved;
  part("put").disabled = !place;
  part("put").textContent = place ? "Put into the text" : run.put ? "Put into the text ✓" : "The text has changed";
}

const latest = (events, name) => events?.findLast((event) => event.event === name);

/** Seconds of the search itself, which are what was allowed; to start Lean and to check takes longer. */
const spent = (run, seconds = 0) => Math.min(seconds, run.most ?? Infinity);

function standing(run, now, queue) {
  const which = `${run.name ? `${run.name}, ` : ""}line ${run.line}`;
  const rest = queue && queue.total > 1 ? ` · ${queue.total - queue.rest.length} of ${queue.total} holes` : "";
  if (isOver(run)) {
    const more = run.status === "limit" && run.limit === "seconds" ? "Allow it more seconds above" : "";
    const message = run.status === "proved" ? "checked by a fresh Lean" : sentences(run.message, run.hint, more);
    return `${which}: ${run.status} · ${spent(run, run.seconds).toFixed(1)} s${message ? ` · ${message}` : ""}${rest}`;
  }
  if (run.status === "queued") return `${which}: waiting for its turn${rest}`;
  const progress = latest(now?.events, "progress");
  if (!progress && latest(now?.events, "loading") && !latest(now?.events, "accepted")) return `${which}: Lean is being started …${rest}`;
  const numbers = progress ? ` · ${counted(progress.tactics, "tactic")} · ${counted(progress.states, "state")}` : "";
  return `${which}: searching · ${spent(run, now?.seconds).toFixed(0)} s${numbers}${rest}`;
}
