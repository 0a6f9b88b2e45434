// Draws a graph: only what is in sight, and less of each thing the smaller it is, so that thousands
// of states stay smooth.

// Below the first scale there is no text, below the second there are no tactics.
export const READABLE = 0.55;
const SMALL = 0.3;
const FONT = '12px ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace';

export class Painter {
  /** Paints a `View` on its canvas. */
  constructor(view) {
    this.view = view;
    this.context = view.canvas.getContext("2d");
    /** Lines of text by node. */
    this.labels = new Map();
    /** Read from the canvas' style when it is null. */
    this.colours = null;
  }

  palette() {
    const style = getComputedStyle(this.view.canvas);
    const names = "card ink muted edge open open-fill proved proved-fill failed failed-fill proof accent line".split(" ");
    return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  }

  paint() {
    const { context, view } = this;
    const { canvas, scale } = view;
    const ratio = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
    this.colours ??= this.palette();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    if (!view.nodes.length) return;
    context.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * view.x, ratio * view.y);
    this.sight = {
      left: -view.x / scale,
      top: -view.y / scale,
      right: (width - view.x) / scale,
      bottom: (height - view.y) / scale,
    };
    const there = view.nodes.filter((item) => item.step <= view.step);
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
      if (this.view.scale < SMALL && item.children.length && item.kind === "tactic") {
        const path = kinds[item.used ? "used" : "plain"];
        path.moveTo(item.x, item.y);
        path.lineTo(item.x + item.width, item.y);
      }
      if (item.parent) this.addEdge(kinds[item.used && item.parent.used ? "used" : "plain"], item.parent, item);
      if (this.view.scale >= SMALL) for (const to of item.links) if (to.parent && to.step <= this.view.step) this.addEdge(kinds.link, item, to);
    }
    const { context, colours } = this;
    const thin = Math.max(1.2, 0.8 / this.view.scale);
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
    if (this.view.scale >= SMALL) path.bezierCurveTo(middle, y1, middle, y2, x2, y2);
    else path.lineTo(x2, y2);
  }

  drawNodes(items) {
    const groups = {};
    for (const item of items) {
      if (item.kind === "tactic" && this.view.scale < SMALL) continue;
      const look = item.kind === "tactic" ? (item.used ? "used" : "tactic") : this.view.standing(item);
      (groups[item.used ? `proof ${look}` : look] ??= []).push(item);
    }
    for (const [name, group] of Object.entries(groups)) this.drawGroup(name, group);
    this.drawMarks();
    if (this.view.scale < READABLE) return;
    this.context.font = FONT;
    this.context.textBaseline = "middle";
    items.forEach((item) => this.drawText(item));
  }

  drawGroup(name, group) {
    const { context, colours } = this;
    const [look, inProof] = [name.replace("proof ", ""), name.startsWith("proof ")];
    const path = new Path2D();
    for (const { kind, x, y, width, height } of group) {
      if (this.view.scale < SMALL) path.rect(x, y - height / 2, width, height);
      else path.roundRect(x, y - height / 2, width, height, kind === "state" ? 8 : 13);
    }
    const quiet = look === "tactic" || look === "used";
    const fill = quiet ? colours.card : colours[`${look}-fill`];
    context.fillStyle = this.view.scale < SMALL ? (inProof ? colours.proof : colours[look]) : fill;
    context.fill(path);
    if (this.view.scale < SMALL) return;
    context.lineWidth = inProof ? 2.4 : 1.2;
    context.strokeStyle = inProof ? colours.proof : quiet ? colours.edge : colours[look];
    context.stroke(path);
  }

  /** A ring around what is expanded now, and one around what is selected. */
  drawMarks() {
    const { data, step, chosen, byId } = this.view;
    const now = byId.get(data.expansions.state[step - 1]);
    const last = step === data.expansions.state.length && !data.running;
    if (now && !last) this.ring(now, this.colours.ink, 7, [6, 4]);
    if (chosen && chosen.step <= step) this.ring(chosen, this.colours.accent, 4, []);
  }

  ring({ x, y, width, height }, colour, away, dash) {
    const { context } = this;
    const wide = Math.max(away, away / this.view.scale / 1.5);
    context.beginPath();
    context.roundRect(x - wide, y - height / 2 - wide, width + 2 * wide, height + 2 * wide, 8 + wide);
    context.lineWidth = Math.max(2.2, 1.6 / this.view.scale);
    context.strokeStyle = colour;
    context.setLineDash(dash);
    context.stroke();
    context.setLineDash([]);
  }

  drawText(item) {
    const { context, colours } = this;
    if (!this.labels.has(item)) this.labels.set(item, this.label(item));
    const texts = this.labels.get(item);
    const failed = item.kind === "state" && this.view.standing(item) === "failed";
    context.fillStyle = failed ? colours.muted : item.kind === "tactic" && item.used ? colours.proof : colours.ink;
    texts.forEach((text, line) => context.fillText(text, item.x + 9, item.y + (line - (texts.length - 1) / 2) * 15 + 0.5));
  }

  label(item) {
    if (item.kind === "tactic") {
      const text = this.view.data.tactics.text[item.id].replace(/\s+/g, " ");
      const done = this.view.data.tactics.outcome[item.id] === "closed" ? "✓ " : "";
      return [shortened(done + text, 14)];
    }
    const goals = this.view.data.states.goals[item.id].split("⊢").slice(1);
    if (!goals.length) return [shortened(this.view.data.states.goals[item.id], 20)];
    const target = goals[0].split("\n\n")[0].replace(/\s+/g, " ").trim();
    const more = goals.length > 1 ? `(${goals.length} goals) ` : "";
    const text = more + target;
    return text.length <= 20 ? [text] : [text.slice(0, 20), shortened(text.slice(20).trimStart(), 20)];
  }
}

function shortened(text, longest) {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
