"""Git repositories at one commit, in the user's cache.

Nothing is fetched but what the user has named. A repository is fetched without its history, once
for each commit; what stands in the cache is compared with the commit before it is used again.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import AsyncFileLock

from prover.errors import InputError, SetupError
from prover.progress import Notify

COMMIT = re.compile(r"[0-9a-f]{40}")
SAFE = (
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.symlinks=false"),
    *("-c", "core.autocrlf=false"),
    *("-c", "advice.detachedHead=false"),
)
"""Nothing of a repository is run, its links lead nowhere, and its bytes stay as they are."""
FOREIGN = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"})
"""Variables that name another repository, as where git itself has started us."""


@dataclass(frozen=True)
class Repository:
    """A repository, and what of it is wanted."""

    url: str
    """What git understands; a local folder too."""
    reference: str = ""
    """A commit with all its 40 digits, or a branch or tag; empty for the default branch."""
    folder: str = ""

    @classmethod
    def parse(cls, text: str) -> Repository:
        """From `URL[@REFERENCE][#FOLDER]`. Raises `InputError`."""
        address, _, folder = text.partition("#")
        url, at, reference = address.rpartition("@")
        # The `@` after a user's name is no reference's: `git@host:a/b`, `https://me@host/a/b`.
        after_user = ":" in reference or ("://" in url and "/" not in url.partition("://")[2])
        if not at or after_user:
            url, reference = address, ""
        if not url or url.startswith("-") or reference.startswith("-"):
            raise InputError(f"`git:{text}` names no repository", FORM)
        if ".." in Path(folder).parts or Path(folder).is_absolute():
            raise InputError(f"`{folder}` is no folder of a repository", FORM)
        if re.fullmatch(r"[0-9a-f]{7,39}", reference):
            raise InputError(
                f"`{reference}` is a part of a commit", "Give all its 40 digits: `git rev-parse`."
            )
        return cls(url, reference, folder)

    @property
    def pinned(self) -> bool:
        """Whether a commit is named, which never changes."""
        return COMMIT.fullmatch(self.reference) is not None

    def place(self, cache: Path) -> Path:
        """Where in a cache it is, at the commit that it names."""
        address = hashlib.sha256(self.url.encode()).hexdigest()[:16]
        return cache / f"{address}-{self.reference}"

    @property
    def title(self) -> str:
        """The last two parts of its address, as `owner/name`."""
        parts = re.split(r"[/:]", self.url.rstrip("/").removesuffix(".git"))
        return "/".join(part for part in parts[-2:] if part)


FORM = "Write git:URL, git:URL@COMMIT, or git:URL@COMMIT#FOLDER."


@dataclass(frozen=True)
class Checkout:
    """A repository's files at a commit."""

    folder: Path
    commit: str


@asynccontextmanager
async def _alone(cache: Path) -> AsyncIterator[None]:
    """Alone with the cache. Failures to write in it become `SetupError`s."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        async with AsyncFileLock(cache / "lock"):
            yield
    except OSError as error:
        raise SetupError(
            f"cannot write in {cache}: {error.strerror or error}",
            "Make room there, or choose another folder with XDG_CACHE_HOME.",
        ) from error


async def check_out(
    repository: Repository, cache: Path, tell: Notify, *, built: bool = False
) -> Checkout:
    """The files of a repository, fetched unless the cache has them.

    Where it is to be `built`, files that were made beside its own are no change of it.

    Raises `SetupError` when git is missing or cannot fetch, `InputError` when there is no
    such commit or folder.
    """
    if shutil.which("git") is None:
        raise SetupError("git is not installed", "Install it, or name a folder instead.")
    async with _alone(cache):
        if repository.pinned:
            folder = repository.place(cache)
            if await _is_whole(folder, repository.reference, others=built):
                return Checkout(_within(folder, repository), repository.reference)
        with TemporaryDirectory(dir=cache, prefix="fetching-") as outer:
            site = Path(outer) / "repository"
            commit = await _fetch(repository, site, tell)
            folder = replace(repository, reference=commit).place(cache)
            if folder.exists():
                folder.rename(Path(outer) / "old")
            site.rename(folder)
    return Checkout(_within(folder, repository), commit)


async def _is_whole(folder: Path, commit: str, *, others: bool) -> bool:
    """Whether a folder has the files of a commit, unchanged, and none but those unless `others`."""
    if not (folder / ".git").is_dir():
        return False
    head = await _git(folder, "rev-parse", "HEAD")
    beside = "--untracked-files=no" if others else "--ignored"
    changes = await _git(folder, "status", "--porcelain", beside)
    return head.worked and head.output == commit and changes.worked and not changes.output


def _within(folder: Path, repository: Repository) -> Path:
    wanted = folder / repository.folder
    if not wanted.exists():
        names = sorted(path.name for path in folder.iterdir() if path.name != ".git")
        message = f"{repository.title} has no `{repository.folder}` at this commit"
        raise InputError(message, f"It has: {', '.join(names)}.")
    return wanted


async def _fetch(repository: Repository, site: Path, tell: Notify) -> str:
    """Makes a folder with the files of a commit; gives the commit."""
    what = f"{repository.url} at {repository.reference or 'its default branch'}"
    tell(f"fetching {what}")
    # Git would take an address without `file:` or a host for one relative to the new folder.
    local = Path(repository.url).expanduser()
    url = str(local.resolve()) if local.exists() else repository.url
    site.mkdir()
    for arguments in (
        ("init", "--quiet"),
        ("fetch", "--quiet", "--depth=1", "--no-tags", "--", url, repository.reference or "HEAD"),
        ("checkout", "--quiet", "--detach", "FETCH_HEAD"),
    ):
        ran = await _git(site, *arguments)
        if not ran.worked:
            raise _refusal(repository, what, ran.errors)
    commit = (await _git(site, "rev-parse", "HEAD")).output
    if repository.pinned and commit != repository.reference:
        raise SetupError(f"git gave commit {commit} for {what}", "Ask for a commit itself.")
    return commit


def _refusal(repository: Repository, what: str, errors: str) -> SetupError | InputError:
    """What to tell the user of a fetch that failed."""
    lines = [line for line in errors.splitlines() if line.strip()] or ["git ended with an error"]
    reason = next((line for line in lines if line.startswith("fatal:")), lines[-1])
    reason = reason.removeprefix("fatal: ")
    if re.search(r"couldn't find remote ref|not our ref|unadvertised object", errors):
        name = repository.reference
        return InputError(f"{repository.url} has no commit, branch or tag `{name}`", FORM)
    return SetupError(
        f"git cannot fetch {what}: {reason}",
        "Check the address and the network. Without one, clone the repository where there is one "
        "and name the clone: git:FOLDER@COMMIT#FOLDER_IN_IT.",
    )


@dataclass(frozen=True)
class _Ran:
    worked: bool
    output: str
    errors: str


async def _git(folder: Path, *arguments: str) -> _Ran:
    """Runs git in a folder, to its end; it asks nobody anything."""
    environment = {
        **{name: value for name, value in os.environ.items() if name not in FOREIGN},
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
        "LC_ALL": "C",
    }
    process = await asyncio.create_subprocess_exec(
        *("git", *SAFE, *arguments),
        cwd=folder,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        output, errors = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    return _Ran(
        process.returncode == 0,
        output.decode(errors="replace").strip(),
        errors.decode(errors="replace"),
    )
