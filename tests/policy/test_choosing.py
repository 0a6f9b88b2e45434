"""Policies by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from prover.errors import InputProblem, ProverError
from prover.policy.builtin import BuiltinPolicy
from prover.policy.choosing import PolicyChoice, open_policy, parse
from prover.policy.mixture import MixturePolicy


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("builtin", [PolicyChoice("builtin")]),
        ("llemma", [PolicyChoice("llemma")]),
        ("hf:owner/model", [PolicyChoice("hf:owner/model")]),
        ("hf:./folder", [PolicyChoice("hf:./folder")]),
        ("mix:llemma*3+builtin", [PolicyChoice("llemma", 3.0), PolicyChoice("builtin")]),
        ("mix:hf:a/b*0.5+builtin*2", [PolicyChoice("hf:a/b", 0.5), PolicyChoice("builtin", 2.0)]),
    ],
)
def test_names(text: str, choices: list[PolicyChoice]) -> None:
    assert list(parse(text)) == choices


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("llema", "no policy is called `llema`", "`llemma`"),
        ("", "no policy is called ``", "builtin"),
        ("hf:", "no policy is called `hf:`", "hf:NAME_OR_FOLDER"),
        ("mix:", "no policy is called ``", "builtin"),
        ("mix:builtin*many", "`many` in `mix:builtin*many` is no share", "mix:llemma*3+builtin"),
        ("mix:builtin*0+llemma", "the share of `builtin` is 0", "above 0"),
        ("mix:builtin*-1", "the share of `builtin` is -1", "above 0"),
        ("mix:builtin*nan", "the share of `builtin` is nan", "above 0"),
    ],
)
def test_what_names_no_policy(text: str, message: str, hint: str) -> None:
    with pytest.raises(InputProblem) as caught:
        parse(text)
    assert message in caught.value.message
    assert hint in caught.value.hint


async def test_policies_are_opened_by_name() -> None:
    async with open_policy("builtin", seed=3) as policy:
        assert isinstance(policy, BuiltinPolicy)
    async with open_policy("mix:builtin*2+builtin") as policy:
        assert isinstance(policy, MixturePolicy)
        assert policy.name == "builtin + builtin"


async def test_models_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(ProverError) as caught:
        async with open_policy("llemma-34b"):
            pass
    assert "hf download EleutherAI/llemma_34b" in caught.value.hint
    with pytest.raises(InputProblem, match="not a language model"):
        async with open_policy(f"hf:{tmp_path}"):
            pass
    with pytest.raises(InputProblem, match="no template is called `lemma`"):
        async with open_policy("llemma", template="lemma"):
            pass
