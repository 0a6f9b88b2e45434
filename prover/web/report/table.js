// The table of problems: sorted by its heads, filtered by the form above it.

import { part } from "../shared/elements.js";
import { counted } from "../shared/words.js";
import { rows } from "./data.js";

export const body = part("table").tBodies[0];
const heads = [...part("table").tHead.rows[0].cells];
export const lines = [...body.rows];
const texts = rows.map((row) => `${row.name}\n${row.statement}\n${row.script ?? ""}`.toLowerCase());

/** The numbers of the rows that are shown, from top to bottom. */
export const listed = () => [...body.rows].filter((line) => !line.hidden).map((line) => +line.dataset.row);

/** Sorts by a column; a second time the other way round. Equals stay in the order of the set. */
function sortBy(column) {
  const head = heads[column];
  const numbers = head.firstElementChild.dataset.kind === "number";
  const up = head.getAttribute("aria-sort") !== "ascending";
  const value = (line) => {
    const cell = line.cells[column];
    return numbers ? +cell.dataset.value : cell.textContent;
  };
  const compare = (a, b) => (numbers ? a - b : a.localeCompare(b));
  const keyed = lines.map((line) => [value(line), line]);
  keyed.sort(([a], [b]) => (up ? compare(a, b) : compare(b, a)));
  body.append(...keyed.map(([, line]) => line));
  heads.forEach((other) => other.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
}

function filter() {
  const wanted = new FormData(part("filters"));
  const words = wanted.get("text").toLowerCase().split(/\s+/).filter(Boolean);
  wanted.delete("text");
  const fields = [...wanted].filter(([, value]) => value);
  let count = 0;
  for (const line of lines) {
    const number = +line.dataset.row;
    const fits =
      fields.every(([name, value]) => rows[number][name] === value) &&
      words.every((word) => texts[number].includes(word));
    line.hidden = !fits;
    count += fits;
  }
  part("shown").textContent = count === rows.length ? counted(count, "problem") : `${count} of ${counted(rows.length, "problem")}`;
}

/** Moves the focus by so many shown rows. */
function moveFocus(by) {
  const shown = [...body.rows].filter((line) => !line.hidden);
  const at = shown.indexOf(document.activeElement?.closest("tbody tr"));
  const to = shown[Math.max(0, Math.min(shown.length - 1, at + by))];
  to?.querySelector("button").focus();
}

part("table").tHead.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) sortBy(+button.dataset.column);
});
part("filters").addEventListener("input", filter);
part("filters").addEventListener("submit", (event) => {
  event.preventDefault();
  lines.find((line) => +line.dataset.row === listed()[0])?.querySelector("button").click();
});
part("table").addEventListener("keydown", (event) => {
  const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
  if (by && event.target.closest("tbody")) {
    event.preventDefault();
    moveFocus(by);
  }
});
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === "/" && !typing && !part("problem").open) {
    event.preventDefault();
    part("filters").elements.text.focus();
  }
});
filter();
