// Elements of a page.

/** The element with this id. */
export const part = (id) => document.getElementById(id);

/** An element with a class and children; texts become text nodes, so nothing in them is HTML. */
export function make(tag, className = "", ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}
