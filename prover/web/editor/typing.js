// Symbols are typed as in other Lean editors: `\to` and a space, a tab or whatever comes next.

import { begins, symbolOf } from "./abbreviations.js";
import { EditorView, Prec, keymap } from "./codemirror.js";

const TYPED = /\\([^\s\\]{0,20})$/;

/** What stands before the cursor as an abbreviation: where, and its name. */
function before(view) {
  const { head, empty } = view.state.selection.main;
  if (!empty) return null;
  const line = view.state.doc.lineAt(head);
  const match = line.text.slice(0, head - line.from).match(TYPED);
  return match && { from: head - match[0].length, to: head, name: match[1] };
}

function replace(view, { from, to }, symbol, then) {
  const mark = symbol.indexOf("$");
  const insert = symbol.replace("$", "") + then;
  const anchor = from + (mark < 0 ? insert.length : mark);
  view.dispatch({ changes: { from, to, insert }, selection: { anchor }, userEvent: "input.type" });
  return true;
}

const next = EditorView.inputHandler.of((view, from, to, text) => {
  const typed = from === to && [...text].length === 1 && before(view);
  if (!typed) return false;
  const more = typed.name + text;
  if (begins(more)) return false;
  const whole = symbolOf(more);
  if (whole) return replace(view, typed, whole, "");
  const symbol = symbolOf(typed.name);
  return symbol ? replace(view, typed, symbol, text) : false;
});

function now(view) {
  const typed = before(view);
  const symbol = typed && symbolOf(typed.name);
  return symbol ? replace(view, typed, symbol, "") : false;
}

export const symbols = [next, Prec.high(keymap.of([{ key: "Tab", run: now }, { key: "Enter", run: (view) => now(view) && false }]))];
