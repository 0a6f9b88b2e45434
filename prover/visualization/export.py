"""Writes a search graph to a file: GraphML, DOT or JSON for other programs, or a picture."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prover.errors import InputError
from prover.search.and_or_graph import Application, Node, NodeStatus
from prover.search.graph import ProofGraph
from prover.visualization.figure import SUFFIXES, draw

# Where a graph is written only: it takes a while to import.
if TYPE_CHECKING:
    import networkx as nx

UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML can't hold, even escaped."""
COLOUR = {NodeStatus.OPEN: "#eef4fc", NodeStatus.PROVED: "#e6f6ec", NodeStatus.FAILED: "#fcedeb"}

Attributes = dict[str, str | int | float | bool]


def export(
    graph: ProofGraph, path: Path, *, title: str = "", failures: Mapping[str, int] | None = None
) -> None:
    """Writes the graph in the format of the path's suffix, a picture for one of `draw`'s.

    `.graphml`, `.dot` and `.json` hold the same nodes, `s0`, `s1`, … for states and `t0`, `t1`, …
    for tactics on them, with the attributes that `annotated` gives. JSON is what
    `networkx.node_link_graph` reads. For `title` and `failures`, which only pictures show, see
    `draw`.

    Raises `InputError` for another suffix, `SetupError` as `draw` does.
    """
    check_suffix(path)
    if path.suffix in SUFFIXES:
        draw(graph, path, title=title, failures=failures)
    else:
        WRITERS[path.suffix](annotated(graph), path)


def check_suffix(path: Path) -> None:
    """Raises `InputError` for a path whose suffix says nothing of a graph's format."""
    known = (*WRITERS, *SUFFIXES)
    if path.suffix not in known:
        hint = f"Let the name end in {', '.join(known)}."
        raise InputError(f"a graph can't be written to `{path.name}`", hint)


def annotated(graph: ProofGraph) -> nx.MultiDiGraph[str]:
    """A copy of the graph in which every record is an attribute, and the edges have positions.

    Both kinds of nodes have `kind`, `state` or `tactic`. What is infinite or not a number, such as
    the length of a state that is no longer needed, is left out.
    """
    import networkx as nx

    copy: nx.MultiDiGraph[str] = nx.MultiDiGraph(root=f"s{graph.nodes[graph.root].number}")
    names = {key: f"s{node.number}" for key, node in graph.nodes.items()}
    for key, node in graph.nodes.items():
        copy.add_node(names[key], **_state(node, waiting=key in graph.frontier))
    for application in graph.applications:
        name = f"t{application.number}"
        copy.add_node(name, **_tactic(application))
        copy.add_edge(names[application.parent], name, position=0)
        for position, child in enumerate(application.children):
            copy.add_edge(name, names[child], position=position)
    return copy


def _state(node: Node, *, waiting: bool) -> Attributes:
    return _clean(
        kind="state",
        key=node.state.key,
        goals=node.state.pretty,
        standing=node.standing.value,
        expanded=node.expanded,
        waiting=waiting,
        depth=node.depth,
        length=node.length,
    )


def _tactic(application: Application) -> Attributes:
    candidate = application.candidate
    return _clean(
        kind="tactic",
        tactic=candidate.tactic,
        logprob=candidate.logprob,
        tokens=candidate.tokens,
        policy=candidate.policy,
        step=application.step,
        proved=application.proved,
        failed=application.failed,
        refused=application.refused,
    )


def _clean(**attributes: str | int | float | bool) -> Attributes:
    return {
        name: UNPRINTABLE.sub("\ufffd", value) if isinstance(value, str) else value
        for name, value in attributes.items()
        if not (isinstance(value, float) and not math.isfinite(value))
    }


def _write_graphml(graph: nx.MultiDiGraph[str], path: Path) -> None:
    import networkx as nx

    nx.write_graphml(graph, path, encoding="utf-8", prettyprint=True)


def _write_json(graph: nx.MultiDiGraph[str], path: Path) -> None:
    import networkx as nx

    data = nx.node_link_data(graph, edges="edges")
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _write_dot(graph: nx.MultiDiGraph[str], path: Path) -> None:
    lines = ["digraph search {", "  rankdir=LR;", "  node [fontname=monospace];"]
    for name, attributes in graph.nodes(data=True):
        lines.append(f"  {name} [{_dot(_look(attributes) | attributes)}];")
    for source, target, attributes in graph.edges(data=True):
        lines.append(f"  {source} -> {target} [{_dot(attributes)}];")
    path.write_text("\n".join([*lines, "}", ""]), encoding="utf-8")


def _look(attributes: dict[str, Any]) -> Attributes:
    """How Graphviz is to draw a node."""
    if attributes["kind"] == "tactic":
        return {"label": attributes["tactic"], "shape": "plain"}
    fill = COLOUR[NodeStatus(attributes["standing"])]
    return {"label": attributes["goals"], "shape": "box", "style": "filled", "fillcolor": fill}


def _dot(attributes: dict[str, Any]) -> str:
    """Attributes in quotes, with the lines of texts flush left."""
    texts = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in attributes.items()
    }
    for name, text in texts.items():
        text = text.replace("\\", "\\\\").replace('"', '\\"')
        texts[name] = text.replace("\n", "\\l") + ("\\l" if "\n" in text else "")
    return ", ".join(f'{name}="{text}"' for name, text in texts.items())


WRITERS: dict[str, Callable[[nx.MultiDiGraph[str], Path], None]] = {
    ".graphml": _write_graphml,
    ".dot": _write_dot,
    ".json": _write_json,
}
