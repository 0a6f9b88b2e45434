"""What belongs to the project and is no Python: it lies beside the package in a checkout, and in
the package where that was installed."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent


def resource(path: str) -> Path:
    """A file or folder by its path in the checkout."""
    installed = PACKAGE / path
    return installed if installed.exists() else PACKAGE.parent / path
