"""How holes are tried one after another, further and further down a file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from prover.file import Hole, LeanFile, Scripts, Span
from prover.theorem import Theorem
from prover.verify.base import Verification
from prover.verify.walk import Walk


@dataclass
class Way:
    """What one search after another stands on, further and further down the file."""

    walk: Walk
    scripts: Scripts = field(default_factory=dict)
    """In the text that the walk has read, where they may have come too late for others."""
    stop: int = 0
    """Up to which byte of the file it has read."""

    def attempt(
        self, file: LeanFile, hole: Hole, known: Scripts, *, again: bool = False
    ) -> Attempt:
        """How a hole is tried where these scripts are `known`.

        The walk goes on if it can: a proof that came too late for it is a `sorry` there, which is
        as good where only the statement matters. Where that was not enough, or the goal itself
        rests on what was open, all that is known is there.
        """
        is_plain = not again and not hole.rests_on
        theorem, scripts = file.theorem(hole, known), known
        if is_plain and not self.walk.reaches(theorem.header):
            late = {other: script for other, script in known.items() if self._is_ahead(other)}
            read = {**self.scripts, **late}
            reached = file.theorem(hole, read)
            if self.walk.reaches(reached.header):
                theorem, scripts = reached, read
        self.walk.ahead(theorem.header)
        self.scripts, self.stop = scripts, hole.declaration.start
        # Lean has read the file as it is; what is proved there means the same.
        header = file.part(Span(0, hole.declaration.start))
        searched = replace(theorem, header=header) if is_plain else theorem
        return Attempt(searched, theorem, scripts, self.walk)

    def _is_ahead(self, hole: Hole) -> bool:
        return hole.span.start >= self.stop


@dataclass(frozen=True)
class Attempt:
    """One search for a hole."""

    searched: Theorem
    theorem: Theorem
    """The same with all that its proof may use."""
    scripts: Scripts
    walk: Walk

    async def verify(self, _: Theorem, script: str) -> Verification:
        """Whether the script proves the theorem itself, and not only the one that is searched."""
        return await self.walk(self.theorem, script)
