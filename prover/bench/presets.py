"""Published collections of problems by name, as `presets.yaml` lists them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

from prover.bench.folder import Origin, as_it_is, read
from prover.bench.problem import Problem
from prover.git import Repository, check_out
from prover.progress import Notify

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
        """All its problems. Raises `EnvironmentProblem` when it can't be fetched."""
        repository = Repository(self.url, self.commit)
        checkout = await check_out(repository, cache, tell)
        prepare = with_answers if self.answers else as_it_is
        named = f"{repository.title}@{checkout.commit}:"
        return [
            problem
            for split, folder in self.splits.items()
            for problem in read(
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
