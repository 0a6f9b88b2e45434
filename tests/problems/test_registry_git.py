"""Repositories: small ones made here, in the layouts of those that the presets name."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from prover.errors import InputError, SetupError
from prover.git import Repository
from prover.problems import registry as naming
from prover.problems.problem import ProblemSet, Selection
from prover.problems.registry import load_problems, presets, with_answers

HEADER = "import Mathlib\n\nset_option maxHeartbeats 0\n\nopen BigOperators Real Nat\n\n"
FILES = {
    "MiniF2F/Valid/sum_one.lean": f"{HEADER}theorem sum_one (a : ℕ) : a + 1 > a := by sorry",
    "MiniF2F/Valid/sum_two.lean": f"{HEADER}theorem sum_two (a : ℕ) :\n  a + 2 > a := by sorry\n",
    "MiniF2F/Test/mul_one.lean": f"{HEADER}theorem mul_one' (a : ℕ) : a * 1 = a := by sorry",
    "MiniF2F/Test.lean": f"{HEADER}theorem first : (1 : ℝ) = 1 := by sorry\n\n"
    "/-- The second. -/\ntheorem second (h : 0 = 1) : False := by sorry\n",
    "MiniF2F/Validation.lean": f"{HEADER}theorem third : True := by\n  sorry\n",
    "lean4/src/open_answer.lean": "import Mathlib\nopen Nat\n\n"
    "noncomputable abbrev open_answer_solution : ℕ → ℕ := sorry\n"
    "-- fun n => n + 1\n"
    "/--\nWhat follows $n$?\n-/\n"
    "theorem open_answer\n(n : ℕ)\n: n < open_answer_solution n :=\nsorry\n",
    "formal/First-Book.lean": "import Mathlib\n\nnoncomputable section\n\n"
    "theorem exercise_1 : 1 = 1 :=\nsorry\n\ndef helper := 2\n\n"
    "theorem exercise_2 : helper = 2 :=\nsorry\n",
    "formal/Second.lean": "import Mathlib\n\ntheorem exercise_1 : 3 = 3 := sorry\n",
}


def git(folder: Path, *arguments: str) -> str:
    author = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    ran = subprocess.run(
        ("git", *author, *arguments), cwd=folder, check=True, capture_output=True, text=True
    )
    return ran.stdout.strip()


def commit(folder: Path, files: dict[str, str]) -> str:
    """Commits these files; gives the commit."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=Problems")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """An empty repository."""
    folder = tmp_path / "owner" / "problems"
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet")
    return folder


class Loader:
    """Loads with a cache of its own, and keeps what was told."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        self.told: list[str] = []

    async def __call__(self, source: str, selection: Selection | None = None) -> ProblemSet:
        return await load_problems(
            source, selection or Selection(), cache=self.cache, tell=self.told.append
        )


@pytest.fixture
def loader(tmp_path: Path) -> Loader:
    return Loader(tmp_path / "cache")


async def test_a_pinned_commit_stays(origin: Path, loader: Loader) -> None:
    pinned = commit(origin, {"a.lean": "theorem old : 1 = 1 := by sorry\n"})
    commit(origin, {"a.lean": "theorem new : 1 = 1 := by sorry\n"})
    source = f"git:{origin}@{pinned}"
    first = await loader(source)
    assert [problem.name for problem in first.problems] == ["old"]
    assert first.problems[0].source == f"owner/problems@{pinned}:a.lean:1"
    assert loader.told == [f"fetching {origin} at {pinned}"]
    newest = await loader(f"git:{origin}")
    assert [problem.name for problem in newest.problems] == ["new"]


async def test_what_is_in_the_cache_is_not_fetched_again(origin: Path, loader: Loader) -> None:
    source = f"git:{origin}@{commit(origin, FILES)}#formal"
    first = await loader(source)
    origin.rename(origin.with_name("gone"))
    assert (await loader(source)) == first
    assert len(loader.told) == 1


async def test_a_changed_cache_is_fetched_again(origin: Path, loader: Loader) -> None:
    source = f"git:{origin}@{commit(origin, FILES)}#formal"
    first = await loader(source)
    [changed] = loader.cache.glob("problems/*/formal/Second.lean")
    changed.write_text("theorem exercise_1 : True := by sorry\n")
    (changed.parent / "Third.lean").write_text("theorem added : True := by sorry\n")
    assert (await loader(source)) == first
    assert len(loader.told) == 2


async def test_a_folder_and_a_file_of_a_repository(origin: Path, loader: Loader) -> None:
    pinned = commit(origin, FILES)
    found = await loader(f"git:{origin}@{pinned}#MiniF2F/Test.lean")
    assert [problem.source for problem in found.problems] == [
        f"owner/problems@{pinned}:MiniF2F/Test.lean:7",
        f"owner/problems@{pinned}:MiniF2F/Test.lean:10",
    ]


async def test_a_branch(origin: Path, loader: Loader) -> None:
    commit(origin, {"a.lean": "theorem one : 1 = 1 := by sorry\n"})
    git(origin, "switch", "--quiet", "--create", "feature/two")
    commit(origin, {"a.lean": "theorem two : 1 = 1 := by sorry\n"})
    git(origin, "switch", "--quiet", "-")
    found = await loader(f"git:file://{origin}@feature/two")
    assert [problem.name for problem in found.problems] == ["two"]


async def test_links_lead_nowhere(origin: Path, loader: Loader, tmp_path: Path) -> None:
    (tmp_path / "secret.lean").write_text("theorem secret : 1 = 1 := by sorry\n")
    (origin / "link.lean").symlink_to(tmp_path / "secret.lean")
    pinned = commit(origin, {"a.lean": "theorem one : 1 = 1 := by sorry\n"})
    found = await loader(f"git:{origin}@{pinned}")
    assert [problem.name for problem in found.problems] == ["one"]


@pytest.mark.parametrize(
    ("ending", "message"),
    [
        ("@" + "0" * 40, "has no commit, branch or tag"),
        ("@no-such-branch", "has no commit, branch or tag `no-such-branch`"),
        ("#no/such", "has no `no/such` at this commit"),
        ("#../..", "no folder of a repository"),
        ("@5746b7d", "a part of a commit"),
        ("@--upload-pack=touch", "names no repository"),
    ],
)
async def test_what_is_not_there(origin: Path, loader: Loader, ending: str, message: str) -> None:
    commit(origin, FILES)
    with pytest.raises(InputError, match=re.escape(message)):
        await loader(f"git:{origin}{ending}")


async def test_no_network(loader: Loader) -> None:
    with pytest.raises(SetupError, match="git cannot fetch https://nowhere") as caught:
        await loader("git:https://nowhere.invalid/a/b@" + "1" * 40)
    assert "Check the address and the network" in caught.value.hint
    assert not any(loader.cache.glob("problems/*/"))


async def test_git_runs_no_command_for_an_address(loader: Loader, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="cannot fetch"):
        await loader(f"git:ext::touch {tmp_path}/ran")
    assert not (tmp_path / "ran").exists()


async def test_started_by_git_itself(
    origin: Path, loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    pinned = commit(origin, FILES)
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert (await loader(f"git:{origin}@{pinned}#formal")).problems


async def test_without_git(loader: Loader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError, match="git is not installed"):
        await loader("git:https://host/a/b")


COMMIT = "0123456789" * 4


@pytest.mark.parametrize(
    ("text", "repository"),
    [
        ("https://h/a/b", Repository("https://h/a/b")),
        (f"https://h/a/b.git@{COMMIT}#c/d", Repository("https://h/a/b.git", COMMIT, "c/d")),
        ("https://me@h/a/b", Repository("https://me@h/a/b")),
        ("https://me@h/a/b@main", Repository("https://me@h/a/b", "main")),
        ("git@h:a/b.git", Repository("git@h:a/b.git")),
        (f"git@h:a/b.git@{COMMIT}", Repository("git@h:a/b.git", COMMIT)),
        ("ssh://git@h/a/b#c", Repository("ssh://git@h/a/b", "", "c")),
        ("../b@feature/c", Repository("../b", "feature/c")),
    ],
)
def test_how_repositories_are_named(text: str, repository: Repository) -> None:
    assert Repository.parse(text) == repository
    assert repository.title.endswith("b")


@pytest.fixture
def local_presets(origin: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The presets, as if their repositories were one of ours; gives its commit."""
    pinned = commit(origin, FILES)
    local = {
        name: replace(preset, url=str(origin), commit=pinned) for name, preset in presets().items()
    }
    monkeypatch.setattr(naming, "presets", lambda: local)
    monkeypatch.setattr("prover.problems.registry.presets", lambda: local)
    return pinned


