"""The pseudo-terminal through which LeanDojo talks with Lean, made fast and transparent.

LeanDojo starts Lean by `pexpect.spawn` with its defaults: it waits 50 ms before each send and reads
one character at a time, searching all it has after each, so a reply of 2,000 characters takes most
of a second. And the terminal is in canonical mode, where the kernel cuts a line at 4,095 bytes, so
a long tactic arrives as broken JSON.
"""

from __future__ import annotations

import tty
from typing import Any

READ_BYTES = 2**16
"""Far more than a terminal gives at once."""


def quicken(process: Any) -> None:
    """Takes the delays off a `pexpect.spawn`, and puts its terminal into raw mode."""
    process.delaybeforesend = None
    process.delayafterread = None
    process.maxread = READ_BYTES
    tty.setraw(process.child_fd)
