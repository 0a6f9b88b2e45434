"""Which holes of the kernel a release of Lean has."""

from __future__ import annotations

import pytest

from prover.lean.kernel_bugs import KERNEL_BUGS, kernel_bugs
from prover.lean.native.toolchain import Version


@pytest.mark.parametrize(
    ("numbers", "suffix", "count"),
    [
        ((4, 28, 0), "", 9),
        ((4, 32, 1), "", 8),
        ((4, 32, 2), "", 7),
        ((4, 33, 0), "-rc1", 7),
        ((4, 33, 0), "", 3),
        ((4, 33, 1), "", 0),
        ((4, 34, 0), "", 0),
    ],
)
def test_a_release_has_the_holes_that_a_later_one_closed(
    numbers: tuple[int, int, int], suffix: str, count: int
) -> None:
    version = Version(numbers, suffix)
    assert sum(hole.is_in(version) for hole in KERNEL_BUGS) == count
    told = kernel_bugs(version)
    assert ("`lake build` does not" in told) is bool(count)
    assert str(version) in told
