"""The accessible premises of a theorem, from what LeanDojo has traced.

A premise is accessible when it stands before the theorem in its file, or in a file that it imports,
directly or not. LeanDojo reads a file of its trace in a good fraction of a second, and Mathlib has
thousands; so the files nearest to the theorem's are read, as many as the time allows.
"""

from __future__ import annotations

import math
import re
import time
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lean_dojo import Theorem, TracedFile
from lean_dojo.utils import to_json_path

READING_SECONDS = 20.0
WORD = re.compile(r"[^\s()\[\]{}⟨⟩,:]+")
HEADING = re.compile(
    r"^(?:@\[[^\]]*\]\s*|(?:private|protected|noncomputable|nonrec)\s+)*(?:theorem|lemma)\s+\S+\s*"
)

Json = dict[str, Any]


class TracedPremises:
    """Ranks the premises of one theorem; reads the trace when it is first asked."""

    def __init__(self, root: Path, theorem: Theorem) -> None:
        self._root = root.resolve()
        self._theorem = theorem
        self._types: dict[str, str] | None = None
        self._rarity: dict[str, float] = {}

    def __call__(self, text: str, count: int) -> list[Json]:
        """The premises with the most and rarest words in common with a state's text."""
        if self._types is None:
            self._types = dict(self._accessible())
            seen = Counter(word for type_ in self._types.values() for word in words(type_))
            self._rarity = {word: 1 / math.log2(1 + uses) for word, uses in seen.items()}
        wanted = words(text)
        ranked = sorted(
            ((self._score(wanted, type_), name, type_) for name, type_ in self._types.items()),
            key=lambda item: (-item[0], item[1]),
        )
        return [
            {"name": name, "type": type_, "score": score, "uses": []}
            for score, name, type_ in ranked[:count]
        ]

    def _score(self, wanted: set[str], type_: str) -> float:
        own = words(type_)
        shared = sum(self._rarity[word] for word in own & wanted)
        return shared / math.sqrt(1 + len(own))

    def _accessible(self) -> Iterator[tuple[str, str]]:
        """Names and statements, from the theorem's own file outwards."""
        own = self._theorem.file_path
        waiting, seen = deque([own]), {own}
        until = time.monotonic() + READING_SECONDS
        while waiting and time.monotonic() < until:
            path = waiting.popleft()
            traced = self._read(path)
            if traced is None:
                continue
            yield from self._stated(traced, self._end(traced) if path == own else None)
            for _, imported in sorted(traced.get_direct_dependencies(None)):
                if Path(imported) not in seen:
                    seen.add(Path(imported))
                    waiting.append(Path(imported))

    def _read(self, path: Path) -> TracedFile | None:
        try:
            json = to_json_path(self._root, path, None)
            return TracedFile.from_traced_file(self._root, json, self._theorem.repo)
        except FileNotFoundError:
            # What was not traced (`build_deps=False`) has no premises to give.
            return None

    def _end(self, traced: TracedFile) -> Any:
        """Where the theorem starts, behind which nothing is accessible."""
        found = traced.get_traced_theorem(self._theorem)
        return found.start if found else None

    def _stated(self, traced: TracedFile, end: Any) -> Iterator[tuple[str, str]]:
        for premise in traced.get_premise_definitions():
            heading = HEADING.match(premise["code"])
            before = end is None or tuple(premise["start"]) < tuple(end)
            if heading and premise["full_name"] and before:
                yield premise["full_name"], premise["code"][heading.end() :]


def words(text: str) -> set[str]:
    """The words of a printed type."""
    return set(WORD.findall(text))
