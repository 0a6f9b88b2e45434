"""Messages and hints are sentences with a stop between them."""

from __future__ import annotations

import pytest

from prover.errors import InputError, sentences


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (("it is gone", "Start it again."), "It is gone. Start it again."),
        (("It is gone.", "Start it again"), "It is gone. Start it again."),
        (("no", ""), "No."),
        (("", ""), ""),
        (
            ("no theorem is called `a`", "Did you mean `b`?"),
            "No theorem is called `a`. Did you mean `b`?",
        ),
        (("A.lean:2: there is a `sorry`",), "A.lean:2: there is a `sorry`."),
        (("a.lean is empty", "Give one"), "a.lean is empty. Give one."),
        (("unsolved goals\nn : Nat\n⊢ n = 0",), "unsolved goals\nn : Nat\n⊢ n = 0"),
        (("`a` is not there",), "`a` is not there."),
    ],
)
def test_parts_become_sentences(parts: tuple[str, ...], told: str) -> None:
    assert sentences(*parts) == told


def test_an_error_is_told_with_its_hint() -> None:
    assert InputError("there is no file a", "Check the path.").sentences == (
        "There is no file a. Check the path."
    )
