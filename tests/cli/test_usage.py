"""What needs no Lean: help, the version, and input that can't be used."""

from __future__ import annotations

import inspect
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest

from prover.cli import VERBS
from prover.cli.options import at_line, chosen_model_options, named_holes, split_place
from prover.errors import InputError
from prover.file_check import Declaration, FileReport, Message
from prover.lean_file import Hole, LeanFile
from prover.policy.model_options import ModelOptions
from tests.cli.conftest import Prover
from tests.test_lean_file import TWO, holes_of


def test_version(prover: Prover) -> None:
    assert prover("--version").out == f"prover {version('prover')}\n"


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_help(here: Prover, verb: str) -> None:
    assert verb in here("--help").out
    ran = here(verb, "--help")
    assert ran.code == 0
    assert "Usage:" in ran.out


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_listed_of_a_verb_is_how_its_description_begins(verb: str) -> None:
    listed = VERBS[verb]
    function = getattr(import_module(f"prover.cli.{listed.module}"), listed.function)
    first, _, _ = (inspect.getdoc(function) or "").partition("\n\n")
    assert listed.summary == " ".join(first.split())


SLOW = "torch transformers networkx httpx httpx2 matplotlib lean_dojo ray mcp fastapi yaml filelock"


@pytest.mark.parametrize(
    ("module", "others"),
    [("prover.cli", "asyncio pydantic prover.search"), ("prover.cli.prove_task", "prover.bench")],
)
def test_what_takes_long_to_import_is_left_to_those_who_need_it(module: str, others: str) -> None:
    code = f"import {module}, sys; print(*sys.modules, sep='\\n')"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert module in loaded
    assert not loaded & {*SLOW.split(), *others.split()}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["prove"], "Missing argument"),
        (["prove", "Nowhere.lean"], "there is no file Nowhere.lean"),
        (["check", "Nowhere.lean"], "there is no file Nowhere.lean"),
        (["prove", "Empty.lean"], "Empty.lean is empty"),
        (["prove", "Bytes.lean:3"], "Bytes.lean:2: byte 12 is not UTF-8"),
        (["prove", "A.lean", "--seconds", "0"], "the limit `seconds` is 0"),
        (["prove", "A.lean", "--workers", "0"], "--workers"),
        (["prove", "A.lean", "--search", "baseline-lama"], "Did you mean `baseline-llemma`?"),
        (["prove", "A.lean", "--policy", "bultin"], "Did you mean `builtin`?"),
        (["prove", "A.lean", "--policy", "mix:llemma*3+bultin"], "Did you mean `builtin`?"),
        (["prove", "A.lean", "--policy", "mix:llemma*many"], "`many` is no share"),
        (["prove", "A.lean", "--policy", "endpoint:localhost:80"], "Write it as `http://"),
        (["prove", "A.lean", "--model-option", "sample=3"], "Did you mean `samples`?"),
        (["prove", "A.lean", "--model-option", "samples=0"], "`samples` is 0"),
        (["prove", "A.lean", "--model-option", "samples"], "`samples` sets nothing"),
        (["prove", "A.lean", "--model-option", "samples=["], "is no value of `samples`"),
        (["prove", "A.lean", "--model-option", "key_file=["], "is no value of `key_file`"),
        (["graph", "Nowhere.jsonl", "a.svg"], "Nowhere.jsonl can't be read"),
        (["graph", "A.lean", "a.svg"], "A.lean:1: this line is not JSON"),
        (["graph", "A.lean", "a.txt"], "a graph can't be written to `a.txt`"),
        (["solve", "A.lean"], "No such command"),
    ],
)
def test_wrong_use(here: Prover, tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "A.lean").write_text(TWO)
    (tmp_path / "Empty.lean").write_text("")
    (tmp_path / "Bytes.lean").write_bytes(b"theorem a :\n\xff := sorry")
    ran = here(*arguments)
    assert ran.code == 2
    assert message in ran.err
    assert ran.out == ""


