"""Becomes the command given, tied to the life of the process that started it.

Run as a script: `launch.py PARENT STACK PROGRAM ARGUMENT…`, with the parent's process id and the
stack wanted in bytes (0 leaves it alone). A step of its own rather than code between fork and exec,
which is not safe in a parent that has threads.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys

SET_PARENT_DEATH_SIGNAL = 1


def follow(parent: int) -> None:
    """Has the kernel end this process when its parent is gone, where the kernel can do that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent process is gone")


def deepen(stack: int) -> None:
    """Asks for a stack of this many bytes, or the most that is allowed."""
    _, most = resource.getrlimit(resource.RLIMIT_STACK)
    size = stack if most == resource.RLIM_INFINITY else min(stack, most)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_STACK, (size, most))


def main(parent: str, stack: str, *command: str) -> None:
    follow(int(parent))
    if int(stack):
        deepen(int(stack))
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main(*sys.argv[1:])
