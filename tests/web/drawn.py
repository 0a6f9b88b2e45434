"""Where things are on a page with a graph."""

from __future__ import annotations

ON_THE_GRAPH = """() => {
  const graph = document.getElementById("graph").getBoundingClientRect();
  const over = (box) =>
    box.left < graph.right && box.right > graph.left &&
    box.top < graph.bottom && box.bottom > graph.top;
  const buttons = [...document.querySelectorAll("dialog[open] button, main button")];
  const within = document.querySelector("dialog[open]") ?? document;
  return buttons
    .filter((button) => within.contains(button) && over(button.getBoundingClientRect()))
    .map((button) => button.id);
}"""
"""The buttons that stand on the canvas."""
