"""Opens an address in the user's browser."""

from __future__ import annotations

import os
import sys
import threading
import webbrowser

from prover.cli.console import messages


def show(address: str) -> None:
    """Opens the address, and says it, as there may be no browser here."""
    messages().print(f"the page, for one browser: {address}")
    if has_windows():
        # A browser may keep its caller waiting.
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def has_windows() -> bool:
    """Whether a browser could open a window; one that would take over the terminal is none."""
    named = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in named)
