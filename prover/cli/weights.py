"""Which models were fetched from the Hugging Face Hub. Nothing is fetched and nobody asked."""

from __future__ import annotations

import json
from pathlib import Path

ALONE = ("model.safetensors", "pytorch_model.bin")
"""Weights in one file."""
INDICES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")
"""Weights in several files, and where each is."""


def cache() -> Path:
    """The folder of fetched models, which `HF_HUB_CACHE` and `HF_HOME` can change."""
    from huggingface_hub.constants import HF_HUB_CACHE

    return Path(HF_HUB_CACHE)


def standing(model: str, folder: Path) -> str:
    """What there is of a model of the hub in the cache: `whole`, `in part` or `missing`."""
    snapshots = folder / f"models--{model.replace('/', '--')}" / "snapshots"
    try:
        versions = list(snapshots.iterdir())
    except OSError:
        return "missing"
    if any(_whole(version) for version in versions):
        return "whole"
    return "in part" if versions else "missing"


def _whole(version: Path) -> bool:
    if not (version / "config.json").is_file():
        return False
    if any((version / name).is_file() for name in ALONE):
        return True
    return any(_all_there(version / name) for name in INDICES)


def _all_there(index: Path) -> bool:
    """Whether all files of an index are beside it."""
    try:
        files = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    except (OSError, ValueError, LookupError, AttributeError, TypeError):
        return False
    return bool(files) and all((index.parent / str(name)).is_file() for name in files)
