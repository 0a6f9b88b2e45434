"""A search as the page draws it."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

from prover.search.budget import Limit
from prover.web.graph_data import LONGEST_MESSAGE, cut, packed, recorded_graph
from tests.search.scripted import Tree, events_of
from tests.search.test_trace import TREE


async def of(tree: Tree, limit: Limit | None = None) -> dict[str, Any]:
    found = recorded_graph(await events_of(tree, limit=limit))
    assert found is not None
    return found


def tried(data: dict[str, Any], number: int) -> dict[str, Any]:
    return {name: column[number] for name, column in data["tactics"].items()}


async def test_every_tactic_has_its_state_step_and_outcome() -> None:
    data = await of(TREE)
    names = [goals.removeprefix("⊢ ") for goals in data["states"]["goals"]]
    assert names[0] == "root"
    bad = tried(data, 0)
    assert (bad["state"], bad["text"], bad["outcome"], bad["step"]) == (0, "bad", "error", 1)
    assert data["messages"][bad["message"]]
    split = tried(data, data["tactics"]["text"].index("split"))
    assert [names[child] for child in split["children"]] == ["left", "right"]
    assert data["states"]["found"][0] == 0
    assert all(data["states"]["found"][child] == split["step"] for child in split["children"])


async def test_the_proof_names_the_tactic_of_each_of_its_states() -> None:
    data = await of(TREE)
    used = [tried(data, number) for number in data["proof"].values()]
    assert [step["text"] for step in used] == ["long", "c"]
    assert [step["state"] for step in used] == list(data["proof"])
    standings, settled = data["states"]["standing"], data["states"]["settled"]
    for state, number in data["proof"].items():
        assert standings[state] == 1
        assert settled[state] >= data["tactics"]["step"][number]


async def test_what_waits_and_what_has_failed() -> None:
    tree: Tree = {
        "root": {"a": "dead", "b": "alive"},
        "dead": {"no": "error"},
        "alive": {"c": "on"},
    }
    data = await of(tree, Limit(tactics=3))
    names = [goals.removeprefix("⊢ ") for goals in data["states"]["goals"]]
    standing = dict(zip(names, data["states"]["standing"], strict=True))
    assert standing["dead"] == 2
    assert standing["root"] == 0
    assert data["proof"] == {}
    assert {names[state] for state, _ in data["waiting"]} <= {"root", "alive", "on"}
    assert data["waiting"]
    costs = [cost for _, cost in data["waiting"]]
    assert costs == sorted(costs)


async def test_without_its_theorem_opened_a_search_has_no_graph() -> None:
    assert recorded_graph((await events_of(TREE))[:1]) is None


def test_packed_is_base64_of_gzip_of_json() -> None:
    data = {"text": "⊢ </script> ∀"}
    text = packed(data)
    assert "<" not in text
    assert json.loads(gzip.decompress(base64.b64decode(text))) == data


def test_long_texts_are_cut() -> None:
    assert cut("a" * LONGEST_MESSAGE, LONGEST_MESSAGE) == "a" * LONGEST_MESSAGE
    assert cut("abc def", 3) == "abc …"
