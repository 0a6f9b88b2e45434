// The graph on a canvas: what of it is in sight, at which step, and which state is selected.

import { Painter, READABLE } from "./painting.js";
import { STANDINGS } from "./state.js";
import { plant } from "./tree.js";

// A graph that is seen as a whole only below this scale begins with its root.
const CLEAR = 0.85;
const NEAREST = 2.5;
// What is left free around a graph that is seen as a whole; below it stands what the colours mean.
const MARGIN = { side: 24, top: 24, bottom: 52 };

export class View {
  /** `selected` is called with the numbers of a state and, if one was clicked, of a tactic. */
  constructor(canvas, selected) {
    this.canvas = canvas;
    this.selected = selected;
    this.painter = new Painter(this);
    this.nodes = [];
    this.states = [];
    this.scale = 1;
    this.x = this.y = 0;
    this.step = this.steps = 0;
    this.chosen = null;
    /** Whether the user has moved the graph since it was shown. */
    this.moved = false;
    this.milliseconds = 0;
    new ResizeObserver(() => this.resized()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw(true));
  }

  /** Shows another graph, from its beginning or all of it if that is readable. */
  show(data) {
    this.take(data);
    this.step = this.steps;
    this.chosen = this.states[0] ?? null;
    this.moved = false;
    this.painter.colours = null;
    if (data) this.overlook();
    this.redraw();
  }

  /** Shows more of the same graph: what the user looks at stays where it is. */
  grow(data) {
    const [step, chosen] = [this.step, this.chosen];
    const atEnd = !this.data || step === this.steps;
    const anchor = this.moved && this.anchor();
    this.take(data);
    this.step = atEnd ? this.steps : step;
    this.chosen = (chosen && this.byId.get(chosen.id)) ?? this.states[0];
    if (anchor) this.hold(anchor);
    else this.overlook();
    this.stepped?.(this.step);
    this.redraw();
  }

  take(data) {
    this.data = data;
    this.steps = data ? data.expansions.state.length : 0;
    this.nodes = data ? plant(data) : [];
    this.states = this.nodes.filter((item) => item.kind === "state");
    this.byId = new Map(this.states.map((item) => [item.id, item]));
    this.painter.labels.clear();
  }

  /** All of it, or its beginning where all would be too small to read. */
  overlook() {
    this.fit();
    if (this.scale < CLEAR) {
      this.lookAt(this.states[0], CLEAR);
      this.y = MARGIN.top - this.box(this.nodes).top * CLEAR;
    }
    this.moved = false;
  }

  // Where things are.

  /** A state in sight, the selected one if it is, and where it is. */
  anchor() {
    const inSight = ([x, y]) => x > 0 && y > 0 && x < this.canvas.clientWidth && y < this.canvas.clientHeight;
    const seen = [this.chosen, ...this.states].find((item) => item && inSight(this.middle(item)));
    return seen && { id: seen.id, place: this.middle(seen) };
  }

  hold({ id, place }) {
    const [x, y] = this.middle(this.byId.get(id));
    this.x += place[0] - x;
    this.y += place[1] - y;
  }

  resized() {
    if (this.nodes.length && !this.moved) this.overlook();
    this.redraw();
  }

  box(nodes) {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const item of nodes) {
      left = Math.min(left, item.x);
      right = Math.max(right, item.x + item.width);
      top = Math.min(top, item.y - item.height / 2);
      bottom = Math.max(bottom, item.y + item.height / 2);
    }
    return { left, top, width: right - left, height: bottom - top };
  }

  fit(nodes = this.nodes) {
    if (!nodes.length) return;
    const { left, top, width, height } = this.box(nodes);
    const across = this.canvas.clientWidth - 2 * MARGIN.side;
    const down = this.canvas.clientHeight - MARGIN.top - MARGIN.bottom;
    this.scale = Math.max(0.01, Math.min(1.1, across / width, down / height));
    this.x = MARGIN.side + (across - width * this.scale) / 2 - left * this.scale;
    this.y = MARGIN.top + (down - height * this.scale) / 2 - top * this.scale;
    this.moved = nodes !== this.nodes;
    this.redraw();
  }

  lookAt(item, scale = this.scale) {
    this.scale = scale;
    this.x = Math.min(this.canvas.clientWidth / 3, 320) - (item.x + item.width / 2) * scale;
    this.y = this.canvas.clientHeight / 2 - item.y * scale;
    this.moved = true;
    this.redraw();
  }

  zoom(factor, x = this.canvas.clientWidth / 2, y = this.canvas.clientHeight / 2) {
    const scale = Math.max(0.01, Math.min(NEAREST, this.scale * factor));
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.moved = true;
    this.redraw();
  }

  pan(x, y) {
    this.x += x;
    this.y += y;
    this.moved = true;
    this.redraw();
  }

  /** The middle of a node, in pixels of the canvas. */
  middle(item) {
    return [(item.x + item.width / 2) * this.scale + this.x, item.y * this.scale + this.y];
  }

  at(x, y) {
    const [across, down] = [(x - this.x) / this.scale, (y - this.y) / this.scale];
    const near = 5 / this.scale;
    return this.nodes.find(
      (item) =>
        item.step <= this.step &&
        across > item.x - near && across < item.x + item.width + near &&
        Math.abs(down - item.y) < item.height / 2 + near,
    );
  }

  // What is selected, and when.

  choose(item, { reveal = false, tactic = null } = {}) {
    this.chosen = item;
    if (reveal) this.reveal(item);
    this.redraw();
    this.selected(item.id, tactic);
  }

  /** Brings a node into sight, if it is not. */
  reveal(item) {
    if (item.step > this.step) this.setStep(item.step);
    const [x, y] = this.middle(item);
    const inside = x > 60 && y > 40 && x < this.canvas.clientWidth - 60 && y < this.canvas.clientHeight - 40;
    if (!inside) this.lookAt(item, Math.max(this.scale, READABLE));
  }

  setStep(step) {
    this.step = step;
    this.stepped?.(step);
    this.redraw();
  }

  /** Moves the selection: to the state before or after in the tree, or its neighbour in the column. */
  move(key) {
    const from = this.chosen;
    if (!from) return;
    const seen = (item) => item.step <= this.step;
    let to = null;
    if (key === "ArrowLeft") to = from.parent?.parent;
    if (key === "ArrowRight") to = from.children.flatMap((tactic) => tactic.children).find(seen);
    if (key === "ArrowUp" || key === "ArrowDown") {
      const way = key === "ArrowUp" ? -1 : 1;
      const column = this.states.filter((item) => item.column === from.column && seen(item));
      const beyond = column.filter((item) => (item.y - from.y) * way > 0);
      to = beyond.sort((a, b) => (a.y - b.y) * way)[0];
    }
    if (to) this.choose(to, { reveal: true });
  }

  standing(item) {
    const { settled, standing } = this.data.states;
    const since = settled[item.id];
    return since !== null && since <= this.step ? STANDINGS[standing[item.id]] : "open";
  }

  redraw(recolour = false) {
    if (recolour) this.painter.colours = null;
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      const began = performance.now();
      this.painter.paint();
      this.milliseconds = performance.now() - began;
    });
  }
}