async def test_minif2f(local_presets: str, loader: Loader) -> None:
    found = await loader("minif2f")
    assert [(each.split, each.name, each.header, each.statement) for each in found.problems] == [
        ("valid", "sum_one", HEADER, "theorem sum_one (a : ℕ) : a + 1 > a := by"),
        ("valid", "sum_two", HEADER, "theorem sum_two (a : ℕ) :\n  a + 2 > a := by"),
        ("test", "mul_one'", HEADER, "theorem mul_one' (a : ℕ) : a * 1 = a := by"),
    ]
    assert found.problems[2].source == f"owner/problems@{local_presets}:MiniF2F/Test/mul_one.lean:7"


@pytest.mark.usefixtures("local_presets")
async def test_minif2f_in_two_files(loader: Loader) -> None:
    found = await loader("minif2f-llemma", Selection(split="test"))
    assert [problem.header for problem in found.problems] == [HEADER, HEADER + "\n\n"]
    assert found.problems[1].statement.startswith("/-- The second. -/\ntheorem second ")


@pytest.mark.usefixtures("local_presets")
async def test_putnambench(loader: Loader) -> None:
    [problem] = (await loader("putnambench")).problems
    assert problem.header == (
        "import Mathlib\nopen Nat\n\nnoncomputable abbrev open_answer_solution : ℕ → ℕ :=\n"
        "   fun n => n + 1\n"
    )
    assert problem.statement.startswith("/--\nWhat follows $n$?\n-/\ntheorem open_answer\n(n : ℕ)")
    assert problem.statement.endswith("open_answer_solution n := by")
    assert problem.source.endswith(":lean4/src/open_answer.lean:9")


@pytest.mark.usefixtures("local_presets")
async def test_proofnet(loader: Loader) -> None:
    found = await loader("proofnet")
    assert [problem.name for problem in found.problems] == [
        "First-Book/exercise_1", "First-Book/exercise_2", "Second/exercise_1",
    ]  # fmt: skip
    assert "theorem" not in found.problems[1].header


def test_every_preset_is_pinned() -> None:
    for preset in presets().values():
        assert Repository(preset.url, preset.commit).pinned
        assert preset.url.startswith("https://github.com/")
        assert preset.splits
        assert preset.what
        assert preset.licence


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("abbrev a : ℕ := sorry\n--3\n", "abbrev a : ℕ :=\n  3\n"),
        ("abbrev a : ℕ := sorry\n  -- 3 +\n  -- 4\nx", "abbrev a : ℕ :=\n     3 +\n     4\nx"),
        ("abbrev a : ℕ := sorry\ntheorem b : P := sorry", None),
        ("theorem b : P := sorry\n-- 3\n", None),
    ],
)
def test_answers(text: str, filled: str | None) -> None:
    assert with_answers(text) == (filled or text)
