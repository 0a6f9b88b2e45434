"""What web pages share: the graph of a search, as data and drawn, and colours for Lean.

Their scripts are plain ES modules in this folder. A server hands them out as they are; a page that
is one file has them joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).parent
"""Where the shared scripts and styles lie."""
LINKS = re.compile(r"^import [^;]*;\n|^export ", flags=re.MULTILINE)
"""What ties modules together: an import, up to its semicolon, or an `export` before a name."""


def joined(paths: Iterable[Path]) -> str:
    """The modules as one, in this order; no two may have the same name at their top."""
    return "\n".join(LINKS.sub("", path.read_text("utf-8")) for path in paths)
