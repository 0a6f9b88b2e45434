// The searches of this tab: one at a time, at one hole or at all of them in order.

import { ask, startSearch } from "./asking.js";
import { ChangeSet } from "./codemirror.js";
import { placeOf, positionOf } from "./places.js";
import { watch } from "./watching.js";

/** Seconds that a search goes on while no page asks after it. */
const LINGER = 90;

export const isOver = (run) => !["queued", "running"].includes(run.status);

export class Searches {
  /** `told` is called with a run, and with what `watch` says of it, whenever something is new. */
  constructor(session, view, told) {
    this.session = session;
    this.view = view;
    this.told = told;
    this.asking = false;
  }

  get current() {
    return this.session.runs.find((run) => !isOver(run)) ?? null;
  }

  get busy() {
    return this.asking || this.current !== null || this.session.queue !== null;
  }

  /** Searches for a proof at each position; with `insert` they are put into the text as they come. */
  async prove(positions, { insert }) {
    if (this.busy) return;
    this.session.queue = { rest: positions, insert, total: positions.length, proved: 0 };
    await this.goOn();
  }

  /** Goes on with what was under way when the page was left. */
  async resume() {
    const run = this.current;
    if (run) await this.follow(run);
    await this.goOn();
  }

  async goOn() {
    const { session } = this;
    while (session.queue?.rest.length) {
      const run = await this.begin(session.queue.rest.shift());
      if (run) await this.follow(run);
    }
    session.queue = null;
    this.told(session.runs.at(-1) ?? null, null);
  }

  async begin(position) {
    const { doc } = this.view.state;
    const text = doc.toString();
    const file = { text, ...placeOf(doc, position) };
    this.asking = true;
    try {
      const id = await startSearch({ file, limit: { seconds: this.session.seconds }, linger: LINGER, graph: true });
      const run = { id, text, changes: ChangeSet.empty(doc.length), status: "queued", line: file.line, name: "", message: "", most: this.session.seconds };
      this.session.runs.push(run);
      this.session.shown = id;
      this.told(run, null);
      return run;
    } catch (error) {
      this.session.queue = null;
      this.told(null, null, error);
      return null;
    } finally {
      this.asking = false;
    }
  }

  async follow(run) {
    try {
      for await (const now of watch(run.id, new AbortController().signal)) {
        take(run, now);
        this.told(run, now);
      }
    } catch (error) {
      Object.assign(run, { status: "error", message: error.message, hint: error.hint });
      this.told(run, null);
    }
    const { queue } = this.session;
    if (run.status === "proved" && queue) {
      queue.proved++;
      if (queue.insert) this.put(run);
    }
    if (run.status === "cancelled") this.session.queue = null;
    this.told(run, null);
  }

  /** Ends the search under way, and those that were to follow. */
  async stop() {
    this.session.queue = null;
    if (this.current) await ask("DELETE", `/v1/runs/${this.current.id}`);
  }

  /** The text has changed: what was found for the text before has moved with it. */
  moved(changes) {
    for (const run of this.session.runs) run.changes = run.changes.compose(changes);
    const { queue } = this.session;
    if (queue) queue.rest = queue.rest.map((position) => changes.mapPos(position, 1));
  }

  /** Where something of the run's text is now; null where it has been changed. */
  range(run, start, end) {
    const before = this.view.state.toText(run.text);
    const [first, last] = [positionOf(before, start), positionOf(before, end)];
    const [from, to] = [run.changes.mapPos(first, 1), run.changes.mapPos(last, -1)];
    const same = from <= to && this.view.state.sliceDoc(from, to) === run.text.slice(first, last);
    return same ? { from, to } : null;
  }

  /** Where the hole of a run is now. */
  hole(run) {
    return run.column === undefined ? null : this.range(run, run, { line: run.line, column: run.column + "sorry".length });
  }

  /** Where the proof of a run goes; null when there is none, or that place has changed. */
  place(run) {
    return run?.edit ? this.range(run, run.edit.start, run.edit.end) : null;
  }

  /** Puts the proof of a run into the text. */
  put(run) {
    const range = this.place(run);
    if (!range) return;
    run.put = true;
    this.view.dispatch({ changes: { ...range, insert: run.edit.text }, userEvent: "input.proof" });
  }
}

/** What the events of a run say, for the record of it. */
function take(run, { status, seconds, events }) {
  Object.assign(run, { status, seconds });
  for (const event of events) {
    if (event.event === "accepted") Object.assign(run, { name: event.theorem, line: event.line, column: event.column });
    if (event.event === "result") {
      const { script, edit, message = "", hint = "", limit, refusal, axioms = [], trusted } = event;
      Object.assign(run, { script, edit, message, hint, limit, refusal, axioms, trusted });
    }
  }
}
