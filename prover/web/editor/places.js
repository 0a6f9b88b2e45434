// Places: the editor counts UTF-16 units of the whole text, Lean lines from 1 and code points from 0.

/** Lean's line and column of a position. */
export function placeOf(doc, position) {
  const line = doc.lineAt(position);
  return { line: line.number, column: [...line.text.slice(0, position - line.from)].length };
}

/** The position of Lean's line and column, as near as the text has it. */
export function positionOf(doc, { line, column }) {
  const found = doc.line(Math.max(1, Math.min(line, doc.lines)));
  return found.from + [...found.text].slice(0, column).join("").length;
}
