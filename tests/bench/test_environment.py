"""What is told of how a run was made."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from prover.bench.config import Config
from prover.bench.environment import commit, environment, revisions
from prover.policy.spec import parse
from tests.bench.attempts import problems


def test_all_of_it_is_json_and_known() -> None:
    told = environment(Config(), problems("a"), lean="4.28", gpus=["H100"])
    assert json.loads(json.dumps(told)) == told
    assert told["lean"] == "4.28"
    assert told["gpus"] == ["H100"]
    assert told["problems_sha256"] == problems("a").sha256
    assert told["packages"]["networkx"]
    assert told["processor"]


def test_the_commit_says_whether_there_are_changes(tmp_path: Path) -> None:
    assert commit(tmp_path) is None

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        subprocess.run(["git", "-C", str(tmp_path), *who, *arguments], check=True)

    git("init", "--quiet")
    (tmp_path / "a").write_text("1")
    git("add", "a")
    git("commit", "--quiet", "-m", "a")
    clean = commit(tmp_path)
    assert clean is not None
    assert len(clean) == 40
    (tmp_path / "a").write_text("2")
    assert commit(tmp_path) == clean + "+"


def test_the_revision_of_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    refs = tmp_path / "models--EleutherAI--llemma_7b" / "refs"
    refs.mkdir(parents=True)
    (refs / "main").write_text("abc")
    found = revisions(parse("mix:llemma*3+hf:other/model+builtin"))
    assert found == {"EleutherAI/llemma_7b": "abc", "other/model": None}
