// Lean in colours.

import { KEYWORDS, SORTS } from "../shared/lean.js";
import { HighlightStyle, StreamLanguage, syntaxHighlighting, tags } from "./codemirror.js";

const WORD = /^[\p{L}_][\p{L}\p{N}_'!?₀-₉]*(?:\.[\p{L}_][\p{L}\p{N}_'!?₀-₉]*)*/u;

function comment(stream, state) {
  while (!stream.eol()) {
    if (stream.match("/-")) state.depth++;
    else if (stream.match("-/")) {
      if (!--state.depth) break;
    } else stream.next();
  }
  return "comment";
}

function string(stream, state) {
  state.inString = true;
  for (let char = stream.next(); char; char = stream.next()) {
    if (char === "\\") stream.next();
    else if (char === '"') {
      state.inString = false;
      break;
    }
  }
  return "string";
}

function token(stream, state) {
  if (state.depth) return comment(stream, state);
  if (state.inString) return string(stream, state);
  if (stream.eatSpace()) return null;
  if (stream.match("--")) {
    stream.skipToEnd();
    return "comment";
  }
  if (stream.match("/-")) {
    state.depth = 1;
    return comment(stream, state);
  }
  if (stream.match('"')) return string(stream, state);
  if (stream.match(/^\d+(\.\d+)?/)) return "number";
  if (stream.match(/^#[a-z_]+/) || stream.match(/^@\[[^\]]*\]?/)) return "meta";
  const word = stream.match(WORD);
  if (word) {
    if (/^(sorry|admit)$/.test(word[0])) return "invalid";
    if (KEYWORDS.has(word[0])) return "keyword";
    return SORTS.test(word[0]) ? "typeName" : null;
  }
  stream.next();
  return null;
}

const lean = StreamLanguage.define({
  name: "lean",
  startState: () => ({ depth: 0, inString: false }),
  token,
  languageData: { commentTokens: { line: "--", block: { open: "/-", close: "-/" } } },
});

const style = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--keyword)" },
  { tag: tags.typeName, color: "var(--sort)" },
  { tag: tags.number, color: "var(--number)" },
  { tag: tags.string, color: "var(--string)" },
  { tag: tags.comment, color: "var(--comment)", fontStyle: "italic" },
  { tag: tags.meta, color: "var(--name)" },
  { tag: tags.invalid, color: "var(--alarm)", fontWeight: "600" },
]);

export const language = [lean, syntaxHighlighting(style)];
