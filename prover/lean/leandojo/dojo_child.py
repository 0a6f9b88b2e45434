"""What runs in the child process: the `Dojo` that a site asks for. Its argument is the site."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from prover.lean.leandojo.dojo_server import Dojo, Json, Opener, Premises, serve


@dataclass(frozen=True)
class DojoTarget:
    """One theorem of a repository, and how LeanDojo gets at it."""

    folder: str
    """Where the repository is: traced, if LeanDojo is used as it is."""
    file: str
    """The theorem's file, relative to the folder."""
    theorem: str
    """Its full name."""
    as_it_is: bool
    traced: str = ""
    """Where LeanDojo has traced the repository; empty if it hasn't."""
    seconds: float = 600.0
    """For entering the theorem."""

    def text(self) -> str:
        """As an argument of a process."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Self:
        """The site that `text` gave."""
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Checkout:
    """Stands for LeanDojo's repository, which asks the network what is known here already."""

    url: str
    commit: str = ""


def entry(site: DojoTarget) -> Any:
    """LeanDojo's own value for the theorem."""
    from lean_dojo import Theorem

    return Theorem(Checkout(site.folder), Path(site.file), site.theorem)


def leandojo_repl(site: DojoTarget) -> Dojo:
    """LeanDojo's own `Dojo` in the traced repository."""
    from prover.lean.leandojo.dojo import TracedDojo

    return TracedDojo(entry(site), Path(site.traced), timeout=round(site.seconds))


def modern(site: DojoTarget, request: Json) -> Dojo:
    """Our `Dojo`, with the text that the request holds."""
    from prover.lean.leandojo.dojo import ReplDojo
    from prover.lean.leandojo.repository_build import library

    folder = Path(site.folder)
    return ReplDojo(
        entry(site),
        request["header"] + request["declaration"],
        folder=folder,
        library=library(folder),
        timeout=site.seconds,
    )


def opener(site: DojoTarget) -> Opener:
    """What makes the site's `Dojo`."""
    return lambda request: leandojo_repl(site) if site.as_it_is else modern(site, request)


def premises(site: DojoTarget) -> Premises:
    """The site's premises; none where the repository is not traced."""
    if not site.traced:
        return lambda _text, _count: []
    from prover.lean.leandojo.dojo import TracedPremises

    return TracedPremises(Path(site.traced), entry(site))


if __name__ == "__main__":
    asked = DojoTarget.read(sys.argv[1])
    serve(opener(asked), premises(asked))
