"""Which releases of Lean have a kernel with known holes, as Lean's own reports say.

`docs/soundness.md` has the same table, and what the audit does about each.
"""

from __future__ import annotations

from dataclasses import dataclass

from prover.lean.native.toolchain import Version


@dataclass(frozen=True)
class KernelBug:
    """A way to a proof of `False`, or a step on one."""

    report: str
    """Issue or pull request of leanprover/lean4."""
    closed: tuple[int, int, int]
    """The first release without it."""

    def is_in(self, version: Version) -> bool:
        """Whether that version has it; a release candidate counts as the release before it."""
        return (version.numbers, not version.suffix) < (self.closed, True)


KERNEL_BUGS = (
    KernelBug("#14484", (4, 32, 1)),
    KernelBug("#14576", (4, 32, 2)),
    KernelBug("#12746", (4, 33, 0)),
    KernelBug("#14607", (4, 33, 0)),
    KernelBug("#14613", (4, 33, 0)),
    KernelBug("#14616", (4, 33, 0)),
    KernelBug("#14582", (4, 33, 1)),
    KernelBug("#14806", (4, 33, 1)),
    KernelBug("#14807", (4, 33, 1)),
)


def kernel_bugs(version: Version) -> str:
    """What there is to say of the kernel of a version, in a sentence."""
    found = [hole for hole in KERNEL_BUGS if hole.is_in(version)]
    if not found:
        return f"Lean {version} has none of the holes that are known"
    last = ".".join(map(str, max(hole.closed for hole in found)))
    reports = ", ".join(hole.report for hole in found)
    return (
        f"Lean {version} is older than {last} and has known holes (lean4 {reports}): the prover "
        "refuses what goes through them, `lake build` does not"
    )
