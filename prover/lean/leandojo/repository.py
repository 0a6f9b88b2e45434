"""Repositories, where LeanDojo keeps what it has traced of them, and how it interacts with each."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from prover import git
from prover.cache import default_cache
from prover.errors import InputError, SetupError

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
        """The one that `URL@COMMIT` names. Raises `InputError`."""
        url, _, commit = text.rpartition("@")
        return cls.named(url, commit) if is_address(url) else cls.named(text)

    @classmethod
    def named(cls, where: str, commit: str | None = None) -> Repository:
        """The one at an address or in a folder. Raises `InputError`."""
        if is_address(where):
            if commit is None or not COMMIT.fullmatch(commit):
                raise InputError(
                    f"which commit of {where}? `{commit or ''}` is not a whole commit hash",
                    "Name all 40 digits of it; branches and tags move.",
                )
            return cls(where.rstrip("/").removesuffix(".git"), commit)
        folder = Path(where).expanduser().resolve()
        if not folder.is_dir():
            raise InputError(f"there is no repository at {where}", "Check the path.")
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
    def source(self) -> git.Repository:
        """What is fetched of a remote one."""
        return git.Repository(self.url, self.commit)

    @property
    def checkout(self) -> Path:
        """Where a remote one is fetched to that needs no trace."""
        return self.source.place(checkouts())

    def place(self) -> Path:
        """The folder to work in: its own, or else that of the traced or the cloned copy.

        Raises `SetupError` for a remote repository that is not here.
        """
        folder = self.folder or self.traced
        if folder is None and self.checkout.is_dir():
            folder = self.checkout
        if folder is None:
            raise SetupError(
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
        raise SetupError("LeanDojo needs `git`", "Install Git 2.25 or later.") from error
    return ran.stdout.strip() if ran.returncode == 0 else ""


LAST_AS_IT_IS = (4, 11)
"""From 4.12 on Lean replaces the streams of a command, and LeanDojo's own Repl meets an end of file
(https://github.com/lean-dojo/LeanDojo/issues/211)."""
FIRST_SUPPORTED = (4, 3)
FIRST_TRIED = (4, 27)
"""The oldest version that our module was written against."""
KNOWN_PAIRS = {(4, 10): "2.1.3", (4, 11): "2.2.0"}
"""Versions of LeanDojo that are known to trace and to run this Lean."""


@dataclass(frozen=True)
class InteractionMode:
    """How a repository is interacted with."""

    as_it_is: bool
    """LeanDojo's own tracing and Repl; otherwise our Repl behind its `Dojo`, and no tracing."""
    reason: str


def parsed(toolchain: str) -> tuple[int, int]:
    """The version of Lean in the text of a `lean-toolchain`. Raises `SetupError`."""
    match = re.search(r"(?:^|:)v?(\d+)\.(\d+)", toolchain.strip())
    if match is None:
        if "nightly" in toolchain:
            return (4, 1_000_000)
        raise SetupError(
            f"the toolchain `{toolchain.strip()}` names no version of Lean",
            "Put one such as `leanprover/lean4:v4.28.0` into the repository's `lean-toolchain`.",
        )
    return int(match[1]), int(match[2])


def toolchain(folder: Path) -> str:
    """What a repository's `lean-toolchain` says. Raises `SetupError`."""
    try:
        return (folder / "lean-toolchain").read_text().strip()
    except OSError as error:
        raise SetupError(
            f"{folder} has no `lean-toolchain`, so LeanDojo can't tell its version of Lean",
            "Name the root of a Lake project.",
        ) from error


def leandojo_version() -> str:
    """The installed version of LeanDojo. Raises `SetupError` when there is none."""
    try:
        return version("lean-dojo")
    except PackageNotFoundError as error:
        raise SetupError(
            "the package `lean-dojo` is not installed",
            "Run `pip install lean-dojo` with Python 3.11 or 3.12; it has no release for later "
            "ones.",
        ) from error


def interaction_mode(toolchain: str, leandojo: str) -> InteractionMode:
    """The way for a toolchain. Raises `SetupError` when there is none."""
    lean = parsed(toolchain)
    shown = toolchain.rpartition(":")[2]
    if lean < FIRST_SUPPORTED:
        raise SetupError(
            f"LeanDojo needs Lean 4.3 or later, and the repository has {shown}",
            "Move the repository to a later Lean.",
        )
    if lean > LAST_AS_IT_IS:
        reason = f"LeanDojo's own Repl fails on Lean 4.12 and later, and this is {shown}"
        if lean < FIRST_TRIED:
            reason += "; the prover's own was written for 4.27 and later and may not compile"
        return InteractionMode(False, reason)
    pair = KNOWN_PAIRS.get(lean)
    reason = f"{shown} is one of the versions that LeanDojo's own Repl works with"
    if pair and pair != leandojo:
        reason += f"; it is known to work with lean-dojo {pair}, and {leandojo} is installed"
    return InteractionMode(True, reason)
