// The graph of the search that is shown, with its tools, and the state that is selected.

import { part } from "../shared/elements.js";
import { handle, steer } from "../shared/hands.js";
import { stateParts } from "../shared/state.js";
import { View } from "../shared/view.js";

const view = new View(part("graph"), (id, tactic) => showState(id, tactic));
// So that scripts can ask where things are.
view.canvas.view = view;
const slider = part("step");
let shownTactics = -1;

view.stepped = (step) => {
  slider.max = view.steps;
  slider.value = step;
  part("at").textContent = `${step} of ${view.steps}`;
  part("back").disabled = step <= 0;
  part("forth").disabled = step >= view.steps;
};

/** Shows the graph of another run, or none with `why`. */
export function showGraph(graph, why = "") {
  view.show(graph);
  view.stepped(view.step);
  part("nothing").hidden = Boolean(graph);
  part("nothing").textContent = graph ? "" : why;
  for (const button of document.querySelectorAll(".tools button")) button.disabled = !graph;
  slider.disabled = !graph;
  part("state").replaceChildren();
  tellProof();
  if (graph) showState(0, null);
}

/** Shows the graph further on. */
export function growGraph(graph) {
  if (!view.data) return showGraph(graph);
  view.grow(graph);
  tellProof();
  const id = view.chosen?.id ?? 0;
  if (ownTactics(id) !== shownTactics || !graph.running) showState(id, null);
}

function tellProof() {
  part("to-proof").disabled = !view.data || !Object.keys(view.data.proof).length;
}

const ownTactics = (id) => view.data.tactics.state.filter((state) => state === id).length;

function showState(id, tactic) {
  const open = (child) => view.byId.has(child) && view.choose(view.byId.get(child), { reveal: true });
  const panel = part("state");
  const [same, top] = [panel.dataset.id === String(id), panel.scrollTop];
  shownTactics = ownTactics(id);
  panel.dataset.id = id;
  panel.replaceChildren(...stateParts(view.data, id, open));
  panel.scrollTop = same ? top : 0;
  if (tactic !== null) panel.querySelector(`[data-tactic="${tactic}"]`)?.scrollIntoView({ block: "nearest" });
}

handle(view);
steer(view, slider);
