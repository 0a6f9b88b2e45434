// How pages put things.

/** `1 tactic`, `2 tactics`. */
export const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** The parts that are not empty as sentences, with a stop between them. */
export const sentences = (...parts) => parts.filter(Boolean).map(sentence).join(" ");

/** The text with a capital, unless it begins with a name, and a stop; several lines are Lean's own. */
function sentence(text) {
  if (text.includes("\n")) return text;
  const begun = /^[A-Za-z]+( |$)/.test(text) ? text[0].toUpperCase() + text.slice(1) : text;
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}

/** What an accepted proof rests on, as a phrase; `trusted` proofs of the library were not there to look into. */
export function restsOn(axioms, trusted) {
  const named = axioms.join(", ");
  if (trusted) return `no axiom beyond the library's${named && ` and ${named}`}`;
  return named ? `the standard axiom${axioms.length > 1 ? "s" : ""} ${named}` : "no axioms";
}
