"""Where the pages' files lie, and their scripts joined into one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

WEB = Path(__file__).parent
SHARED = WEB / "shared"
"""The graph of a search, drawn, and colours for Lean."""
EDITOR = WEB / "editor"
"""The page of the service."""
REPORT = WEB / "report"
"""The page of a batch run."""
LINKS = re.compile(r"^import [^;]*;\n|^export ", flags=re.MULTILINE)
"""What ties modules together: an import, up to its semicolon, or an `export` before a name."""


def joined(paths: Iterable[Path]) -> str:
    """The modules as one, in this order; no two may have the same name at their top."""
    return "\n".join(LINKS.sub("", path.read_text("utf-8")) for path in paths)
