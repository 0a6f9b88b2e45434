// The graph as a tree to be drawn: each state stands after the tactic that left it first (that of the
// proof, if it is in the proof). Other tactics that left it have a link to it.

const STATE = { width: 168, height: 44 };
const TACTIC = { width: 118, height: 26 };
const GAP = { column: 34, row: 12 };

/**
 * Makes nodes `{kind, id, step, x, y, width, height, children, parent, links, used}` from the lists
 * of `graph_data.py`: kind "state" or "tactic", children in the tree, links elsewhere.
 */
export function plant(data) {
  const { states, tactics } = data;
  const nodes = states.goals.map((_, id) => node("state", id, states.found[id], STATE));
  const worked = [...tactics.state.keys()].filter((id) => isWorked(tactics, id));
  for (const id of worked) {
    const tactic = node("tactic", id, tactics.step[id], TACTIC);
    tactic.used = data.proof[tactics.state[id]] === id;
    tactic.on = nodes[tactics.state[id]];
    nodes.push(tactic);
  }
  const applied = nodes.slice(states.goals.length);
  const placed = new Set([0]);
  const queue = [nodes[0]];
  const byState = grouped(applied);
  const inProof = (id) => id in data.proof;
  for (let next = 0; next < queue.length; next++) {
    const state = queue[next];
    state.used = inProof(state.id);
    const own = (byState.get(state.id) ?? []).sort((a, b) => b.used - a.used);
    for (const tactic of own) {
      attach(tactic, state);
      for (const child of new Set(tactics.children[tactic.id])) {
        const elsewhere = placed.has(child) || (inProof(child) && !tactic.used);
        if (elsewhere) tactic.links.push(nodes[child]);
        else {
          placed.add(child);
          attach(nodes[child], tactic);
          queue.push(nodes[child]);
        }
      }
    }
  }
  // What only a link leads to, because the proof's own way to it was cut short, stands by itself.
  const kept = nodes.filter((item) => item === nodes[0] || item.parent);
  place(nodes[0]);
  return kept;
}

function node(kind, id, step, size) {
  return { kind, id, step, x: 0, y: 0, ...size, children: [], links: [], parent: null, used: false };
}

function isWorked(tactics, id) {
  return tactics.outcome[id] === "closed" || tactics.children[id].length > 0;
}

function grouped(items) {
  const groups = new Map();
  for (const item of items) {
    if (!groups.has(item.on.id)) groups.set(item.on.id, []);
    groups.get(item.on.id).push(item);
  }
  return groups;
}

function attach(child, parent) {
  child.parent = parent;
  parent.children.push(child);
}

/**
 * Columns by depth; rows as close as what is above in the same column allows, each parent beside its
 * first child, so that a proof is a straight line on top (after Wetherell and Shannon 1979). Without
 * recursion: paths can be thousands long.
 */
function place(root) {
  const order = [[root, 0]];
  const free = [];
  for (let next = 0; next < order.length; next++) {
    const [item, column] = order[next];
    item.column = column;
    item.x =
      Math.ceil(column / 2) * (STATE.width + GAP.column) +
      Math.floor(column / 2) * (TACTIC.width + GAP.column);
    item.children.forEach((child) => order.push([child, column + 1]));
  }
  const stack = [[root, 0]];
  while (stack.length) {
    const top = stack[stack.length - 1];
    const [item, done] = top;
    if (done < item.children.length) {
      top[1]++;
      stack.push([item.children[done], 0]);
      continue;
    }
    stack.pop();
    item.deepest = item.children.reduce((most, child) => Math.max(most, child.deepest), item.column);
    const least = (free[item.column] ?? 0) + item.height / 2;
    const first = item.children[0];
    const wanted = first ? first.y : least;
    item.y = Math.max(wanted, least);
    item.shift = first ? item.y - wanted : 0;
    free[item.column] = item.y + item.height / 2 + GAP.row;
    if (item.shift) pushDown(item, free);
  }
  for (const [item] of order) {
    item.moved = (item.parent?.moved ?? 0) + (item.parent?.shift ?? 0);
    item.y += item.moved;
  }
}

/** What is below a shifted parent moves with it, and takes its room further down. */
function pushDown(item, free) {
  for (let column = item.column + 1; column <= item.deepest; column++) free[column] += item.shift;
}
