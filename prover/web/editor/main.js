// The page: an editor, the goals at its cursor, and the searches.

import { make, part } from "../shared/elements.js";
import { highlight } from "../shared/lean.js";
import { restsOn, sentences } from "../shared/words.js";
import { ask, events } from "./asking.js";
import { makeEditor, markTarget, showMessages } from "./editor.js";
import { growGraph, showGraph } from "./explorer.js";
import { Feedback } from "./feedback.js";
import { positionOf } from "./places.js";
import { Searches, isOver } from "./searching.js";
import { keep, restored } from "./session.js";
import { showChips, showRun } from "./telling.js";
import { watch } from "./watching.js";

const session = restored();
/** The text whose goals and messages are shown. */
let readText = null;
/** What was told last of the search under way. */
let lastNow = null;
const nonce = document.querySelector("link[nonce]").nonce;
const act = (action) => () => (action(), true);
const view = makeEditor(part("editor"), {
  text: session.text,
  cursor: session.cursor,
  nonce,
  changed(update) {
    searches.moved(update.changes);
    feedback.edited();
    age();
    part("verdict").textContent = "";
    refresh();
    save();
  },
  moved() {
    feedback.moved();
    save();
  },
  keys: [
    { key: "Mod-Enter", run: act(proveHere) },
    { key: "Mod-Shift-Enter", run: act(proveAll) },
    { key: "Mod-s", run: act(check) },
  ],
});
const feedback = new Feedback(view, showReport);
const searches = new Searches(session, view, told);

// Proving.

function proveHere() {
  searches.prove([view.state.selection.main.head], { insert: false });
  refresh();
}

async function proveAll() {
  const report = await feedback.current();
  if (!report?.holes.length) return say(report ? "There is no `sorry` in the text." : "Lean has to read the text first.");
  searches.prove(report.holes.map((hole) => positionOf(view.state.doc, hole)), { insert: true });
  refresh();
}

async function stop() {
  await searches.stop().catch((error) => say(error.message, error.hint));
}

/** Something is new about a run, or none could be started. */
function told(run, now, error) {
  if (error) say(error.message, error.hint);
  if (run && now === null && run.id === session.shown && run.status === "queued") showGraph(null, "The graph grows here as soon as Lean has opened the theorem.");
  if (run?.id === session.shown && now?.grown) growGraph(now.graph);
  if (run?.id === session.shown && now?.ended && !now.graph) showGraph(null, "There is no graph: the theorem was not opened.");
  refresh(now);
  save();
}

function refresh(now = lastNow) {
  lastNow = now;
  const run = session.runs.find((one) => one.id === session.shown) ?? null;
  showChips(session, (chosen) => choose(chosen));
  showRun(run, { now: run === searches.current ? now : null, queue: session.queue, place: searches.place(run) });
  part("prove").disabled = part("prove-all").disabled = searches.busy;
  part("stop").disabled = !searches.busy;
  const { current } = searches;
  const target = current && searches.hole(current);
  const key = target && `${target.from}-${target.to}`;
  // Not within an update of the editor itself.
  if (key !== refresh.target) queueMicrotask(() => markTarget(view, target));
  refresh.target = key;
}

/** Shows an earlier run with its graph, if the service still has it. */
async function choose(run) {
  session.shown = run.id;
  refresh();
  if (!isOver(run)) showGraph(null);
  try {
    for await (const now of watch(run.id, AbortSignal.timeout(10_000))) {
      if (session.shown === run.id) now.graph ? showGraph(now.graph) : showGraph(null, "There is no graph of this search.");
      return;
    }
  } catch (error) {
    showGraph(null, error.status === 404 ? "The service no longer has the graph of this search." : error.message);
  }
}

// What Lean says.

