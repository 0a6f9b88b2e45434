"""What the command line says at the end; no Lean."""

from __future__ import annotations

from pathlib import Path

import pytest

from prover.cli.console import axioms_text
from prover.cli.prove_output import TextOutput
from prover.file_check import FileReport, Message
from prover.file_prover import FileProver
from prover.lean.interface import Verification
from prover.lean_file import LeanFile
from prover.search.result import Refusal, Result, Seconds, Status
from tests.incremental import verifiers
from tests.test_file_prover import scripted, yes
from tests.test_lean_file import TWO, holes_of

FILE = LeanFile(Path("A.lean"), TWO.encode())
HOLES = holes_of(FILE.text)
REPORT = FileReport((), (), tuple(HOLES))


@pytest.mark.parametrize(
    ("axioms", "trusted", "told"),
    [
        ([], 0, "no axioms"),
        (["propext"], 0, "the standard axiom propext"),
        (["propext", "Quot.sound"], 0, "the standard axioms propext, Quot.sound"),
        (["lie"], 0, "the axiom lie"),
        (["lie", "propext"], 0, "the standard axiom propext and the axiom lie"),
        ([], 7, "no axiom beyond the library's"),
        (["propext", "Quot.sound"], 7, "no axiom beyond the library's and propext, Quot.sound"),
    ],
)
def test_axioms_as_print_axioms_lists_them_where_that_is_known(
    axioms: list[str], trusted: int, told: str
) -> None:
    assert axioms_text(axioms, trusted) == told


def test_each_hole_without_a_proof_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    proving = FileProver(FILE, REPORT, search=scripted({}, []), verifier=verifiers(yes).verifier)
    refusal = Refusal("simp\nomega", "it does not fit:\nat line 3")
    results = [
        Result("a", Status.REFUSED, refusal.sentence, refusal=refusal, limit="seconds"),
        Result("a", Status.LIMIT, "Reached the limit of 60 seconds.", limit="seconds"),
        Result("ℓ", Status.LIMIT, "Reached the limit of 9 tactics.", limit="tactics"),
        Result("ℓ", Status.ERROR, "it is gone", "Start it again"),
    ]
    proving.results.update(zip(HOLES, results, strict=True))
    TextOutput(FILE).end(proving, REPORT, HOLES)
    said = capsys.readouterr()
    first, second, third, fourth = (f"A.lean:{hole.line}: {hole.name}: " for hole in HOLES)
    assert said.err == (
        f"{first}A proof was found and refused: it does not fit.\n"
        "    at line 3\n"
        "  This script was refused:\n"
        "    simp\n"
        "    omega\n"
        f"{second}Reached the limit of 60 seconds. Give it more with `--seconds`.\n"
        f"{third}Reached the limit of 9 tactics.\n"
        f"{fourth}it is gone. Start it again.\n"
    )
    assert "0 of 4 proved" in said.out


def test_the_table_tells_the_time_of_the_search(capsys: pytest.CaptureFixture[str]) -> None:
    proving = FileProver(FILE, REPORT, search=scripted({}, []), verifier=verifiers(yes).verifier)
    seconds = Seconds(lean=3.0, verify=40.5, total=44.0)
    for hole in HOLES:
        proving.results[hole] = Result(hole.name, Status.CANCELLED, seconds=seconds)
    TextOutput(FILE).end(proving, REPORT, HOLES)
    told = capsys.readouterr().out
    assert "searched" in told
    assert told.count("3.5") == len(HOLES)
    assert "44" not in told


def test_what_is_not_tried_is_told_once_for_all_its_lines(
    capsys: pytest.CaptureFixture[str],
) -> None:
    proving = FileProver(FILE, REPORT, search=scripted({}, []), verifier=verifiers(yes).verifier)
    for hole in HOLES:
        result = proving.leave(hole, "It stands for data.")
        assert result.to_json()["status"] == "untried"
    TextOutput(FILE).end(proving, REPORT, HOLES)
    told = capsys.readouterr()
    assert told.err == "A.lean:2: Not tried: It stands for data. (also lines 5, 6)\n"
    assert told.out.count("not tried") == len(HOLES)


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("lemma", "`lemma` is a word of Mathlib; here write `theorem`."),
        ("theroem", "Did you mean `theorem`?"),
        ("quux", ""),
        ("𝔸", ""),
    ],
)
def test_errors_are_called_that_and_name_the_keyword_that_was_meant(
    capsys: pytest.CaptureFixture[str], word: str, hint: str
) -> None:
    file = LeanFile(Path("A.lean"), f"-- ℓ\n  {word} a : 1 = 1 := rfl".encode())
    message = Message(2, 2, "error", "unexpected identifier; expected command", fatal=True)
    TextOutput(file).errors(FileReport((message,), (), ()))
    first, *rest = capsys.readouterr().err.splitlines()
    assert first == "A.lean:2:2: error: unexpected identifier; expected command"
    assert rest == ([f"  {hint}"] if hint else [])


def test_other_errors_get_no_hint(capsys: pytest.CaptureFixture[str]) -> None:
    file = LeanFile(Path("A.lean"), b"lemma")
    report = FileReport(
        (Message(1, 0, "error", "unknown identifier", fatal=True),), (), (), unread=1
    )
    TextOutput(file).errors(report)
    first, second = capsys.readouterr().err.splitlines()
    assert first == "A.lean:1:0: error: unknown identifier"
    assert second.startswith("A.lean:1: error: Lean does not read")


def test_how_a_declaration_was_verified_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    proving = FileProver(FILE, REPORT, search=scripted({}, []), verifier=verifiers(yes).verifier)
    for hole in HOLES:
        proving.results[hole] = Result(hole.name, Status.PROVED, script="rfl")
        proving.scripts[hole] = "rfl"
        proving.verifications[hole.declaration] = Verification(True, axioms=("propext",), trusted=2)
    TextOutput(FILE).end(proving, REPORT, HOLES)
    assert "verified, no axiom beyond the library's and propext" in capsys.readouterr().out
