"""Repositories, and where LeanDojo keeps what it has traced of them."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from prover import checkout
from prover.errors import EnvironmentProblem, InputProblem
from prover.lean.install import default_cache

COMMIT = re.compile(r"[0-9a-f]{40}")


def cache_folder() -> Path:
    """Where LeanDojo keeps traced repositories: `CACHE_DIR`, or its default."""
    own = os.environ.get("CACHE_DIR")
    return Path(own).absolute() if own else Path.home() / ".cache" / "lean_dojo"


def checkouts() -> Path:
    """Where repositories are kept that need no trace."""
    return default_cache() / "repositories"


@dataclass(frozen=True)
class Repository:
    """A Lean repository, by its URL and commit or by its local path."""

    url: str
    """An address, or the absolute path of a folder."""
    commit: str = ""
    """All 40 digits of it; for a local path that is no Git repository, empty."""

    @classmethod
    def parse(cls, text: str) -> Repository:
        """The one that `URL@COMMIT` names. Raises `InputProblem`."""
        url, _, commit = text.rpartition("@")
        return cls.named(url, commit) if is_address(url) else cls.named(text)

    @classmethod
    def named(cls, where: str, commit: str | None = None) -> Repository:
        """The one at an address or in a folder. Raises `InputProblem`."""
        if is_address(where):
            if commit is None or not COMMIT.fullmatch(commit):
                raise InputProblem(
                    f"which commit of {where}? `{commit or ''}` is not a whole commit hash",
                    "Name all 40 digits of it; branches and tags move.",
                )
            return cls(where.rstrip("/").removesuffix(".git"), commit)
        folder = Path(where).expanduser().resolve()
        if not folder.is_dir():
            raise InputProblem(f"there is no repository at {where}", "Check the path.")
        return cls(str(folder), commit or head(folder))

    @property
    def folder(self) -> Path | None:
        """Where it is, for a local one."""
        return Path(self.url) if self.url.startswith("/") else None

    @property
    def name(self) -> str:
        """What LeanDojo calls it: the last part of its address."""
        return self.url.rpartition("/")[2]

    @property
    def slug(self) -> str:
        """LeanDojo's own name for it in its cache."""
        parts = re.split(r"[/:]", self.url)
        owner = parts[-2] if "github.com" in self.url else "gitpython"
        return f"{owner}-{self.name}-{self.commit}"

    @property
    def traced(self) -> Path | None:
        """Where LeanDojo's cache holds it traced."""
        found = cache_folder() / self.slug / self.name
        return found if self.commit and found.is_dir() else None

    @property
    def source(self) -> checkout.Repository:
        """What is fetched of a remote one."""
        return checkout.Repository(self.url, self.commit)

    @property
    def checkout(self) -> Path:
        """Where a remote one is fetched to that needs no trace."""
        return self.source.place(checkouts())

    def place(self) -> Path:
        """The folder to work in: its own, or else that of the traced or the cloned copy.

        Raises `EnvironmentProblem` for a remote repository that is not here.
        """
        folder = self.folder or self.traced
        if folder is None and self.checkout.is_dir():
            folder = self.checkout
        if folder is None:
            raise EnvironmentProblem(
                f"{self.url} at {self.commit[:10]} isn't here",
                f"Fetch it with `python -m prover.lean.leandojo {self.url} {self.commit}`, which "
                "also traces it if its Lean needs that.",
            )
        return folder


def is_address(where: str) -> bool:
    """Whether it names a remote repository rather than a folder."""
    return urlsplit(where).scheme in ("http", "https", "ssh", "file") or where.startswith("git@")


def head(folder: Path) -> str:
    """The commit that a folder is at; empty where it is no Git repository."""
    command = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise EnvironmentProblem("LeanDojo needs `git`", "Install Git 2.25 or later.") from error
    return ran.stdout.strip() if ran.returncode == 0 else ""
