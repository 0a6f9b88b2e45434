// What the page was made with: the rows of the table, and for each a packed graph.

import { part } from "../shared/elements.js";

export const rows = JSON.parse(document.getElementById("data").textContent);

/** The graph of a row's search, unpacked when it is asked for; null where there is none. */
export async function graphOf(number) {
  const packed = part(`graph-${number}`);
  if (!packed) return null;
  const bytes = Uint8Array.from(atob(packed.textContent), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}
