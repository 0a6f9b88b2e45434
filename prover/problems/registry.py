"""Problem sets by name or place: files, folders, repositories, collections, the library."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

from prover.cache import default_cache
from prover.errors import InputError, SetupError, closest
from prover.git import Repository, check_out
from prover.lean.backend import Backend
from prover.problems import files
from prover.problems.files import Origin, read_problems, unprepared
from prover.problems.lean_library import state_theorems
from prover.problems.problem import Problem, ProblemSet, Selection
from prover.progress import Notify, no_notice
from prover.resources import resource

FILE = Path(__file__).with_name("presets.yaml")
ANSWER = re.compile(
    r"^(?P<definition>(?:noncomputable )?abbrev [^\n]*:=)[ \t]*sorry[ \t]*\n"
    r"(?P<answer>(?:[ \t]*--[^\n]*\n)+)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Preset:
    """A collection at one commit of its repository."""

    what: str
    url: str
    commit: str
    splits: Mapping[str, str]
    """The folder or file of each split."""
    licence: str
    answers: Literal["", "comment"] = ""
    """Where the answers are that statements leave open."""

    async def read(self, cache: Path, tell: Notify) -> list[Problem]:
        """All its problems. Raises `SetupError` when it can't be fetched."""
        repository = Repository(self.url, self.commit)
        checkout = await check_out(repository, cache, tell)
        prepare = with_answers if self.answers else unprepared
        named = f"{repository.title}@{checkout.commit}:"
        return [
            problem
            for split, folder in self.splits.items()
            for problem in read_problems(
                checkout.folder / folder, Origin(named, checkout.folder, split, prepare), tell
            )
        ]


@cache
def presets() -> dict[str, Preset]:
    """The collections by name."""
    entries = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {name: Preset(**entry) for name, entry in entries.items()}


def with_answers(text: str) -> str:
    """A text with the answers that stand in comments where `sorry` stood for them.

    PutnamBench leaves the answer of a problem open, as `abbrev … := sorry`, with the answer in the
    comment on the lines after it. Lines and columns stay the same.
    """

    def filled(match: re.Match[str]) -> str:
        answer = re.sub(r"^([ \t]*)--", r"\1  ", match["answer"], flags=re.MULTILINE)
        return f"{match['definition']}\n{answer}"

    return ANSWER.sub(filled, text)


CORE = resource("benchmarks/problems/core.jsonl")
GIT, LIBRARY = "git:", "library:"


async def load_problems(
    source: str,
    selection: Selection = Selection(),  # noqa: B008
    *,
    lean: Backend | None = None,
    cache: Path | None = None,
    tell: Notify = no_notice,
) -> ProblemSet:
    """The selected problems of a source.

    | source | problems |
    |---|---|
    | `core` | the project's own |
    | a name of `presets.yaml` | that collection, fetched once |
    | `FILE.jsonl` | one a line |
    | `FILE.lean`, a folder | theorems whose proof is `sorry` |
    | `git:URL[@COMMIT][#FOLDER]` | the same in a repository, fetched once for each commit |
    | `library:MODULE` | the theorems of a module and those below it, stated afresh; needs `lean` |

    What is fetched goes into `problems` below `cache`. `tell` is called with what takes long and
    with what was left out. Raises `InputError` and `SetupError`.
    """
    problems = await _read(source, lean, (cache or default_cache()) / "problems", tell)
    return ProblemSet(source, selection.of(problems))


async def _read(source: str, lean: Backend | None, cache: Path, tell: Notify) -> list[Problem]:
    if source == "core":
        return files.read_problems(_core(), Origin(), tell)
    if source in presets():
        return await presets()[source].read(cache, tell)
    if source.startswith(GIT):
        return await _from_git(Repository.parse(source.removeprefix(GIT)), cache, tell)
    if source.startswith(LIBRARY):
        if lean is None:
            raise InputError(f"{source} needs a Lean", "Give `load` one.")
        return await state_theorems(lean, source.removeprefix(LIBRARY), tell)
    path = Path(source).expanduser()
    if not path.exists():
        raise InputError(f"there are no problems called `{source}`", _hint(source))
    return files.read_problems(path, Origin(), tell)


def unheard_of(source: str) -> bool:
    """Whether a source is one word that names nothing: no set, file or folder."""
    is_word = not any(sign in source for sign in "/:.")
    return is_word and source not in names() and not Path(source).exists()


def names() -> list[str]:
    """The sets that go by name."""
    return ["core", *presets()]


def _core() -> Path:
    if CORE.is_file():
        return CORE
    raise SetupError(
        "the project's own problems are not installed with it",
        "Clone its repository and name benchmarks/problems/core.jsonl there.",
    )


def _hint(source: str) -> str:
    """What the user may have meant by a source that is nowhere."""
    if "://" in source:
        return f"A repository is named by git:{source}."
    if "/" in source or source.endswith((".jsonl", ".lean")):
        return "Check the path."
    return f"{closest(names(), source)} Files, folders, git:URL and library:MODULE too."


async def _from_git(repository: Repository, cache: Path, tell: Notify) -> list[Problem]:
    checkout = await check_out(repository, cache, tell)
    root = checkout.folder
    for _ in Path(repository.folder).parts:
        root = root.parent
    origin = Origin(f"{repository.title}@{checkout.commit}:", root)
    return files.read_problems(checkout.folder, origin, tell)
