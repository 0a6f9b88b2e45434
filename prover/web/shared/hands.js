// Pointers, the wheel, the keyboard and the buttons for the graph.

import { part } from "./elements.js";

export function handle(view) {
  const { canvas } = view;
  const down = new Map();
  let moved = false;

  const spot = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    if (!down.size) moved = false;
    down.set(event.pointerId, spot(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (!before) return;
    const now = spot(event);
    const far = Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (!moved && far < 4) return;
    moved = true;
    canvas.classList.add("dragged");
    if (down.size === 2) pinch(view, [...down.values()], before, now);
    else view.pan(now[0] - before[0], now[1] - before[1]);
    down.set(event.pointerId, now);
  });
  const up = (event) => {
    if (!down.delete(event.pointerId)) return;
    canvas.classList.remove("dragged");
    if (moved || event.type === "pointercancel" || down.size) return;
    const item = view.at(...spot(event));
    if (item?.kind === "state") view.choose(item);
    if (item?.kind === "tactic") view.choose(item.on, { tactic: item.id });
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      view.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), ...spot(event));
    },
    { passive: false },
  );
  canvas.addEventListener("keydown", (event) => {
    const acts = { "+": () => view.zoom(1.25), "=": () => view.zoom(1.25), "-": () => view.zoom(0.8), 0: () => view.fit() };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.startsWith("Arrow")) view.move(event.key);
    else if (acts[event.key]) acts[event.key]();
    else return;
    event.preventDefault();
  });
}

/** The tools beside the graph: the slider through the steps, and the buttons. */
export function steer(view, slider) {
  slider.addEventListener("input", () => view.setStep(+slider.value));
  part("back").addEventListener("click", () => view.setStep(view.step - 1));
  part("forth").addEventListener("click", () => view.setStep(view.step + 1));
  part("zoom-in").addEventListener("click", () => view.zoom(1.4));
  part("zoom-out").addEventListener("click", () => view.zoom(1 / 1.4));
  part("fit").addEventListener("click", () => view.fit());
  part("to-proof").addEventListener("click", () => view.fit(view.nodes.filter((item) => item.used)));
}

/** Two fingers: what is between them stays between them. */
function pinch(view, fingers, before, now) {
  const other = fingers.find((finger) => finger !== before);
  const apart = (a) => Math.hypot(a[0] - other[0], a[1] - other[1]);
  view.zoom(apart(now) / Math.max(1, apart(before)), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
}
