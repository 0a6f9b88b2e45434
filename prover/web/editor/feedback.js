// What Lean says of the text while it is being written, and the goals at the cursor.

import { sentences } from "../shared/words.js";
import { ask, events } from "./asking.js";
import { placeOf } from "./places.js";

const AFTER_TYPING = 600;
const AFTER_MOVING = 200;

export class Feedback {
  /** `told` is called with the `report` of the text, or with null and why there is none. */
  constructor(view, told) {
    this.view = view;
    this.told = told;
    this.report = null;
    this.line = -1;
  }

  edited() {
    this.schedule(AFTER_TYPING);
  }

  moved() {
    if (placeOf(this.view.state.doc, this.view.state.selection.main.head).line !== this.line) this.schedule(AFTER_MOVING);
  }

  schedule(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), milliseconds);
  }

  /** The report of the text as it is now; null where there is none. */
  async current() {
    if (this.report?.text !== this.view.state.doc.toString()) await this.look();
    return this.report;
  }

  async look() {
    clearTimeout(this.timer);
    this.leave?.abort();
    const leave = (this.leave = new AbortController());
    const { doc, selection } = this.view.state;
    const [text, place] = [doc.toString(), placeOf(doc, selection.main.head)];
    this.line = place.line;
    if (!text.trim()) return this.tell({ text, messages: [], holes: [], result: { goals: [] } });
    const report = { text, messages: [], holes: [], result: null };
    try {
      const body = { file: { text, ...place } };
      for await (const event of events(await ask("POST", "/v1/goals", { body, signal: leave.signal }))) {
        if (event.event === "loading") this.told(null, "Lean is being started …");
        if (event.event === "message") report.messages.push(event);
        if (event.event === "hole") report.holes.push(event);
        if (event.event === "result") report.result = event;
      }
      if (report.result.status === "error") this.tell(null, sentences(report.result.message, report.result.hint));
      else this.tell(report);
    } catch (error) {
      if (!leave.signal.aborted) this.tell(null, sentences(error.message, error.hint));
    }
  }

  tell(report, why) {
    this.report = report;
    this.told(report, why);
  }
}
