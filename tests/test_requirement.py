"""What is required of a file by name, from reports written by hand."""

from __future__ import annotations

import pytest

from prover.file_check import Declaration, FileReport
from prover.lean_file import Hole, Span
from prover.requirement import Requirement, requirements

REPORT = FileReport(
    (),
    (
        Declaration("main", True, True, ("propext", "Classical.choice"), trusted=2),
        Declaration("A.main", True, True, ()),
        Declaration("A.helper", True, True, ()),
        Declaration("liar", True, False, ("lie",), reason="it rests on the axiom lie"),
        Declaration("odd", True, True, ("lie",)),
        Declaration("open", True, True, ()),
        Declaration("twice", True, True, ()),
        Declaration("twice", True, False, (), reason="no"),
        Declaration("example", True, True, ()),
    ),
    (Hole(Span(0, 5), Span(0, 9), "open", True, 1, 0),),
)


@pytest.mark.parametrize(
    ("name", "objection", "hint"),
    [
        ("main", "", ""),
        ("A.main", "", ""),
        ("helper", "`helper` is required and not there", "Did you mean `A.helper`?"),
        ("A.helpr", "`A.helpr` is required and not there", "Did you mean `A.helper`?"),
        ("example", "`example` is required and not there", None),
        ("liar", "`liar` is required and not accepted: it rests on the axiom lie", ""),
        ("odd", "`odd` is required and not accepted: it rests on the axiom lie", ""),
        ("open", "`open` is required and has a `sorry`", ""),
        ("twice", "`twice` is required and not accepted: no", ""),
    ],
)
def test_a_name_must_be_there_closed_and_within_the_axioms(
    name: str, objection: str, hint: str | None
) -> None:
    [found] = requirements(REPORT, [name])
    assert (found.name, found.objection, found.met) == (name, objection, not objection)
    assert hint is None or found.hint == hint


def test_names_are_told_once_each_in_their_order() -> None:
    found = requirements(REPORT, ["main", "liar", "main"])
    assert [one.name for one in found] == ["main", "liar"]
    assert requirements(FileReport((), (), ()), ["a"]) == [
        Requirement("a", "`a` is required and not there", "The file declares nothing.")
    ]


def test_a_requirement_is_an_event() -> None:
    assert Requirement("a").to_json() == {
        "event": "requirement",
        "name": "a",
        "met": True,
        "message": "",
        "hint": "",
    }
