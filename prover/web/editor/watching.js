// A run as it goes on: asked for again and again, so that a page that comes back later, or many at
// once, see the same.

import { ask } from "./asking.js";

const EVERY = 400;
const PATIENCE = 5;
const GROWING = {
  states: ["goals", "found", "depth"],
  tactics: ["state", "step", "text", "logprob", "outcome", "message", "children"],
  expansions: ["state", "cost", "waiting"],
};

/**
 * Yields `{status, seconds, events, graph, grown}` until the run has ended or `signal` is aborted:
 * `graph` as reports have it, or null, and whether it has `grown`. Raises `Refused`.
 */
export async function* watch(run, signal) {
  let graph = null;
  for (let failures = 0; !signal.aborted; ) {
    let now;
    try {
      now = await (await ask("GET", `/v1/runs/${run}/graph?${known(graph)}`, { signal })).json();
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (error.status || ++failures > PATIENCE) throw error;
      await pause(EVERY * failures, signal);
      continue;
    }
    const ended = now.events.at(-1)?.event === "result";
    const before = graph?.expansions.state.length ?? -1;
    graph = now.graph && merged(graph, now.graph);
    if (graph) graph.running = !ended;
    yield { ...now, graph, ended, grown: graph !== null && (ended || graph.expansions.state.length > before) };
    if (ended) return;
    await pause(EVERY, signal);
  }
}

/** How many rows of each part there are already. */
function known(graph) {
  const count = (part) => Object.values(graph?.[part] ?? { none: [] })[0].length;
  return new URLSearchParams({
    states: count("states"),
    tactics: count("tactics"),
    expansions: count("expansions"),
    messages: graph?.messages.length ?? 0,
  });
}

/** The graph with the rows that are new; what may change comes whole. */
function merged(graph, fresh) {
  if (!graph) return fresh;
  const whole = { ...fresh, messages: graph.messages.concat(fresh.messages) };
  for (const [part, columns] of Object.entries(GROWING)) {
    whole[part] = { ...fresh[part] };
    for (const column of columns) whole[part][column] = graph[part][column].concat(fresh[part][column]);
  }
  return whole;
}

function pause(milliseconds, signal) {
  return new Promise((done) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
  });
}
