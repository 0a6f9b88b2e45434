"""Makes what LeanDojo's tracer makes of a file of plain theorems: its syntax trees as JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

Json = dict[str, Any]
COMMAND = "Lean.Parser.Command."
THEOREM = re.compile(r"^(theorem) (\S+) (:)(.*?)(:=)\s*(.*)$", re.MULTILINE)
IMPORT = re.compile(r"^(import) (\S+)$", re.MULTILINE)


def node(kind: str, *children: Json) -> Json:
    return {"node": {"info": "none", "kind": kind, "args": list(children)}}


def leaf(match: re.Match[str], group: int, *, ident: bool = False) -> Json:
    start, text = match.start(group), match[group].rstrip()
    place = {"leading": "", "pos": start, "trailing": "", "endPos": start + len(text)}
    info = {"original": place}
    if ident:
        return {"ident": {"info": info, "rawVal": text, "val": text, "preresolved": []}}
    return {"atom": {"info": info, "val": text}}


def import_of(match: re.Match[str]) -> Json:
    return node("Lean.Parser.Module.import", leaf(match, 1), leaf(match, 2, ident=True))


def theorem_of(match: re.Match[str]) -> Json:
    theorem = node(
        f"{COMMAND}theorem",
        leaf(match, 1),
        node(f"{COMMAND}declId", leaf(match, 2, ident=True)),
        node(f"{COMMAND}declSig", leaf(match, 3), leaf(match, 4)),
        node(f"{COMMAND}declValSimple", leaf(match, 5), leaf(match, 6)),
    )
    return node(f"{COMMAND}declaration", node(f"{COMMAND}declModifiers"), theorem)


def write_traced(root: Path, file: str, text: str) -> None:
    """Writes an ASCII file of theorems, one a line, and its trace."""
    source, trees = root / file, root / ".lake" / "build" / "ir" / file
    for path in (source, trees):
        path.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(text)
    imports = list(IMPORT.finditer(text))
    header = node("Lean.Parser.Module.header", *map(import_of, imports))
    commands = [header, *map(theorem_of, THEOREM.finditer(text))]
    trace = {"commandASTs": commands, "tactics": [], "premises": []}
    trees.with_suffix(".ast.json").write_text(json.dumps(trace))
    needed = [match[2].replace(".", "/") + ".lean\n" for match in imports]
    trees.with_suffix(".dep_paths").write_text("".join(needed))
