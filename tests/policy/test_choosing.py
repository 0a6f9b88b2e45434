"""Policies by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from prover.errors import InputProblem, ProverError
from prover.policy.builtin import BuiltinPolicy
from prover.policy.choosing import open_policy
from prover.policy.mixture import MixturePolicy
from prover.policy.options import ModelOptions
from prover.policy.spec import BuiltinSpec, LocalSpec, MemberSpec, MixtureSpec, PolicySpec, parse


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("builtin", BuiltinSpec()),
        ("llemma", LocalSpec("llemma")),
        ("hf:owner/model", LocalSpec("owner/model")),
        ("hf:./folder", LocalSpec("./folder")),
        (
            "mix:llemma*3+builtin",
            MixtureSpec((MemberSpec(LocalSpec("llemma"), 3.0), MemberSpec(BuiltinSpec()))),
        ),
        (
            "mix:hf:a/b*0.5+builtin*2",
            MixtureSpec((MemberSpec(LocalSpec("a/b"), 0.5), MemberSpec(BuiltinSpec(), 2.0))),
        ),
    ],
)
def test_names(text: str, spec: PolicySpec) -> None:
    assert parse(text) == spec
    assert str(spec) == text


@pytest.mark.parametrize("url", ["http://localhost:8000", "https://example.org/v1"])
@pytest.mark.parametrize("model", ["", "owner/model"])
def test_servers(url: str, model: str) -> None:
    text = f"endpoint:{url}" + (f"#{model}" if model else "")
    assert parse(str(parse(text))) == parse(text)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("llema", "no policy is called `llema`", "`llemma`"),
        ("", "no policy is called ``", "builtin"),
        ("hf:", "no policy is called `hf:`", "hf:NAME_OR_FOLDER"),
        ("mix:", "no policy is called ``", "builtin"),
        ("mix:builtin*many", "`many` is no share", "mix:llemma*3+builtin"),
        ("mix:builtin*0+llemma", "the share of `builtin` is 0", "above 0"),
        ("mix:builtin*-1", "the share of `builtin` is -1", "above 0"),
        ("mix:builtin*nan", "the share of `builtin` is nan", "above 0"),
        ("http://user:secret@localhost", "an address is no policy", "endpoint:"),
    ],
)
def test_what_names_no_policy(text: str, message: str, hint: str) -> None:
    with pytest.raises(InputProblem) as caught:
        parse(text)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert "secret" not in caught.value.message + caught.value.hint


async def test_policies_are_opened_by_name() -> None:
    async with open_policy(parse("builtin"), ModelOptions(seed=3)) as policy:
        assert isinstance(policy, BuiltinPolicy)
    async with open_policy(parse("mix:builtin*2+builtin")) as policy:
        assert isinstance(policy, MixturePolicy)
        assert policy.name == "builtin + builtin"


async def test_models_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(ProverError) as caught:
        async with open_policy(parse("llemma-34b")):
            pass
    assert "hf download EleutherAI/llemma_34b" in caught.value.hint
    with pytest.raises(InputProblem, match="not a language model"):
        async with open_policy(parse(f"hf:{tmp_path}")):
            pass
    with pytest.raises(InputProblem, match="no template is called `lemma`"):
        async with open_policy(parse("llemma"), ModelOptions(template="lemma")):
            pass
