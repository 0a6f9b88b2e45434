// The graph on a canvas: pan, zoom, step by step, and which state is selected. Draws only what is in
// sight, and less of each thing the smaller it is, so that thousands of states stay smooth.

// Below the first scale there is no text, below the third there are no tactics; a graph that is seen
// as a whole only below the second begins with its root.
const READABLE = 0.55;
const CLEAR = 0.85;
const SMALL = 0.3;
const NEAREST = 2.5;
const NAMES = ["open", "proved", "failed"];
const FONT = '12px ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace';

class View {
  constructor(canvas, selected) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.selected = selected;
    this.nodes = [];
    this.scale = 1;
    this.x = this.y = 0;
    this.step = 0;
    this.chosen = null;
    this.milliseconds = 0;
    new ResizeObserver(() => this.redraw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw(true));
  }

  /** Shows another graph, from its beginning or all of it if that is readable. */
  show(data) {
    this.data = data;
    this.nodes = data ? plant(data) : [];
    this.states = this.nodes.filter((item) => item.kind === "state");
    this.byId = new Map(this.states.map((item) => [item.id, item]));
    this.labels = new Map();
    this.step = data ? data.expansions.state.length : 0;
    this.chosen = this.states[0] ?? null;
    this.colours = null;
    if (!data) return this.redraw();
    this.fit();
    if (this.scale >= CLEAR) return;
    this.lookAt(this.states[0], CLEAR);
    this.pan(0, -this.canvas.clientHeight / 4);
  }

  // Where things are.

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
    const [across, down] = [this.canvas.clientWidth, this.canvas.clientHeight];
    this.scale = Math.min(1.1, (across - 48) / width, (down - 110) / height);
    this.x = (across - width * this.scale) / 2 - left * this.scale;
    this.y = (down - height * this.scale) / 2 - top * this.scale;
    this.redraw();
  }

  lookAt(item, scale = this.scale) {
    this.scale = scale;
    this.x = Math.min(this.canvas.clientWidth / 3, 320) - (item.x + item.width / 2) * scale;
    this.y = this.canvas.clientHeight / 2 - item.y * scale;
    this.redraw();
  }

  zoom(factor, x = this.canvas.clientWidth / 2, y = this.canvas.clientHeight / 2) {
    const scale = Math.max(0.01, Math.min(NEAREST, this.scale * factor));
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.redraw();
  }

  pan(x, y) {
    this.x += x;
    this.y += y;
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
    return since !== null && since <= this.step ? NAMES[standing[item.id]] : "open";
  }

  // Drawing.

  redraw(recolour = false) {
    if (recolour) this.colours = null;
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      const began = performance.now();
      this.draw();
      this.milliseconds = performance.now() - began;
    });
  }

  palette() {
    const style = getComputedStyle(this.canvas);
    const names = "card ink muted edge open open-fill proved proved-fill failed failed-fill proof accent line".split(" ");
    return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  }

  draw() {
    const { canvas, context } = this;
    const ratio = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
    this.colours ??= this.palette();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    if (!this.nodes.length) return;
    context.setTransform(ratio * this.scale, 0, 0, ratio * this.scale, ratio * this.x, ratio * this.y);
    this.sight = {
      left: -this.x / this.scale,
      top: -this.y / this.scale,
      right: (width - this.x) / this.scale,
      bottom: (height - this.y) / this.scale,
    };
    const there = this.nodes.filter((item) => item.step <= this.step);
    this.drawEdges(there);
    this.drawNodes(there.filter((item) => this.inSight(item.x, item.x + item.width, item.y, item.y, 30)));
  }

  inSight(left, right, top, bottom, more = 0) {
    const sight = this.sight;
    return right > sight.left && left < sight.right && bottom + more > sight.top && top - more < sight.bottom;
  }

  /** All lines of a kind are one path. */
  drawEdges(there) {
    const kinds = { plain: new Path2D(), used: new Path2D(), link: new Path2D() };
    for (const item of there) {
      // Tactics are left out when they are small; the line goes through.
      if (this.scale < SMALL && item.children.length && item.kind === "tactic") {
        const path = kinds[item.used ? "used" : "plain"];
        path.moveTo(item.x, item.y);
        path.lineTo(item.x + item.width, item.y);
      }
      if (item.parent) this.addEdge(kinds[item.used && item.parent.used ? "used" : "plain"], item.parent, item);
      if (this.scale >= SMALL) for (const to of item.links) if (to.parent && to.step <= this.step) this.addEdge(kinds.link, item, to);
    }
    const { context, colours } = this;
    const thin = Math.max(1.2, 0.8 / this.scale);
    context.lineWidth = thin;
    context.strokeStyle = colours.edge;
    context.stroke(kinds.plain);
    context.setLineDash([4, 4]);
    context.globalAlpha = 0.55;
    context.stroke(kinds.link);
    context.globalAlpha = 1;
    context.setLineDash([]);
    context.lineWidth = thin * 2;
    context.strokeStyle = colours.proof;
    context.stroke(kinds.used);
  }

  addEdge(path, from, to) {
    const [x1, y1, x2, y2] = [from.x + from.width, from.y, to.x, to.y];
    if (!this.inSight(Math.min(x1, x2), Math.max(x1, x2), Math.min(y1, y2), Math.max(y1, y2))) return;
    path.moveTo(x1, y1);
    const middle = (x1 + x2) / 2;
    if (this.scale >= SMALL) path.bezierCurveTo(middle, y1, middle, y2, x2, y2);
    else path.lineTo(x2, y2);
  }

  drawNodes(items) {
    const groups = {};
    for (const item of items) {
      if (item.kind === "tactic" && this.scale < SMALL) continue;
      const look = item.kind === "tactic" ? (item.used ? "used" : "tactic") : this.standing(item);
      (groups[item.used ? `proof ${look}` : look] ??= []).push(item);
    }
    for (const [name, group] of Object.entries(groups)) this.drawGroup(name, group);
    this.drawMarks();
    if (this.scale < READABLE) return;
    this.context.font = FONT;
    this.context.textBaseline = "middle";
    items.forEach((item) => this.drawText(item));
  }

  drawGroup(name, group) {
    const { context, colours } = this;
    const [look, inProof] = [name.replace("proof ", ""), name.startsWith("proof ")];
    const path = new Path2D();
    for (const { kind, x, y, width, height } of group) {
      if (this.scale < SMALL) path.rect(x, y - height / 2, width, height);
      else path.roundRect(x, y - height / 2, width, height, kind === "state" ? 8 : 13);
    }
    const quiet = look === "tactic" || look === "used";
    const fill = quiet ? colours.card : colours[`${look}-fill`];
    context.fillStyle = this.scale < SMALL ? (inProof ? colours.proof : colours[look]) : fill;
    context.fill(path);
    if (this.scale < SMALL) return;
    context.lineWidth = inProof ? 2.4 : 1.2;
    context.strokeStyle = inProof ? colours.proof : quiet ? colours.edge : colours[look];
    context.stroke(path);
  }

  /** A ring around what is expanded now, and one around what is selected. */
  drawMarks() {
    const now = this.byId.get(this.data.expansions.state[this.step - 1]);
    const last = this.step === this.data.expansions.state.length;
    if (now && !last) this.ring(now, this.colours.ink, 7, [6, 4]);
    if (this.chosen && this.chosen.step <= this.step) this.ring(this.chosen, this.colours.accent, 4, []);
  }

  ring({ x, y, width, height }, colour, away, dash) {
    const { context } = this;
    const wide = Math.max(away, away / this.scale / 1.5);
    context.beginPath();
    context.roundRect(x - wide, y - height / 2 - wide, width + 2 * wide, height + 2 * wide, 8 + wide);
    context.lineWidth = Math.max(2.2, 1.6 / this.scale);
    context.strokeStyle = colour;
    context.setLineDash(dash);
    context.stroke();
    context.setLineDash([]);
  }

  drawText(item) {
    const { context, colours } = this;
    if (!this.labels.has(item)) this.labels.set(item, this.label(item));
    const texts = this.labels.get(item);
    const failed = item.kind === "state" && this.standing(item) === "failed";
    context.fillStyle = failed ? colours.muted : item.kind === "tactic" && item.used ? colours.proof : colours.ink;
    texts.forEach((text, line) => context.fillText(text, item.x + 9, item.y + (line - (texts.length - 1) / 2) * 15 + 0.5));
  }

  label(item) {
    if (item.kind === "tactic") {
      const text = this.data.tactics.text[item.id].replace(/\s+/g, " ");
      const done = this.data.tactics.outcome[item.id] === "closed" ? "✓ " : "";
      return [shortened(done + text, 14)];
    }
    const goals = this.data.states.goals[item.id].split("⊢").slice(1);
    if (!goals.length) return [shortened(this.data.states.goals[item.id], 20)];
    const target = goals[0].split("\n\n")[0].replace(/\s+/g, " ").trim();
    const more = goals.length > 1 ? `(${goals.length} goals) ` : "";
    const text = more + target;
    return text.length <= 20 ? [text] : [text.slice(0, 20), shortened(text.slice(20).trimStart(), 20)];
  }
}

function shortened(text, longest) {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
