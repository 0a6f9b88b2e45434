"""Which releases of Lean have a kernel with known holes, as Lean's own reports say.

`docs/soundness.md` has the same table, and what the audit does about each.
"""

from __future__ import annotations

from dataclasses import dataclass

from prover.lean.toolchain import Version


@dataclass(frozen=True)
class Hole:
    """A way to a proof of `False`, or a step on one."""

    report: str
    """Issue or pull request of leanprover/lean4."""
    closed: tuple[int, int, int]
    """The first release without it."""

    def is_in(self, version: Version) -> bool:
        """Whether that version has it; a release candidate counts as the release before it."""
        return (version.numbers, not version.suffix) < (self.closed, True)


HOLES = (
    Hole("#14484", (4, 32, 1)),
    Hole("#14576", (4, 32, 2)),
    Hole("#12746", (4, 33, 0)),
    Hole("#14607", (4, 33, 0)),
    Hole("#14613", (4, 33, 0)),
    Hole("#14616", (4, 33, 0)),
    Hole("#14582", (4, 33, 1)),
    Hole("#14806", (4, 33, 1)),
    Hole("#14807", (4, 33, 1)),
)


def kernel_of(version: Version) -> str:
    """What there is to say of the kernel of a version, in a sentence."""
    found = [hole for hole in HOLES if hole.is_in(version)]
    if not found:
        return f"Lean {version} has none of the holes that are known"
    last = ".".join(map(str, max(hole.closed for hole in found)))
    reports = ", ".join(hole.report for hole in found)
    return (
        f"Lean {version} is older than {last} and has known holes (lean4 {reports}): the prover "
        "refuses what goes through them, `lake build` does not"
    )
