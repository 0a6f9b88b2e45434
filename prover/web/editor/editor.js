// The editor: CodeMirror with Lean, its messages at their lines, and the hole that is being proved.

import {
  Decoration,
  EditorState,
  EditorView,
  StateEffect,
  StateField,
  bracketMatching,
  defaultKeymap,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSelectionMatches,
  history,
  historyKeymap,
  indentLess,
  indentMore,
  indentUnit,
  keymap,
  lineNumbers,
  lintGutter,
  search,
  searchKeymap,
  setDiagnostics,
} from "./codemirror.js";
import { language } from "./language.js";
import { positionOf } from "./places.js";
import { symbols } from "./typing.js";

const setTarget = StateEffect.define();
const target = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) if (effect.is(setTarget)) return effect.value;
    return marks.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const theme = EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--card)", fontSize: "14px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--ink)", padding: "12px 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--card)", color: "var(--muted)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--line-soft)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--selection)",
  },
  ".cm-tooltip, .cm-panels": { backgroundColor: "var(--card)", color: "var(--ink)", border: "1px solid var(--line)" },
  ".cm-tooltip": { maxWidth: "min(560px, 90vw)" },
  ".cm-diagnostic": { fontFamily: "var(--mono)", fontSize: "13px", whiteSpace: "pre-wrap" },
  ".cm-target": { backgroundColor: "var(--accent-soft)", outline: "1px solid var(--accent)", borderRadius: "3px" },
});

/** Lean takes no tab characters. */
function indent(view) {
  if (!view.state.selection.main.empty) return indentMore(view);
  view.dispatch(view.state.replaceSelection("  "), { userEvent: "input" });
  return true;
}

/**
 * An editor in `parent`. `changed` is told of each update that changes the text, `moved` of each that
 * moves the cursor only.
 */
export function makeEditor(parent, { text, cursor, nonce, changed, moved, keys }) {
  const listener = EditorView.updateListener.of((update) => {
    if (update.docChanged) changed(update);
    else if (update.selectionSet) moved();
  });
  const extensions = [
    EditorView.cspNonce.of(nonce),
    keymap.of(keys),
    symbols,
    lineNumbers(),
    lintGutter(),
    history(),
    drawSelection(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    bracketMatching(),
    search({ top: true }),
    indentUnit.of("  "),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": "Lean", spellcheck: "false", autocapitalize: "off" }),
    keymap.of([
      { key: "Tab", run: indent, shift: indentLess },
      ...searchKeymap,
      ...historyKeymap,
      ...defaultKeymap,
    ]),
    language,
    target,
    theme,
    listener,
  ];
  const anchor = Math.min(cursor, text.length);
  return new EditorView({ parent, state: EditorState.create({ doc: text, selection: { anchor }, extensions }) });
}

/** Shows messages of Lean at their places. */
export function showMessages(view, messages) {
  const { doc } = view.state;
  const found = messages.map(({ line, column, severity, text }) => {
    const from = positionOf(doc, { line, column });
    const rest = doc.lineAt(from).text.slice(from - doc.lineAt(from).from);
    const length = rest.match(/^[\p{L}\p{N}_.'!?]+/u)?.[0].length ?? Math.min(1, rest.length);
    const kind = severity === "information" ? "info" : severity;
    return { from, to: from + length, severity: kind, message: text, source: `line ${line}` };
  });
  view.dispatch(setDiagnostics(view.state, found));
}

/** Marks the hole that is being proved; null for none. */
export function markTarget(view, range) {
  const whole = range && range.from < range.to;
  const marks = whole ? Decoration.set([Decoration.mark({ class: "cm-target" }).range(range.from, range.to)]) : Decoration.none;
  view.dispatch({ effects: setTarget.of(marks) });
}
