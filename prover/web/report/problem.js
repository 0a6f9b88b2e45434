// A problem in full: its statement, its proof, its graph, and what was tried on a state.

import { part } from "../shared/elements.js";
import { handle, steer } from "../shared/hands.js";
import { highlight } from "../shared/lean.js";
import { stateParts } from "../shared/state.js";
import { View } from "../shared/view.js";
import { counted, restsOn } from "../shared/words.js";
import { graphOf, rows } from "./data.js";
import { body, lines, listed } from "./table.js";

const dialog = part("problem");
const slider = part("step");
const view = new View(part("graph"), (id, tactic) => {
  showState(view.data, id);
  const line = tactic === null ? null : part("state").querySelector(`[data-tactic="${tactic}"]`);
  (line ?? part("state")).scrollIntoView({ block: line ? "center" : "start" });
});
// So that scripts can ask where things are.
view.canvas.view = view;
let current = -1;

async function openProblem(number) {
  current = number;
  const row = rows[number];
  part("name").textContent = row.name;
  part("way").textContent = row.way;
  part("way").className = `way ${row.way.replaceAll(" ", "-")}`;
  part("spent").textContent = `${row.seconds.toFixed(1)} s · ${counted(row.tactics, "tactic")} · ${counted(row.states, "state")}`;
  highlight(part("statement"), (row.header ? `${row.header.trim()}\n\n` : "") + row.statement);
  const script = row.script ?? row.refusal?.script;
  part("proof").hidden = !script;
  part("proof-title").textContent = row.script ? "Proof" : "Refused";
  highlight(part("script"), script ?? "");
  part("axioms").textContent = row.script ? `Rests on ${restsOn(row.axioms, row.trusted)}` : row.refusal?.reason ?? "";
  part("message").textContent = row.message;
  part("message").hidden = !row.message;
  part("state").replaceChildren();
  const order = listed();
  part("previous").disabled = order.indexOf(number) <= 0;
  part("next").disabled = order.indexOf(number) === order.length - 1;
  if (!dialog.open) dialog.showModal();
  document.querySelector("aside").scrollTop = 0;
  history.replaceState(null, "", `#${encodeURIComponent(row.name)}`);
  const data = await graphOf(number);
  if (current === number) showGraph(data);
}

function showGraph(data) {
  const nothing = part("nothing");
  nothing.hidden = Boolean(data);
  nothing.textContent = data ? "" : "There is no graph: Lean did not open the theorem, or its trace was not kept.";
  slider.max = data ? data.expansions.state.length : 0;
  slider.disabled = !data;
  part("to-proof").disabled = !data || !Object.keys(data.proof).length;
  view.show(data);
  view.stepped(view.step);
  if (data) showState(data, 0);
  dialog.dataset.shown = current;
}

view.stepped = (step) => {
  slider.value = step;
  part("at").textContent = `${step} of ${slider.max}`;
  part("back").disabled = step <= 0;
  part("forth").disabled = step >= +slider.max;
};

function showState(data, id) {
  const open = (child) => view.byId.has(child) && view.choose(view.byId.get(child), { reveal: true });
  part("state").replaceChildren(...stateParts(data, id, open));
}

function step(by) {
  const order = listed();
  const to = order[order.indexOf(current) + by];
  if (to !== undefined) openProblem(to);
}

handle(view);
body.addEventListener("click", (event) => {
  const line = event.target.closest("tr");
  if (line && !getSelection().toString()) openProblem(+line.dataset.row);
});
steer(view, slider);
part("previous").addEventListener("click", () => step(-1));
part("next").addEventListener("click", () => step(1));
part("close").addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => {
  history.replaceState(null, "", location.pathname + location.search);
  lines.find((line) => +line.dataset.row === current)?.querySelector("button").focus();
  current = -1;
});
const linked = rows.findIndex((row) => `#${encodeURIComponent(row.name)}` === location.hash);
if (linked >= 0) openProblem(linked);