function showReport(report, why = "") {
  part("goals").setAttribute("aria-busy", "false");
  if (!report) {
    part("where").textContent = why;
    return;
  }
  if (report.text !== view.state.doc.toString()) return;
  const { result, messages } = report;
  showMessages(view, messages);
  const items = messages.map((message) => messageLine(message));
  part("messages").replaceChildren(...items);
  part("goals").replaceChildren(
    ...result.goals.map((goal) => {
      const box = make("pre", "lean");
      highlight(box, goal);
      return box;
    }),
  );
  const none = report.holes.length ? "No `sorry` on this line or in the declaration around it." : "No `sorry` in the text.";
  readText = report.text;
  age();
  part("where").textContent = result.goals.length ? `${result.theorem}, line ${result.line}` : result.message || none;
}

/** Marks what Lean has said of another text than the one that stands there now. */
function age() {
  const old = readText !== null && readText !== view.state.doc.toString();
  for (const name of ["goals", "messages"]) part(name).classList.toggle("old", old && part(name).children.length > 0);
}

function messageLine({ line, column, severity, text }) {
  const button = make("button", severity, make("b", "", `${line}:${column}`), ` ${text}`);
  button.type = "button";
  button.addEventListener("click", () => {
    const anchor = positionOf(view.state.doc, { line, column });
    view.dispatch({ selection: { anchor }, scrollIntoView: true });
    view.focus();
  });
  return make("li", "", button);
}

/** Checks the whole text, in a Lean in which nothing else has run. */
async function check() {
  const verdict = part("verdict");
  verdict.className = "";
  verdict.textContent = "checking …";
  const axioms = new Set();
  let trusted = 0;
  try {
    const body = { file: { text: view.state.doc.toString() } };
    for await (const event of events(await ask("POST", "/v1/check", { body }))) {
      if (event.event === "declaration") {
        trusted += event.trusted;
        for (const axiom of event.axioms) axioms.add(axiom);
      }
      if (event.event !== "result") continue;
      const accepted = event.status === "accepted";
      verdict.className = accepted ? "good" : "bad";
      verdict.textContent = accepted ? `accepted; ${restsOn([...axioms], trusted)}` : sentences(event.message, event.hint);
    }
  } catch (error) {
    verdict.className = "bad";
    verdict.textContent = sentences(error.message, error.hint);
  }
}

/** Something that stands in nothing else's place. */
function say(message, hint = "") {
  part("notice").textContent = sentences(message, hint);
  part("notice").hidden = !message;
}

// Keeping and coming back.

let saving = 0;
function save() {
  clearTimeout(saving);
  saving = setTimeout(saveNow, 150);
}

function saveNow() {
  session.text = view.state.doc.toString();
  session.cursor = view.state.selection.main.head;
  keep(session);
}

async function stand() {
  try {
    const { ready, problem, policy, lean } = await (await ask("GET", "/v1/status")).json();
    part("service").textContent = ready ? `${policy} · Lean ${lean.split(",")[0]}` : problem || "starting Lean …";
    if (!ready && !problem) setTimeout(stand, 1000);
  } catch (error) {
    part("service").textContent = "";
    say(error.message, error.hint);
  }
}

addEventListener("pagehide", saveNow);
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !searches.busy || event.defaultPrevented) return;
  event.preventDefault();
  stop();
});
part("prove").addEventListener("click", proveHere);
part("prove-all").addEventListener("click", proveAll);
part("check").addEventListener("click", check);
part("stop").addEventListener("click", stop);
part("put").addEventListener("click", () => {
  searches.put(session.runs.find((run) => run.id === session.shown));
  view.focus();
});
part("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(part("script").textContent);
  part("copy").textContent = "Copied";
  setTimeout(() => (part("copy").textContent = "Copy"), 1500);
});
part("seconds").value = session.seconds;
part("seconds").addEventListener("change", () => {
  session.seconds = Math.max(1, +part("seconds").value || 60);
  part("seconds").value = session.seconds;
  save();
});
if (navigator.platform.startsWith("Mac")) for (const key of document.querySelectorAll("kbd.mod")) key.textContent = "⌘";
const shown = session.runs.find((run) => run.id === session.shown);
if (shown && isOver(shown)) choose(shown);
else showGraph(null, "The graph of a search grows here.");
view.focus();
stand();
feedback.look();
searches.resume();
refresh();
