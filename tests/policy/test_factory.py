"""Policies made from their names."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from prover.errors import InputError, ProverError, SetupError
from prover.policy.builtin.builtin_policy import BuiltinPolicy
from prover.policy.factory import open_policy
from prover.policy.language_model import LanguageModelPolicy
from prover.policy.mixture import MixturePolicy
from prover.policy.model_options import ModelOptions
from prover.policy.policy import Candidate
from prover.policy.remote.client_config import VARIABLE
from prover.policy.spec import parse, single
from tests.policy.fake_server import Answer, FakeServer, choice, choices, models, said
from tests.policy.scripted import goal, question

ASKED = question(goal("p ∧ q", h="p ∧ q"))


@pytest_asyncio.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeServer]:
    """A server with the model `llemma`."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with FakeServer() as server:
        server.script("models", models(llemma=4096))
        yield server


async def proposed(name: str, count: int = 9, **options: object) -> list[Candidate]:
    """What a policy proposes."""
    spec = parse(name) if name.startswith("mix:") else single(name)
    async with open_policy(spec, ModelOptions().changed(options)) as policy:
        [candidates] = await policy.propose([ASKED], count)
    return candidates


async def test_the_built_in_policy() -> None:
    [known] = await BuiltinPolicy(seed=3).propose([ASKED], 9)
    assert await proposed("builtin", seed=3) == known
    assert await proposed("builtin") != known


async def test_a_server(server: FakeServer) -> None:
    server.script(
        "completions",
        choices(
            choice("\nexact h\n", -1.0, -0.5), choice("\nsorry", -0.1), choice("exact h", -2.0)
        ),
    )
    [candidate] = await proposed(f"endpoint:{server.url}", 3)
    assert candidate.tactic == "exact h"
    assert -1.5 < candidate.logprob < -1.0
    assert candidate.policy == f"endpoint: {server.url}#llemma"
    [body] = server.sent("completions")
    assert body["prompt"].endswith("⊢ p ∧ q\n---\nNext tactic:\n---")
    assert body["stop"] == ["---"]


async def test_a_server_without_log_probabilities(server: FakeServer) -> None:
    texts = ["simp", "exact h", "exact h", "exact h"]
    server.script("completions", choices(*map(choice, texts)))
    best, other = await proposed(f"endpoint:{server.url}#llemma", 4)
    assert (best.tactic, other.tactic) == ("exact h", "simp")
    assert best.logprob > other.logprob > -2.0


async def test_a_chat(server: FakeServer) -> None:
    server.script("completions", Answer("", 404))
    server.script("chat/completions", said('["exact h", "simp"]'))
    server.script("models", models(gemini=None))
    best, other = await proposed(f"endpoint:{server.url}")
    assert (best.tactic, other.tactic) == ("exact h", "simp")
    [body] = server.sent("chat/completions")
    assert body["messages"][0]["content"].startswith("You prove theorems in Lean 4")


async def test_a_mixture_of_what_needs_no_model() -> None:
    async with open_policy(parse("mix:builtin*2+builtin")) as policy:
        assert isinstance(policy, MixturePolicy)
        assert policy.name == "builtin + builtin"


async def test_a_mixture(server: FakeServer) -> None:
    candidates = await proposed(f"mix:endpoint:{server.url}*3+builtin", 40)
    policies = {candidate.policy for candidate in candidates}
    assert any(policy.startswith("builtin") for policy in policies)
    assert f"endpoint: {server.url}#llemma" in policies


async def test_a_server_that_fails_leaves_the_rest_of_a_mixture(server: FakeServer) -> None:
    name = f"mix:endpoint:{server.url}+builtin"
    async with open_policy(parse(name), replace(ModelOptions(), samples=2)) as policy:
        server.script("completions", Answer("broken", 418))
        [candidates] = await policy.propose([ASKED], 9)
    assert candidates
    assert all(candidate.policy.startswith("builtin") for candidate in candidates)


async def test_what_can_not_be_opened(server: FakeServer) -> None:
    with pytest.raises(InputError, match="no template is called `lema`"):
        await proposed(f"endpoint:{server.url}", template="lema")
    assert not server.requests
    server.script("models", Answer("", 401))
    with pytest.raises(SetupError, match="asks for a key"):
        await proposed(f"mix:builtin+endpoint:{server.url}")


async def test_models_that_are_not_here(tmp_path: Path) -> None:
    with pytest.raises(ProverError) as raised:
        await proposed("llemma-34b")
    assert "hf download EleutherAI/llemma_34b" in raised.value.hint
    with pytest.raises(InputError, match="not a language model"):
        await proposed(f"hf:{tmp_path}")
    with pytest.raises(InputError, match="no template is called `lemma`"):
        await proposed("llemma", template="lemma")


async def test_a_model_of_this_machine(tmp_path: Path) -> None:
    from tests.policy.local.tiny import save

    folder = save(tmp_path, "llama", "spaced", max_position_embeddings=400)
    options = ModelOptions(template="bfs-prover", samples=3, max_tokens=8)
    async with open_policy(single(f"hf:{folder}"), options) as policy:
        assert isinstance(policy, LanguageModelPolicy)
        assert policy.name == str(folder)
        [candidates] = await policy.propose([ASKED], 9)
        assert 1 <= policy.statistics.completions <= 3
    assert all(candidate.tokens <= 8 for candidate in candidates)


@pytest.mark.slow
async def test_a_model_of_this_machine_is_asked_again_when_lean_refuses(tmp_path: Path) -> None:
    """It has random weights, so Lean refuses all that it says."""
    from tests.policy.local.tiny import save
    from tests.search.scripted import Lean, Tree, result_of

    folder = save(tmp_path, "llama", "spaced", max_position_embeddings=400)
    tree: Tree = {"root": {}}
    seen: list[list[str]] = []
    for repair in (0, 1, 2):
        options = ModelOptions("bfs-prover", 1.0, samples=4, max_tokens=8, repair=repair)
        async with open_policy(single(f"hf:{folder}"), options) as policy:
            assert isinstance(policy, LanguageModelPolicy)
            lean = Lean(tree)
            result = await result_of(tree, lean=lean, policy=policy)
            assert policy.statistics.repairs == repair
        assert result.counters.expansions == 1 + repair
        tactics = [tactic for _, tactic in lean.ran]
        assert len(tactics) == len(set(tactics))
        seen.append(tactics)
    assert seen[1][: len(seen[0])] == seen[0]
    assert len(seen[0]) < len(seen[1]) < len(seen[2])


def test_naming_a_policy_takes_no_heavy_imports() -> None:
    code = (
        "import sys, prover.policy.factory; print(*{'torch', 'httpx2', 'yaml'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""
