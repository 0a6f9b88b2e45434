"""What a batch run is to do: YAML, `PROVER_*` variables and flags as frozen dataclasses."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil
import yaml

from prover.bench.settings import Settings, variables
from prover.errors import InputError, closest
from prover.lean.backends import AUTOMATIC, check_name
from prover.policy.spec import BuiltinSpec, PolicySpec, spec_from_yaml, to_json
from prover.problems.registry import names, unheard_of
from prover.resources import resource
from prover.search.budget import Limit
from prover.search.configuration import Configuration, configured

WORKER_MEMORY = 2.5 * 2**30
"""Bytes that a Lean worker needs."""
SHIPPED = resource("benchmarks/configs")
"""Configurations that go by name."""


def default_workers() -> int:
    """As many as there are cores, and memory for them."""
    return max(1, min(os.cpu_count() or 1, int(psutil.virtual_memory().total / WORKER_MEMORY)))


@dataclass(frozen=True)
class ProblemFilter:
    """Which problems are tried. Raises `InputError` for numbers that can't be."""

    source: str = ""
    """As `prover.problems.registry.load_problems` takes it; filters that are empty let all pass."""
    split: str = ""
    names: tuple[str, ...] = ()
    """Names or patterns as in a shell; empty for all."""
    topic: str = ""
    difficulty: str = ""
    every: int = 1
    """Each how-many-th of those."""
    first: int = 0
    """So many of them at most; 0 for all."""

    def __post_init__(self) -> None:
        if self.every < 1:
            raise InputError(f"`every` is {self.every}", "Give 1 or more.")
        if self.first < 0:
            raise InputError(f"`first` is {self.first}", "Give 1 or more, or 0 for all.")


LOCAL = "local"
CLUSTER = re.compile(r"(ray://[^\s:/]+:\d{1,5})?")
SHORT = {"problems": "source", "search": "name"}
"""What a text means where a mapping may stand."""


@dataclass(frozen=True)
class Config:
    """All of a run's settings. Raises `InputError` for values that they can't have."""

    problems: ProblemFilter = field(default_factory=ProblemFilter)
    dialect: str = ""
    """How the problems' headers are replaced; as they are by default."""
    lean: str = AUTOMATIC
    """Which Lean: `auto`, or a name of `prover.lean.backends.LEANS`."""
    project: str = ""
    """The Lake project of a native Lean; empty for the one that the problems lie in."""
    policy: PolicySpec = field(default_factory=BuiltinSpec)
    search: Configuration = field(default_factory=Configuration)
    limit: Limit = field(default_factory=Limit)
    attempts: int = 1
    """Tries at a problem until it is proved, each with a seed of its own."""
    seed: int = 0
    """Of the first try; the next one has the next."""
    workers: int = field(default_factory=default_workers)
    """Problems that are tried at once, each by a Lean process of its own; 0, which is the default
    in a cluster, for as many as its nodes have cores and memory for."""
    cluster: str = ""
    """Where the work is done: empty for this process, `local`, or `ray://HOST:PORT`."""
    run: str = ""
    """The folder of the results; empty for one in `runs` that is named after the configuration."""

    def __post_init__(self) -> None:
        for name in ("attempts", "workers"):
            least = 0 if self.cluster and name == "workers" else 1
            if getattr(self, name) < least:
                raise InputError(f"`{name}` is {getattr(self, name)}", f"Give {least} or more.")
        check_name(self.lean)
        if self.cluster != LOCAL and not CLUSTER.fullmatch(self.cluster):
            raise InputError(
                f"`cluster` is {self.cluster!r}", f"Give `{LOCAL}` or `ray://HOST:PORT`."
            )

    @classmethod
    def of(cls, settings: Settings) -> Config:
        """From settings. Raises `InputError` with the place of what is wrong."""
        values = dict(written_out(settings, SHORT).values)
        if "search" in values:
            values["search"] = _search(settings, values["search"])
        if "policy" in values:
            values["policy"] = _policy(settings, values["policy"])
        if values.get("cluster"):
            values.setdefault("workers", 0)
        return settings.build(cls, values)

    def to_json(self) -> dict[str, Any]:
        """All settings, such that `of` makes the same of them."""
        values = {**asdict(self), "policy": to_json(self.policy)}
        written: dict[str, Any] = json.loads(json.dumps(values))
        return written

    def to_yaml(self) -> str:
        """`to_json` as YAML."""
        return yaml.safe_dump(self.to_json(), sort_keys=False, allow_unicode=True)

    @property
    def decisive(self) -> dict[str, Any]:
        """The settings that say what comes out: not where, nor how fast, and but for the problems
        and the Lean, which a run knows better than its settings do."""
        others = ("problems", "lean", "project", "workers", "cluster", "run")
        return {key: value for key, value in self.to_json().items() if key not in others}

    @property
    def sha256(self) -> str:
        """The identity of what is decisive."""
        return hashlib.sha256(json.dumps(self.decisive, sort_keys=True).encode()).hexdigest()


VARIABLES = variables(Config)
"""By name, such as `PROVER_LIMIT_SECONDS`, the path of the setting."""


def resolved(what: str, flags: Settings, environment: Mapping[str, str]) -> tuple[str, Config]:
    """The name of a run and its settings.

    `what` is a YAML file, the name of a configuration that is shipped, or a source of problems.
    Raises `InputError`.
    """
    path = shipped(what)
    if path is None and unheard_of(what):
        known = dict.fromkeys([*names_shipped(), *names()])
        message = f"neither a configuration nor a set of problems is called `{what}`"
        raise InputError(message, f"{closest(known, what)} Files and folders go too.")
    named = path.stem if path else Path(what).stem
    settings = Settings.read(path) if path else Settings.one(("problems", "source"), what, what)
    for layer in (Settings.from_environment(VARIABLES, environment), flags):
        # A search that is named later is that one, without what was changed of another.
        settings = written_out(settings, SHORT).under(written_out(layer, ("problems",)))
    config = Config.of(settings)
    if not config.problems.source:
        raise InputError(f"{what} names no problems", "Set `problems`, or give `--problems`.")
    return named, config


def written_out(settings: Settings, keys: Iterable[str]) -> Settings:
    """With the short forms of these settings as mappings, so that others can be put beside them."""
    values = dict(settings.values)
    for key in keys:
        if isinstance(values.get(key), str):
            values[key] = {SHORT[key]: values[key]}
    return Settings(values, settings.places)


def shipped(what: str) -> Path | None:
    """The file of a configuration; None where something else is meant.

    Raises `InputError` for a YAML file that isn't there.
    """
    path = Path(what)
    if path.suffix in (".yaml", ".yml"):
        if not path.exists():
            raise InputError(f"there is no file {path}", closest(names_shipped(), path.stem))
        return path
    if what in names_shipped() and not path.exists():
        return SHIPPED / f"{what}.yaml"
    return None


def names_shipped() -> list[str]:
    """The configurations that come with the prover."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def _search(settings: Settings, values: Any) -> Configuration:
    """By name, or by name with other values beside it."""
    if not isinstance(values, dict):
        raise settings.wrong(("search",), f"`search` is {values!r}", "Give a name or settings.")
    try:
        return configured(values)
    except InputError as problem:
        raise settings.located(("search",), problem) from None


def _policy(settings: Settings, value: Any) -> PolicySpec:
    try:
        return spec_from_yaml(value)
    except InputError as problem:
        raise settings.located(("policy",), problem) from None
