"""Configurations: every name is known, every wrong value is told what to do."""

from __future__ import annotations

import asyncio
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prover.errors import InputError
from prover.search.budget import Limit
from prover.search.configuration import CONFIGURATIONS, Configuration, configured, named
from prover.search.result import Status
from prover.search.strategies import STRATEGIES
from tests.search.graphs import KEYS, random_rules
from tests.search.reference import Reference, Step
from tests.search.scripted import Lean, Tree, result_of

EVERY = [
    *CONFIGURATIONS.values(),
    *(Configuration(name=name, strategy=name) for name in STRATEGIES),
    Configuration(name="narrow beam", strategy="beam", width=1),
    Configuration(name="whole turns", turn=100, first_share=1.0),
    Configuration(name="proofs reused", reuse_proofs=True),
    Configuration(name="critic", critic="size"),
    Configuration(name="ahead", ahead=3),
]


def tree_of(rules: list[tuple[str, str]]) -> Tree:
    """Tactics that leave what the rules say; the root is called `root`."""
    names = {KEYS[0]: "root"}
    tree: dict[str, dict[str, str]] = {names.get(key, key): {} for key in KEYS}
    for number, (key, left) in enumerate(rules):
        states = " ".join(names.get(child, child) for child in left)
        tree[names.get(key, key)][f"t{number}"] = states or "closed"
    return tree


@pytest.mark.parametrize("configuration", EVERY, ids=lambda entry: entry.name)
@settings(max_examples=15)
@given(rules=random_rules(), without=st.sets(st.sampled_from(KEYS[1:])), workers=st.integers(1, 3))
def test_proved_is_what_is_provable(
    configuration: Configuration,
    rules: list[tuple[str, str]],
    without: set[str],
    workers: int,
) -> None:
    """Whatever the order and the structure, nothing false is proved, and nothing that is shared
    as a state of its own is missed."""
    kept = [(key, left) for key, left in rules if left or key not in without]
    tree = tree_of(kept)
    steps = [Step(key, left, length=1.0) for key, left in kept]
    expected = KEYS[0] in Reference(KEYS[0], steps).proved()
    lean = Lean(tree, workers=workers)
    limit = Limit(tactics=2_000, seconds=1e6)
    result = asyncio.run(result_of(tree, lean=lean, limit=limit, configuration=configuration))
    if expected and configuration.split:
        assert result.status is Status.PROVED, result
    if not expected:
        assert result.status in (Status.EXHAUSTED, Status.LIMIT), result
    assert lean.most <= workers * max(1, configuration.ahead)


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_configurations_have_names_and_survive_json(name: str) -> None:
    assert named(name).name == name
    assert configured(named(name).to_json()) == named(name)


def test_values_are_changed_by_name() -> None:
    assert configured({}) == Configuration()
    assert configured({"turn": 3, "alpha": 2}) == replace(Configuration(), turn=3, alpha=2.0)
    changed = configured({"name": "baseline-llemma", "turn": 3})
    assert changed == replace(named("baseline-llemma"), turn=3)


@pytest.mark.parametrize(
    ("values", "message", "hint"),
    [
        ({"name": "baseline-lema"}, "no configuration is called", "`baseline-llemma`"),
        ({"strategy": "best"}, "no strategy is called `best`", "`best-first`"),
        ({"score": "sun"}, "no score is called `sun`", "`sum`"),
        ({"critic": "length"}, "no critic is called", "none, size"),
        ({"stratgy": "mcts"}, "no setting of a search is called `stratgy`", "`strategy`"),
        ({7: "mcts"}, "no setting of a search is called `7`", "Known: name"),
        ({"turn": 0}, "`turn` is 0", "at least 1"),
        ({"turn": "many"}, "`turn` is 'many'", "Give a int"),
        ({"turn": True}, "`turn` is True", "Give a int"),
        ({"first_share": 2}, "`first_share` is 2", "at most 1"),
        ({"opener_loss": -1}, "`opener_loss` is -1", "at least 0"),
        ({"alpha": -1}, "`alpha` is -1", "at least 0"),
        ({"critic_weight": float("nan")}, "`critic_weight`", "finite"),
        ({"exploration": float("inf")}, "`exploration` is inf", "at least 0"),
        ({"merge": False}, "`merge` is false and `split` is true", "make both false"),
    ],
)
def test_wrong_values_are_told(values: dict[Any, Any], message: str, hint: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        configured(values)
    assert hint in caught.value.hint


def test_every_field_can_be_set() -> None:
    assert set(Configuration().to_json()) == {entry.name for entry in fields(Configuration)}
