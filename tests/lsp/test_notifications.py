"""What the user reads."""

from __future__ import annotations

from typing import Any

import pytest

from prover.lsp.notifications import button, described, suggestion_title, summary
from prover.service.client import progress_text


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {},
            "Line 2: no proof found; 10 tactics tried. Reached. "
            "`prover lsp` can give it more time with `--seconds`.",
        ),
        ({"limit": "tactics"}, "Line 2: no proof found; 10 tactics tried. Reached."),
        (
            {"status": "exhausted", "message": "Allow more `candidates`.", "tactics": 1},
            "Line 2: no proof found; 1 tactic tried. Nothing is left to try.",
        ),
        (
            {"status": "exhausted", "message": "The policy proposed no tactic.", "tactics": 0},
            "Line 2: no proof found. The policy proposed no tactic.",
        ),
        ({"status": "refused"}, "Line 2: Reached."),
        ({"status": "error", "message": "it is gone", "hint": "Try"}, "Line 2: it is gone. Try."),
        ({"status": "cancelled", "message": ""}, "Line 2: cancelled."),
    ],
)
def test_the_news_come_first_and_only_options_that_the_proxy_has(
    changes: dict[str, Any], expected: str
) -> None:
    result = {"status": "limit", "message": "Reached.", "limit": "seconds", "tactics": 10}
    assert described(2, {**result, **changes}) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([4], "Proved 1 of 9; line 4 is left. Why."),
        ([4, 4], "Proved 1 of 9; line 4 is left. Why. Why."),
        ([12, 4], "Proved 1 of 9; lines 4 and 12 are left. Why. Why."),
        ([4, 12, 20], "Proved 1 of 9; lines 4, 12 and 20 are left. Why. Why. Why."),
    ],
)
def test_of_several_holes_those_that_are_left_are_told_first(
    lines: list[int], expected: str
) -> None:
    assert summary(1, 9, [(line, "why") for line in lines]) == expected


def test_a_suggestion_says_what_it_leaves() -> None:
    tactic = "induction n with\n| zero => ?_\n| succ n ih => ?_"
    two = {"tactic": tactic, "goals": ["⊢ a", "⊢ b"], "closes": False}
    one = {"tactic": "intro h", "goals": ["h : p ⊢ q\n⊢ a →\n  b"], "closes": False}
    done = {"tactic": "x" * 70, "goals": [], "closes": True}
    assert suggestion_title(two).endswith("| succ n ih => ?_ (leaves 2 goals)")
    assert button(two) == "induction n with | zero => ?_ |… (leaves 2 goals)"
    assert suggestion_title(one) == "intro h (leaves ⊢ a → b)"
    assert button(one) == "intro h (leaves 1 goal)"
    assert suggestion_title(done) == "x" * 59 + "… (closes the goal)"


def test_progress_counts_in_singular_and_plural() -> None:
    progress = {"event": "progress", "tactics": 1, "states": 2}
    assert progress_text(progress) == "1 tactic, 2 states"
    assert progress_text({**progress, "tactics": 0, "states": 1}) == "0 tactics, 1 state"
    assert progress_text({"event": "queued", "position": 1}) == "waits for 1 other"
    assert progress_text({"event": "queued", "position": 2}) == "waits for 2 others"
