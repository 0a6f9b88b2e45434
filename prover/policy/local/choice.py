"""Which language model is to be loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from prover.errors import InputProblem

SHORT_NAMES = {"llemma": "EleutherAI/llemma_7b", "llemma-34b": "EleutherAI/llemma_34b"}
"""Llemma: Azerbayev et al., 2023."""


@dataclass(frozen=True)
class ModelChoice:
    """Which model, and how it is loaded."""

    name: str
    """A short name, a name on the hub, or a folder."""
    revision: str | None = None
    """Of the hub: a branch, a tag or a commit."""
    adapter: Path | None = None
    """A folder with an adapter made by peft."""
    bits: int = 16
    """8 or 4: the weights are rounded by bitsandbytes, on a GPU."""

    def __post_init__(self) -> None:
        if self.bits not in (4, 8, 16):
            raise InputProblem(f"A model can't be loaded with {self.bits} bits", "Take 4, 8 or 16.")
        if self.adapter is not None and not (self.adapter / "adapter_config.json").is_file():
            raise InputProblem(
                f"{self.adapter} is not an adapter",
                "Give the folder that peft wrote, with adapter_config.json in it.",
            )

    @property
    def source(self) -> str:
        """The folder or the name on the hub."""
        return SHORT_NAMES.get(self.name, self.name)

    @property
    def local(self) -> bool:
        """Whether it is a folder."""
        return bool(self.source) and Path(self.source).is_dir()
