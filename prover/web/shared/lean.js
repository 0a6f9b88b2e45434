// Colours for Lean, token by token.

import { make } from "./elements.js";

export const KEYWORDS = new Set(
  ("theorem lemma example def abbrev instance structure class inductive where by fun let have show " +
    "from in do if then else match with at using calc intro intros exact apply refine rfl simp " +
    "simp_all omega decide grind induction cases rcases obtain constructor rw rewrite generalizing " +
    "open namespace end section variable import set_option exists left right unfold subst split " +
    "norm_num ring linarith nlinarith positivity bv_decide contradiction exfalso assumption next " +
    "case only revert specialize injection funext ext congr trivial classical").split(" "),
);
const TOKEN = new RegExp(
  [
    String.raw`(?<comment>--[^\n]*|\/-[\s\S]*?-\/)`,
    String.raw`(?<string>"(?:\\.|[^"\\])*")`,
    String.raw`(?<turnstile>⊢)`,
    String.raw`(?<word>[\p{L}_][\p{L}\p{N}_'.!?₀-₉✝]*)`,
    String.raw`(?<number>\d+(?:\.\d+)?)`,
  ].join("|"),
  "gu",
);
export const SORTS = /^(Type|Prop|Sort|Nat|Int|Rat|Real|Bool|String|Char|List|Array|Option|Fin|Set|ℕ|ℤ|ℚ|ℝ|ℂ)$/u;

/** Puts the code into the element, coloured. */
export function highlight(element, code) {
  const parts = [];
  let end = 0;
  for (const match of code.matchAll(TOKEN)) {
    const kind = kindOf(match.groups);
    if (!kind) continue;
    parts.push(code.slice(end, match.index), make("span", `t-${kind}`, match[0]));
    end = match.index + match[0].length;
  }
  element.replaceChildren(...parts, code.slice(end));
}

function kindOf({ comment, string, turnstile, word, number }) {
  if (comment) return "comment";
  if (string) return "string";
  if (turnstile) return "turnstile";
  if (number) return "number";
  if (KEYWORDS.has(word)) return "keyword";
  if (SORTS.test(word)) return "sort";
  return "";
}
