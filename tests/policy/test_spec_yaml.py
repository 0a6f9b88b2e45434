"""Policies in configuration files."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from prover.errors import InputError
from prover.policy.factory import open_policy
from prover.policy.language_model import LanguageModelPolicy
from prover.policy.mixture import MixturePolicy
from prover.policy.model_options import ModelOptions
from prover.policy.remote.client_config import BaseUrl
from prover.policy.spec import (
    BuiltinSpec,
    EndpointSpec,
    LocalSpec,
    MemberSpec,
    MixtureSpec,
    PolicySpec,
    parse,
    single,
    spec_from_yaml,
    to_json,
)
from tests.policy.fake_server import FakeServer
from tests.policy.scripted import goal, question

URL = "http://localhost:8000"


def read(text: str) -> PolicySpec:
    """What a file says under `policy`."""
    return spec_from_yaml(yaml.safe_load(text)["policy"])


@pytest.mark.parametrize(
    "words", ["builtin", "llemma", f"endpoint:{URL}#m", "mix:llemma*3+builtin"]
)
def test_a_text_is_what_it_is_on_the_command_line(words: str) -> None:
    assert read(f"policy: {words}") == parse(words)


def test_a_mapping_without_options_is_its_name() -> None:
    assert read("policy: {name: llemma}") == LocalSpec("llemma")
    assert read("policy: {mix: [{name: llemma}]}") == parse("mix:llemma")
    assert read("policy: {mix: [{name: llemma, share: 3}, builtin]}") == parse(
        "mix:llemma*3+builtin"
    )
    assert read("policy: {mix: [llemma*3, {name: builtin}]}") == parse("mix:llemma*3+builtin")


def test_each_policy_has_options_of_its_own() -> None:
    assert read("policy: {name: llemma, samples: 16, temperature: 1}") == LocalSpec(
        "llemma", (("samples", 16), ("temperature", 1.0))
    )
    server_text = f"{{name: 'endpoint:{URL}', share: 2, key_file: ~/key}}"
    mixture = read(f"policy: {{mix: [{server_text}, {{name: builtin, seed: 3}}]}}")
    assert isinstance(mixture, MixtureSpec)
    server, builtin = mixture.members
    assert isinstance(server.policy, EndpointSpec)
    assert server.policy.own == (("key_file", "~/key"),)
    assert builtin.policy == BuiltinSpec((("seed", 3),))


def test_however_it_is_written_the_plain_values_are_the_same() -> None:
    written = [
        "policy: mix:llemma",
        "policy: {mix: [llemma]}",
        "policy: {mix: [{samples: 32, name: llemma}]}",
        "policy: {mix: [{name: llemma, top_p: 1, samples: 32}]}",
    ]
    values = [json.dumps(to_json(read(text)), sort_keys=True) for text in written]
    assert len(set(values)) == 1
    other = to_json(read("policy: {name: llemma, samples: 16}"))
    assert json.dumps(other, sort_keys=True) != values[0]


def test_options_for_all_are_in_the_plain_values_but_not_before_those_of_a_policy() -> None:
    spec = read("policy: {mix: [{name: llemma, samples: 16}, llemma-34b, builtin]}")
    members = to_json(spec, ModelOptions(samples=8, seed=5))["mix"]
    assert [member.get("samples") for member in members] == [16, 8, None]
    assert [member["seed"] for member in members] == [5, 5, 5]


def test_how_a_server_is_reached_is_not_what_it_proposes() -> None:
    spec = read(f"policy: {{name: 'endpoint:{URL}', requests: 2, key_file: ~/key}}")
    assert to_json(spec) == to_json(single(f"endpoint:{URL}"))
    assert "key" not in json.dumps(to_json(spec))


OWN = st.dictionaries(st.sampled_from(["samples", "max_tokens", "seed"]), st.integers(1, 99))
SINGLE = st.builds(
    lambda make, own: make(tuple(sorted(own.items()))),
    st.sampled_from(
        [
            lambda own: LocalSpec("llemma", own),
            lambda own: EndpointSpec(BaseUrl(URL), "m", own),
            lambda own: BuiltinSpec(tuple(pair for pair in own if pair[0] == "seed")),
        ]
    ),
    OWN,
)
SPECS = SINGLE | st.lists(st.builds(MemberSpec, SINGLE, st.floats(0.1, 9)), min_size=1).map(
    lambda members: MixtureSpec(tuple(members))
)


@given(SPECS)
def test_plain_values_are_read_back_and_stay_what_they_are(spec: PolicySpec) -> None:
    values = to_json(spec)
    again = spec_from_yaml(json.loads(json.dumps(values)))
    assert to_json(again) == values
    assert to_json(again, ModelOptions(samples=7, seed=7, max_tokens=7)) == values
    assert str(again) == str(spec)


@pytest.mark.parametrize(
    ("value", "message", "hint"),
    [
        ("bultin", "called `bultin`", "`builtin`"),
        (3, "a policy is 3", "{name: llemma, samples: 16}"),
        (None, "a policy is None", "{name: llemma, samples: 16}"),
        ({}, "has no `name`", "{name: llemma, samples: 16}"),
        ({"samples": 3}, "has no `name`", "{name: llemma, samples: 16}"),
        ({"nam": "llemma"}, "called `nam`", "Did you mean `name`?"),
        ({"mixx": []}, "called `mixx`", "Did you mean `mix`?"),
        ({"name": 3}, "the `name` of a policy is 3", "{name: llemma, samples: 16}"),
        ({"name": "llema"}, "called `llema`", "Did you mean `llemma`?"),
        ({"name": "mix:llemma+builtin"}, "mixture `mix:llemma+builtin`", "mix: ["),
        ({"name": "llemma", "sample": 3}, "`llemma` has no option `sample`", "`samples`"),
        ({"name": "llemma", "share": 3}, "`llemma` has no option `share`", ""),
        ({"name": "llemma", "window": 3}, "`llemma` has no option `window`", ""),
        ({"name": "llemma", 3: 3}, "`llemma` has no option `3`", "samples"),
        ({"name": "builtin", "samples": 3}, "`builtin` has no option `samples`", "Known: seed"),
        ({"name": "llemma", "samples": "x"}, "`samples` is 'x'", "int"),
        ({"name": "llemma", "samples": 0}, "`samples` is 0", "at least 1"),
        ({"mix": []}, "`mix` is []", "builtin"),
        ({"mix": "llemma"}, "`mix` is 'llemma'", "builtin"),
        ({"mix": ["llemma"], "samples": 3}, "`samples` is beside `mix`", "mix: ["),
        ({"mix": ["llema"]}, "called `llema`", "Did you mean `llemma`?"),
        ({"mix": [3]}, "a policy of a mixture is 3", "{name: llemma, samples: 16}"),
        ({"mix": [{"mix": ["llemma"]}]}, "called `mix`", ""),
        ({"mix": [{"name": "llemma", "share": 0}]}, "share of `llemma` is 0.0", "above 0"),
        ({"mix": [{"name": "llemma", "share": "x"}]}, "`share` is 'x'", "above 0"),
        ({"mix": [{"name": "llemma", "shar": 3}]}, "no option `shar`", "Did you mean `share`?"),
    ],
)
def test_what_means_nothing(value: Any, message: str, hint: str) -> None:
    with pytest.raises(InputError) as raised:
        spec_from_yaml(value)
    assert message in raised.value.message
    assert hint in raised.value.hint


async def test_its_own_options_are_what_a_policy_is_opened_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with FakeServer() as server:
        name = f"endpoint:{server.url}"
        spec = spec_from_yaml(
            {"mix": [{"name": name, "samples": 2, "temperature": 0.7}, "builtin"]}
        )
        async with open_policy(spec, ModelOptions(samples=5, top_p=0.9)) as policy:
            assert isinstance(policy, MixturePolicy)
            await policy.propose([question(goal("p"))], 40)
        [body] = server.sent("completions")
    assert (body["n"], body["temperature"], body["top_p"]) == (2, 0.7, 0.9)
    async with FakeServer() as server:
        spec = spec_from_yaml({"name": f"endpoint:{server.url}", "samples": 3})
        async with open_policy(spec) as policy:
            assert isinstance(policy, LanguageModelPolicy)
            await policy.propose([question(goal("p"))], 40)
        [body] = server.sent("completions")
    assert body["n"] == 3
