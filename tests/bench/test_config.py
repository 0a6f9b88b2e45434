"""Settings in layers, and what is said about wrong ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from prover.bench.config import Config, ProblemFilter, names_shipped, resolved
from prover.bench.settings import Settings
from prover.errors import InputError
from prover.lean.interface import TacticLimit
from prover.policy.spec import BuiltinSpec, parse
from prover.search.budget import Limit

FILE = """\
problems:
  source: some.jsonl
  names: [a, b]
search:
  name: baseline-reprover
  turn: 3
limit:
  seconds: 20
  tactic:
    heartbeats: 5
attempts: 4
"""


def config_of(
    folder: Path, text: str, *flags: str, environment: Mapping[str, str] | None = None
) -> Config:
    """The settings of a file with this text, with what is set besides."""
    path = folder / "a.yaml"
    path.write_text(text)
    given = Settings()
    for flag in flags:
        given = given.under(Settings.assigned(flag, "--set"))
    _, config = resolved(str(path), given, environment or {})
    return config


def test_a_file(tmp_path: Path) -> None:
    config = config_of(tmp_path, FILE)
    assert config.problems == ProblemFilter("some.jsonl", names=("a", "b"))
    assert config.search.name == "baseline-reprover"
    assert config.search.turn == 3
    assert config.limit == Limit(seconds=20.0, tactic=TacticLimit(heartbeats=5))
    assert config.attempts == 4
    assert config.policy == BuiltinSpec()


def test_flags_are_before_variables_and_they_before_the_file(tmp_path: Path) -> None:
    environment = {
        "PROVER_LIMIT_SECONDS": "30",
        "PROVER_LIMIT_TACTIC_SECONDS": "7",
        "PROVER_ATTEMPTS": "5",
        "PROVER_POLICY": "llemma",
        "PROVER_API_KEY": "secret",
        "PROVER_SEED": "",
    }
    config = config_of(tmp_path, FILE, "attempts=6", environment=environment)
    assert config.limit == Limit(seconds=30.0, tactic=TacticLimit(seconds=7.0, heartbeats=5))
    assert config.attempts == 6
    assert config.policy == parse("mix:llemma+builtin")
    assert config.seed == 0
    assert "secret" not in config.to_yaml()


def test_a_search_that_is_named_later_is_that_one(tmp_path: Path) -> None:
    config = config_of(tmp_path, FILE, "search=baseline-mcts")
    assert config.search.name == "baseline-mcts"
    assert config.search.turn != 3
    config = config_of(tmp_path, FILE, "search.turn=9")
    assert (config.search.name, config.search.turn) == ("baseline-reprover", 9)
    config = config_of(tmp_path, "problems: a\nsearch: beam\n".replace("beam", "baseline-mcts"))
    assert config.search.strategy == "mcts"


def test_what_is_resolved_is_the_same_again(tmp_path: Path) -> None:
    text = FILE + "policy: {mix: [{name: llemma, share: 3, samples: 16}, builtin]}\n"
    config = config_of(tmp_path, text)
    again = config_of(tmp_path, config.to_yaml())
    assert again.to_json() == config.to_json()
    assert again.sha256 == config.sha256


def test_the_hash_is_of_what_decides(tmp_path: Path) -> None:
    config = config_of(tmp_path, FILE)
    assert config_of(tmp_path, FILE, "workers=31", "run=x", "cluster=local").sha256 == config.sha256
    for flag in ("seed=1", "limit.tactics=3", "search.turn=4", "policy=llemma"):
        assert config_of(tmp_path, FILE, flag).sha256 != config.sha256, flag


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("problems: a\nsede: 3\n", "a.yaml:2: no setting is called `sede`", "`seed`"),
        ("limit:\n  secnds: 3\n", "a.yaml:2: no setting is called `limit.secnds`", "`seconds`"),
        ("limit:\n  tactic:\n    beats: 3\n", "a.yaml:3: no setting is", "`heartbeats`"),
        ("seed: three\n", "a.yaml:1: `seed` is 'three'", "type int"),
        ("seed: true\n", "a.yaml:1: `seed` is True", "type int"),
        ("limit:\n  seconds: 1e3\n", "a.yaml:2: `limit.seconds` is '1e3'", "type float"),
        ("limit:\n\n  seconds: 0\n", "a.yaml:3: the limit `seconds` is 0", "above 0"),
        ("limit: 3\n", "a.yaml:1: `limit` is 3", "by name"),
        ("problems:\n  every: 0\n", "a.yaml:2: `every` is 0", "1 or more"),
        ("problems:\n  names: [1]\n", "a.yaml:2: `problems.names` is [1]", "list of texts"),
        ("search: baseline-lama\n", "a.yaml:1: no configuration", "`baseline-llemma`"),
        ("search:\n  name: default\n  trun: 3\n", "a.yaml:3: no setting of a search", "`turn`"),
        ("search: 3\n", "a.yaml:1: `search` is 3", "name"),
        ("policy: bultin\n", "a.yaml:1: no policy is called `bultin`", "`builtin`"),
        ("policy:\n  name: llemma\n  smaples: 3\n", "a.yaml:3: `llemma` has no opt", "`samples`"),
        ("attempts: 0\n", "a.yaml:1: `attempts` is 0", "1 or more"),
        ("seed: 1\nseed: 2\n", "a.yaml:2: `seed` is set twice", "out"),
        ("limit:\n  seconds: 1\n  seconds: 2\n", "a.yaml:3: `seconds` is set twice", "out"),
        ("seed: [\n", "a.yaml:2: this is not YAML", ""),
        ("- seed\n", "a.yaml:1: settings are wanted", "problems"),
        ("seed: 1\n", "names no problems", "--problems"),
        ("", "names no problems", "--problems"),
    ],
)
def test_wrong_settings(tmp_path: Path, text: str, message: str, hint: str) -> None:
    with pytest.raises(InputError) as problem:
        config_of(tmp_path, text)
    assert message in problem.value.message
    assert hint in problem.value.hint


def test_wrong_variables_and_flags_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no setting is called `PROVER_SEDE`") as problem:
        config_of(tmp_path, FILE, environment={"PROVER_SEDE": "3"})
    assert "`PROVER_SEED`" in problem.value.hint
    with pytest.raises(InputError, match=r"^PROVER_SEED: `seed` is 'x'"):
        config_of(tmp_path, FILE, environment={"PROVER_SEED": "x"})
    with pytest.raises(InputError, match=r"^--set: no setting is called `limit.second`"):
        config_of(tmp_path, FILE, "limit.second=3")
    with pytest.raises(InputError, match=r"^--set: `seed` sets nothing"):
        config_of(tmp_path, FILE, "seed")
    with pytest.raises(InputError, match="is no value of a setting"):
        config_of(tmp_path, FILE, "seed=[")


@pytest.mark.parametrize("name", ["smoke", "core", "minif2f-embedded", "minif2f-llemma"])
def test_shipped_configurations_can_be_used(name: str) -> None:
    assert name in names_shipped()
    flags = Settings.one(("problems", "source"), "some.jsonl", "--problems")
    assert resolved(name, flags, {})[0] == name


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(InputError, match=r"there is no file smok\.yaml") as problem:
        resolved("smok.yaml", Settings(), {})
    assert "`smoke`" in problem.value.hint


def test_problems_without_a_file_of_settings() -> None:
    name, config = resolved("some/problems.jsonl", Settings(), {})
    assert name == "problems"
    assert config == Config(problems=ProblemFilter("some/problems.jsonl"))


@pytest.mark.parametrize(("given", "workers"), [((), 0), (("workers=3",), 3)])
def test_a_cluster_has_as_many_workers_as_it_has_room_for(
    tmp_path: Path, given: tuple[str, ...], workers: int
) -> None:
    config = config_of(tmp_path, FILE, "cluster=ray://node1:10001", *given)
    assert config.workers == workers


@pytest.mark.parametrize("where", ["node1:10001", "ray://", "ray://node1", "ray://node1:x", "auto"])
def test_an_address_that_is_none(tmp_path: Path, where: str) -> None:
    with pytest.raises(InputError, match="`cluster` is"):
        config_of(tmp_path, FILE, f"cluster={where}")
