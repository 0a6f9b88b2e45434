// A problem in full: its statement, its proof, its graph, and what was tried on a state.

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
  part("spent").textContent = `${row.seconds.toFixed(1)} s · ${row.tactics} tactics · ${row.states} states`;
  highlight(part("statement"), (row.header ? `${row.header.trim()}\n\n` : "") + row.statement);
  part("proof").hidden = !row.script;
  highlight(part("script"), row.script ?? "");
  part("axioms").textContent = row.axioms.length ? `Axioms: ${row.axioms.join(", ")}` : "";
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

/** What is known of a state: its goals, why it was left alone, and all that was tried on it. */
function showState(data, id) {
  const { states } = data;
  const goals = make("pre", "lean");
  highlight(goals, states.goals[id]);
  const tried = make("ul", "tried");
  data.tactics.state.forEach((on, number) => {
    if (on === id) tried.append(tacticLine(data, id, number));
  });
  const facts = [`${NAMES[states.standing[id]]}`, `depth ${states.depth[id]}`, foundAt(states.found[id])];
  part("state").replaceChildren(
    make("h3", "", `State ${id}`),
    goals,
    make("p", "muted", facts.join(" · ")),
    make("p", "", whyNot(data, id)),
    ...(tried.children.length ? [make("h4", "", `${tried.children.length} tactics tried`), tried] : []),
  );
}

function tacticLine(data, id, number) {
  const { tactics, messages } = data;
  const outcome = tactics.outcome[number];
  const code = make("code", "lean");
  highlight(code, tactics.text[number]);
  const used = data.proof[id] === number;
  const line = make("li", used ? "used" : outcome, code);
  line.dataset.tactic = number;
  const likely = tactics.logprob[number] === null ? "" : ` · log-probability ${tactics.logprob[number]}`;
  const what = make("div", "what", `${used ? "in the proof · " : ""}${outcome}${likely}`);
  line.append(what, ...told(messages[tactics.message[number]]));
  const children = [...new Set(tactics.children[number])].filter((child) => view.byId.has(child));
  for (const child of children) {
    const to = make("button", "", `→ state ${child}`);
    to.type = "button";
    to.addEventListener("click", () => view.choose(view.byId.get(child), { reveal: true }));
    line.append(to);
  }
  return line;
}

const foundAt = (step) => (step ? `found at expansion ${step}` : "the theorem's own");

/** A message; of a long one its first line, until it is opened. */
function told(message) {
  if (message.length < 140 && message.split("\n").length < 4) return message ? [make("div", "what", message)] : [];
  const [first, ...rest] = message.split("\n");
  return [make("details", "what", make("summary", "", first), rest.join("\n"))];
}

/** How far the state was expanded, and why no further. */
function whyNot(data, id) {
  const { states, expansions } = data;
  const turns = expansions.state.flatMap((state, index) => (state === id ? [index] : []));
  const begun = turns.length
    ? `Expanded at ${turns.slice(0, 8).map((turn) => turn + 1).join(", ")}${turns.length > 8 ? " and later" : ""}.`
    : "Never expanded.";
  const left = turns.length ? expansions.waiting[turns[turns.length - 1]] : null;
  const rest = left ? ` ${left} candidates were left untried` : "";
  const place = data.waiting.findIndex(([state]) => state === id);
  const reason = () => {
    if (states.problem[id]) return `It was given up: ${states.problem[id]}`;
    if (states.standing[id] === 1) return "It is proved, so nothing more was tried.";
    if (states.standing[id] === 2) return "It failed: all that could prove it was tried, or fails itself.";
    if (place >= 0) return `When the search ended it was number ${place + 1} of ${data.waiting.length} in the frontier, at cost ${data.waiting[place][1]}.`;
    if (!data.needed[id]) return "No proof of the theorem needed it any more: what it was for is proved, or has failed otherwise.";
    return left === 0 ? "All its candidates were tried." : "";
  };
  return `${begun}${rest ? `${rest}.` : ""} ${reason()}`.trim();
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
slider.addEventListener("input", () => view.setStep(+slider.value));
part("back").addEventListener("click", () => view.setStep(view.step - 1));
part("forth").addEventListener("click", () => view.setStep(view.step + 1));
part("zoom-in").addEventListener("click", () => view.zoom(1.4));
part("zoom-out").addEventListener("click", () => view.zoom(1 / 1.4));
part("fit").addEventListener("click", () => view.fit());
part("to-proof").addEventListener("click", () => view.fit(view.nodes.filter((item) => item.used)));
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
