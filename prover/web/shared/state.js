// A state in words: its goals, what was tried on it, and why no more.

import { make } from "./elements.js";
import { highlight } from "./lean.js";
import { counted } from "./words.js";

/** Names of the standings, by number. */
export const STANDINGS = ["open", "proved", "failed"];

/**
 * What is known of a state: its goals, why it was left alone, and all that was tried on it.
 * `open` is called with the number of a state that a tactic led to.
 */
export function stateParts(data, id, open) {
  const { states } = data;
  const goals = make("pre", "lean");
  highlight(goals, states.goals[id]);
  const tried = make("ul", "tried");
  data.tactics.state.forEach((on, number) => {
    if (on === id) tried.append(tacticLine(data, id, number, open));
  });
  const facts = [`${STANDINGS[states.standing[id]]}`, `depth ${states.depth[id]}`, foundAt(states.found[id])];
  return [
    make("h3", "", `State ${id}`),
    goals,
    make("p", "muted", facts.join(" · ")),
    make("p", "", whyNot(data, id)),
    ...(tried.children.length ? [make("h4", "", `${counted(tried.children.length, "tactic")} tried`), tried] : []),
  ];
}

function tacticLine(data, id, number, open) {
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
  for (const child of new Set(tactics.children[number])) {
    const to = make("button", "", `→ state ${child}`);
    to.type = "button";
    to.addEventListener("click", () => open(child));
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
  const rest = left ? ` ${counted(left, "candidate")} ${left === 1 ? "was" : "were"} left untried` : "";
  const place = data.waiting.findIndex(([state]) => state === id);
  const reason = () => {
    if (states.problem[id]) return `It was given up: ${states.problem[id]}`;
    if (states.standing[id] === 1) return "It is proved, so nothing more was tried.";
    if (states.standing[id] === 2) return "It failed: all that could prove it was tried, or fails itself.";
    if (place >= 0) return `${data.running ? "It is" : "When the search ended it was"} number ${place + 1} of ${data.waiting.length} in the frontier, at cost ${data.waiting[place][1]}.`;
    if (!data.needed[id]) return "No proof of the theorem needed it any more: what it was for is proved, or has failed otherwise.";
    return left === 0 ? "All its candidates were tried." : "";
  };
  return `${begun}${rest ? `${rest}.` : ""} ${reason()}`.trim();
}