def test_a_password_in_an_address_is_not_repeated(here: Prover, tmp_path: Path) -> None:
    (tmp_path / "A.lean").write_text(TWO)
    ran = here("prove", "A.lean", "--policy", "endpoint:http://me:secret@localhost:80")
    assert ran.code == 2
    assert "PROVER_API_KEY" in ran.err
    assert "secret" not in ran.err


def test_a_place_is_a_path_and_a_line(tmp_path: Path) -> None:
    assert split_place("A.lean") == (Path("A.lean"), None)
    assert split_place("a/A.lean:12") == (Path("a/A.lean"), 12)
    assert split_place("A.lean:12:3") == (Path("A.lean"), 12)
    strange = tmp_path / "A.lean:12"
    strange.write_text("-- a file with a colon in its name")
    assert split_place(str(strange)) == (strange, None)


def test_the_holes_of_a_line_or_of_its_declaration() -> None:
    file = LeanFile(Path("A.lean"), TWO.encode())
    first, second, third, fourth = holes = holes_of(file.text)
    assert at_line(file, holes, 2) == [first, second]
    assert at_line(file, holes, 5) == [third]
    assert at_line(file, holes, 4) == [third, fourth]
    with pytest.raises(InputError, match="no `sorry` on line 3") as raised:
        at_line(file, holes, 3)
    assert "lines: 2, 5, 6" in raised.value.hint


def test_the_holes_of_a_name() -> None:
    first, second, third, fourth = holes = holes_of(TWO.encode())
    assert named_holes(holes, [], ["ℓ"]) == [third, fourth]
    assert named_holes(holes, [], ["ℓ", "a"]) == [first, second, third, fourth]
    with pytest.raises(InputError, match="no theorem is called `b`") as raised:
        named_holes(holes, [], ["b"])
    assert "a, ℓ" in raised.value.hint
    # What Lean can't parse has no name.
    with pytest.raises(InputError) as raised:
        named_holes([replace(first, name=""), third], [], ["b"])
    assert raised.value.hint == "With `sorry`: ℓ."


@pytest.mark.parametrize("unproved", [[], holes_of(TWO.encode())])
@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("Deep.done", "`Deep.done` has no `sorry`", "There is nothing to prove in it."),
        ("done", "`Deep.done` has no `sorry`", "There is nothing to prove in it."),
        ("number", "`number` has no `sorry`", "There is nothing to prove in it."),
        ("failed", "`failed` has no `sorry`", "There is nothing to prove in it."),
        ("nmber", "no theorem is called `nmber`", "Did you mean number?"),
    ],
)
def test_a_name_without_a_hole(unproved: list[Hole], name: str, message: str, hint: str) -> None:
    declared = ["Deep.done", "number", "failed"]
    with pytest.raises(InputError) as raised:
        named_holes(unproved, declared, [name])
    assert (raised.value.message, raised.value.hint) == (message, hint)


def test_a_name_that_is_nowhere_in_a_file_without_holes() -> None:
    with pytest.raises(InputError) as raised:
        named_holes([], [], ["b"])
    assert raised.value.hint == "The file has no `sorry`."


def test_options_of_models_are_written_as_in_yaml() -> None:
    base = ModelOptions(seed=3)
    settings = ["temperature=0.5", "key_file=a=b", "chat=true", "window=null", "samples=4"]
    assert chosen_model_options(settings, base) == ModelOptions(
        temperature=0.5, key_file=Path("a=b"), chat=True, samples=4, seed=3
    )
    assert chosen_model_options([], base) == base


def test_errors_are_told_in_the_order_of_the_file() -> None:
    late, early = Message(9, 0, "error", "late"), Message(2, 5, "error", "early")
    report = FileReport((late, Message(1, 0, "warning", "no matter"), early), (), ())
    assert report.errors == (early, late)
    assert [message.line for message in report.told] == [1, 2, 9]
    assert str(early) == "2:5: early"
    assert Declaration("a", True, True, ()).to_json()["accepted"] is True
