"""Finding a file's Lake project, its toolchain, and what is missing in either."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from prover.errors import InputError, SetupError
from prover.lean.native import lake_project, toolchain
from prover.lean.native.lake_project import Project, first_error
from prover.lean.native.toolchain import Version
from prover.lean.process import Command
from tests.lean.stand_in import NAME, StandIn, module, project

NOTHING = Command(argv=("true",), environment={}, cwd=Path("/"))


@pytest.fixture
def elan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """A machine with elan and one toolchain."""
    home = tmp_path / "elan"
    monkeypatch.setenv("ELAN_HOME", str(home))
    monkeypatch.delenv("ELAN_TOOLCHAIN", raising=False)
    return StandIn.make(home, NOTHING)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without elan, and with nothing on its path."""
    monkeypatch.setenv("ELAN_HOME", str(tmp_path / "none"))
    monkeypatch.delenv("ELAN_TOOLCHAIN", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


def test_the_innermost_project_around_a_file(tmp_path: Path) -> None:
    outer = project(tmp_path / "outer")
    inner = project(outer / "sub" / "inner")
    assert Project.around(inner / "Mine" / "Basic.lean") == Project(inner)
    assert Project.around(inner) == Project(inner)
    assert Project.around(outer / "sub" / "New.lean") == Project(outer)
    assert Project.around(tmp_path / "Alone.lean") is None


def test_a_named_project_must_be_one(tmp_path: Path) -> None:
    root = project(tmp_path / "mine")
    assert Project.at(root) == Project(root)
    with pytest.raises(InputError, match="is no Lake project") as problem:
        Project.at(root / "Mine")
    assert problem.value.hint == f"Did you mean {root}?"
    with pytest.raises(InputError, match="there is no folder"):
        Project.at(tmp_path / "nowhere")


def test_a_toolchain_is_found_without_asking_elan(elan: StandIn, tmp_path: Path) -> None:
    root = project(tmp_path / "mine")
    found = toolchain.find(root)
    assert (found.name, found.folder) == (NAME, elan.toolchain)
    assert found.version == Version((4, 28, 0))
    assert found.version.supported
    assert elan.asked == ["lean --version"]


@pytest.mark.parametrize(
    ("written", "full"),
    [
        ("v4.28.0", "leanprover/lean4:v4.28.0"),
        ("4.28.0", "leanprover/lean4:v4.28.0"),
        ("leanprover/lean4:4.28.0-rc1", "leanprover/lean4:v4.28.0-rc1"),
        ("nightly-2026-01-02", "leanprover/lean4-nightly:nightly-2026-01-02"),
        ("other/lean4:v4.28.0", "other/lean4:v4.28.0"),
        ("a name that is none", "a name that is none"),
    ],
)
@pytest.mark.usefixtures("elan")
def test_names_are_completed_as_elan_does(written: str, full: str) -> None:
    assert toolchain.full_name(written) == full


def test_who_decides_on_the_toolchain(
    elan: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project(tmp_path / "mine", name=None)
    assert toolchain.wanted(root) is None
    settings = elan.home / "settings.toml"
    settings.write_text('default_toolchain = "v4.1.0"\n')
    assert toolchain.wanted(root) == "v4.1.0"
    (tmp_path / "lean-toolchain").write_text("v4.2.0\n")
    assert toolchain.wanted(root) == "v4.2.0"
    (root / "lean-toolchain").write_text("v4.3.0\n\n")
    assert toolchain.wanted(root) == "v4.3.0"
    settings.write_text(f'[overrides]\n"{root}" = "v4.4.0"\n')
    assert toolchain.wanted(root) == "v4.4.0"
    monkeypatch.setenv("ELAN_TOOLCHAIN", "v4.5.0")
    assert toolchain.wanted(root) == "v4.5.0"


def test_a_linked_toolchain(elan: StandIn, tmp_path: Path) -> None:
    (elan.home / "toolchains" / "own").symlink_to(elan.toolchain)
    root = project(tmp_path / "mine", name="own")
    assert toolchain.find(root).name == "own"
    assert toolchain.find(root).version == Version((4, 28, 0))


def test_a_toolchain_that_is_not_installed(elan: StandIn, tmp_path: Path) -> None:
    root = project(tmp_path / "mine", name="leanprover/lean4:v4.27.0")
    with pytest.raises(SetupError, match=r"v4\.27\.0 is not installed") as problem:
        toolchain.find(root)
    assert "`elan toolchain install leanprover/lean4:v4.27.0`" in problem.value.hint
    assert elan.asked == [], "elan downloads what it is asked for"


@pytest.mark.usefixtures("elan")
def test_a_channel_is_no_release(tmp_path: Path) -> None:
    root = project(tmp_path / "mine", name="stable")
    with pytest.raises(SetupError, match="only the network says"):
        toolchain.find(root)


def test_a_broken_toolchain(elan: StandIn, tmp_path: Path) -> None:
    elan.now("broken")
    with pytest.raises(SetupError, match=r"is broken: .*libleanshared") as problem:
        _ = toolchain.find(project(tmp_path / "mine")).version
    assert f"elan toolchain install {NAME}" in problem.value.hint


@pytest.mark.usefixtures("bare")
def test_without_any_native_lean(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="neither elan nor a `lake`") as problem:
        toolchain.find(project(tmp_path / "mine"))
    assert "--lean embedded" in problem.value.hint


@pytest.mark.usefixtures("bare")
def test_a_lean_on_the_path_must_be_the_projects(tmp_path: Path) -> None:
    standing = StandIn.make(tmp_path / "other", NOTHING)
    (tmp_path / "bin").symlink_to(standing.toolchain / "bin")
    assert toolchain.find(project(tmp_path / "mine")).folder == standing.toolchain
    with pytest.raises(SetupError, match=r"asks for v4\.27\.0, .* is 4\.28\.0"):
        toolchain.find(project(tmp_path / "older", name="v4.27.0"))


@pytest.mark.parametrize(
    ("banner", "version", "supported"),
    [
        ("Lean (version 4.28.0-rc1, x86_64, commit 1)", "4.28.0-rc1", True),
        ("Lean (version 4.9.1, commit 1, Release)", "4.9.1", False),
        ("Lean (version 4.40.0-nightly-2027-01-01, commit 1)", "4.40.0-nightly-2027-01-01", False),
    ],
)
def test_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, banner: str, version: str, supported: bool
) -> None:
    standing = StandIn.make(tmp_path / "elan", NOTHING, banner=banner)
    monkeypatch.setenv("ELAN_HOME", str(standing.home))
    found = toolchain.find(project(tmp_path / "mine")).version
    assert (str(found), found.supported) == (version, supported)


def test_a_project_that_was_never_built(elan: StandIn, tmp_path: Path) -> None:
    root = project(tmp_path / "mine")
    (root / "lake-manifest.json").unlink()
    with pytest.raises(SetupError, match="was never built") as problem:
        Project(root).variables(toolchain.find(root))
    assert problem.value.hint == f"Run `cd {root} && lake build`."
    assert elan.asked == [], "Lake would write the file that is missing"


def test_a_dependency_that_was_never_fetched(elan: StandIn, tmp_path: Path) -> None:
    root = project(tmp_path / "mine", packages=("mathlib",))
    (root / ".lake" / "packages" / "mathlib").rename(tmp_path / "gone")
    with pytest.raises(SetupError, match="lacks its dependency mathlib") as problem:
        Project(root).variables(toolchain.find(root))
    assert "lake exe cache get && lake build" in problem.value.hint
    assert elan.asked == [], "Lake would clone it"


@pytest.mark.usefixtures("elan")
def test_dependencies_at_a_path_and_with_unusual_names(tmp_path: Path) -> None:
    root = project(tmp_path / "mine")
    items = [
        {"name": "near", "type": "path", "dir": "../near"},
        {"name": "«doc-gen4»", "type": "git", "subDir": "deep"},
    ]
    manifest = {"packages": items, "packagesDir": "elsewhere"}
    (root / "lake-manifest.json").write_text(json.dumps(manifest))
    near, doc = Project(root).dependencies
    assert near.folder.resolve() == tmp_path / "near"
    assert doc.folder == root / "elsewhere" / "doc-gen4" / "deep"


@pytest.mark.parametrize("text", ["{", "[]", '{"packages": [{}]}', "{}"])
@pytest.mark.usefixtures("elan")
def test_a_manifest_that_is_none(tmp_path: Path, text: str) -> None:
    root = project(tmp_path / "mine")
    (root / "lake-manifest.json").write_text(text)
    with pytest.raises(SetupError, match=r"lake-manifest\.json can't be read"):
        _ = Project(root).dependencies


def test_a_lakefile_with_a_mistake(elan: StandIn, tmp_path: Path) -> None:
    elan.now("invalid")
    root = project(tmp_path / "mine")
    with pytest.raises(SetupError, match=r"can't load .*lakefile\.lean:3:0: unknown"):
        Project(root).variables(toolchain.find(root))


def test_which_imports_are_built(elan: StandIn, tmp_path: Path) -> None:
    root = project(tmp_path / "mine", packages=("mathlib", "aesop"))
    here = Project(root)
    variables = here.variables(toolchain.find(root))
    assert elan.asked == [f"lake env in {root}"]
    here.check_built(["Init", "Mathlib", "Aesop", "Mine.Basic"], variables)
    module(root, "Mine.New", built=False)
    with pytest.raises(SetupError, match=r"Mine\.New of this project is not built") as own:
        here.check_built(["Mine.New"], variables)
    assert own.value.hint == f"Run `cd {root} && lake build Mine.New`."
    module(root / ".lake" / "packages" / "mathlib", "Mathlib.Tactic", built=False)
    with pytest.raises(SetupError, match=r"Mathlib\.Tactic of mathlib") as fetched:
        here.check_built(["Mathlib.Tactic"], variables)
    assert "lake exe cache get && lake build Mathlib.Tactic" in fetched.value.hint
    with pytest.raises(InputError, match=r"has no module Nowhere\.Else"):
        here.check_built(["Nowhere.Else"], variables)


def test_options_of_a_lakefile_in_toml(tmp_path: Path) -> None:
    text = {
        "leanOptions": {"pp": {"unicode": {"fun": True}}, "maxSynthPendingDepth": 3},
        "lean_lib": [
            {"name": "Mine", "leanOptions": [{"name": "autoImplicit", "value": False}]},
            {"name": "Other", "srcDir": "src", "leanOptions": {"weak.linter.all": True}},
        ],
    }
    for_all = {"pp.unicode.fun": True, "maxSynthPendingDepth": 3}
    files = ("Mine.lean", "Mine/A/B.lean", "src/Other/A.lean", "Scratch.lean")
    mine, below, other, scratch = (
        lake_project.from_toml(text, tmp_path, tmp_path / file) for file in files
    )
    assert mine == below == {**for_all, "autoImplicit": False}
    assert other == {**for_all, "weak.linter.all": True}
    assert scratch == lake_project.from_toml(text, tmp_path, None) == for_all


def test_options_of_a_lakefile_in_lean_are_asked_for(elan: StandIn, tmp_path: Path) -> None:
    root = project(tmp_path / "mine")
    (root / "lakefile.lean").write_text("import Lake\n")
    elan.says({"autoImplicit": False, "maxRecDepth": 1000})
    file = root / "Mine" / "Basic.lean"
    found = lake_project.of_file(Project(root), toolchain.find(root), file)
    assert found == {"autoImplicit": False, "maxRecDepth": 1000}
    assert elan.asked[-1] == f"lake setup-file --no-build {file} in {root}"
    (elan.toolchain / "setup.json").write_text("error: build failed\n")
    with pytest.raises(SetupError, match="does not tell the options"):
        lake_project.of_file(Project(root), toolchain.find(root), file)


def test_options_are_commands() -> None:
    text = lake_project.commands({"weak.a.b": True, "c": 3, "d'": 'say "no"', "e\n#eval 1": 1})
    assert text == 'set_option a.b true\nset_option c 3\nset_option d\' "say \\"no\\""\n'


@pytest.mark.parametrize(
    ("output", "first"),
    [
        ("info: x\nerror: build failed\nerror: A.lean:1:2: bad\n", "A.lean:1:2: bad"),
        ("error: no C compiler\nwords", "no C compiler"),
        ("some words\n\n", "some words"),
        ("", "it said nothing"),
    ],
)
def test_the_first_error_of_a_program(output: str, first: str) -> None:
    assert first_error(output) == first
    assert re.search(re.escape(first), first_error("", output))
