// What the page was made with: the rows of the table, and for each a packed graph.

const rows = JSON.parse(document.getElementById("data").textContent);

/** The element with this id. */
const part = (id) => document.getElementById(id);

/** An element with a class and children; texts become text nodes, so nothing in them is HTML. */
function make(tag, className = "", ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** The graph of a row's search, unpacked when it is asked for; null where there is none. */
async function graphOf(number) {
  const packed = part(`graph-${number}`);
  if (!packed) return null;
  const bytes = Uint8Array.from(atob(packed.textContent), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}
