"""Opens an address in the user's browser."""

from __future__ import annotations

import os
import sys
import threading
import webbrowser

from prover.cli.console import messages


def show(address: str) -> threading.Thread:
    """Opens the address, and says it, as there may be no browser here.

    Some browsers keep who starts them waiting, so a thread does it, which need not be joined.
    """
    messages().print(f"the page, for one browser: {address}")
    opening = threading.Thread(target=_open, args=(address,), daemon=True)
    opening.start()
    return opening


def _open(address: str) -> None:
    if has_windows():
        webbrowser.open(address)


def has_windows() -> bool:
    """Whether a browser could open a window; one that would take over the terminal is none."""
    named = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in named)
