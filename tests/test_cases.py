"""Files as people write them: what of each is tried, what is not, and what is told of the rest."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from prover.api import make_search
from prover.file_check import FileReport, check_file
from prover.file_prover import FileProver, obstacle
from prover.incremental_verifier import IncrementalVerifier, TextVerifiers, VerifierPool
from prover.lean.interface import Closed, TacticLimit
from prover.lean.pool import LeanPool
from prover.lean_file import Hole, LeanFile
from prover.search.budget import Limit
from prover.verifier import Verifier
from tests.misreadings import MISREADINGS

pytestmark = [pytest.mark.lean]

CASES = Path(__file__).with_name("cases")
CLOSERS = ("grind", "omega", "simp_all", "simp +arith")
OWN = {
    "fact_pos": ["induction n <;> simp_all +arith [fact, Nat.mul_pos]"],
    "instAbelianShift": [
        "exact fun a b => congrArg Shift.mk (Nat.add_comm a.by_ b.by_)",
        "exact congrArg Shift.mk (Nat.add_assoc a.by_ b.by_ c.by_)",
    ],
    "instTransShiftLe": ["exact Nat.le_trans h₁ h₂"],
    "Shift.pred": ["exact Nat.sub_lt h Nat.one_pos"],
    "Queue.size_push": ["simp [push, size]; omega"],
    "Semi.twice": ["exact Semi.assoc .."],
    "obt": ["exact ⟨n / 2, by omega⟩"],
    "Tree.length_toList": ["induction t <;> simp_all +arith [toList, size]"],
}
"""Tactics for goals that need more, by the name of the declaration."""
MISSING_CODE = "the embedded Lean can't make code that calls its own library"


async def report_of(warm: LeanPool, name: str) -> tuple[LeanFile, FileReport]:
    file = LeanFile.read(CASES / f"{name}.lean")
    return file, await check_file(warm, file)


async def closes(warm: LeanPool, file: LeanFile, hole: Hole) -> bool:
    """Whether one of a few tactics closes the goal of a hole."""
    async with warm.session() as session:
        state = await session.open(file.theorem(hole, {}))
        tactics = [*OWN.get(hole.name, ()), *CLOSERS]
        return Closed() in await session.run(state, tactics, TacticLimit(seconds=60))


def untried(file: LeanFile, report: FileReport) -> dict[str, str]:
    """The holes that are not tried, by name and line, with the reason."""
    reasons = {hole: obstacle(file, report, hole) for hole in report.holes}
    return {f"{hole.name}:{hole.line}": reason for hole, reason in reasons.items() if reason}


@pytest.mark.parametrize(
    ("name", "holes"),
    [
        ("code_eval", 1),
        ("code_instances", 4),
        ("code_lists", 1),
        ("code_loops", 1),
        ("code_maps", 1),
        ("code_more", 4),
        ("code_trees", 1),
        ("suffices", 8),
        ("suffices_more", 4),
        ("warning_as_error", 2),
    ],
)
async def test_every_hole_has_its_goal(warm: LeanPool, name: str, holes: int) -> None:
    file, report = await report_of(warm, name)
    assert report.errors == ()
    assert untried(file, report) == {}
    assert len(report.holes) == holes
    assert [hole.name for hole in report.holes if not await closes(warm, file, hole)] == []


async def test_evaluations_are_told_as_not_run(warm: LeanPool) -> None:
    _, report = await report_of(warm, "code_eval")
    told = [message.line for message in report.messages if "not run here" in message.text]
    assert told == [13, 14, 15, 16, 17, 18, 31, 32]


async def test_what_needs_code_fails_alone(warm: LeanPool) -> None:
    file, report = await report_of(warm, "code_elab")
    [error] = [message for message in report.errors if MISSING_CODE in message.text]
    assert error.line == 8
    assert "\n" not in error.text
    [hole] = report.holes
    assert hole.name == "after_meta"
    assert await closes(warm, file, hole)


async def test_an_error_costs_what_depends_on_it(warm: LeanPool) -> None:
    file, report = await report_of(warm, "errors")
    reasons = untried(file, report)
    needs = "It needs `{}`, which has an error on line {}."
    assert reasons == {
        "of_missing:7": needs.format("Box", 3),
        "of_bad:14": needs.format("bad", 12),
        "of_worse:16": needs.format("worse", 12),
        "by_broken:21": needs.format("broken", 18),
        ":23": "It stands in text that Lean can't parse; see the error before it.",
        "of_unread:24": needs.format("unread", 23),
        "halves:28": "Line 29: Unknown identifier `missing`.",
        "Space.shadowed:38": needs.format("Space.good", 36),
        "after_scene:42": "The error on line 41 may change what this says.",
    }
    assert {hole.name for hole in report.holes} == {
        *(name.partition(":")[0] for name in reasons),
        *("own", "auto_bound", "of_good", "closed", "Space.untouched"),
    }
    own, last = (next(h for h in report.holes if h.name == n) for n in ("own", "Space.untouched"))
    assert await closes(warm, file, own)
    assert await closes(warm, file, last)
    assert obstacle(file, report, own, strict=True).endswith("errors.lean:3:9 has an error.")


async def test_what_rests_on_a_sorry_is_not_tried(warm: LeanPool) -> None:
    file, report = await report_of(warm, "rests_on_sorry")
    data = "This `sorry` stands for data, not for the proof of a proposition."
    assert untried(file, report) == {
        "answer:1": data,
        "answered:2": "Its statement rests on the `sorry` of `answer`.",
        "typed:3": "Its statement has a `sorry` in it.",
        "said:4": "Its statement has a `sorry` in it.",
    }


@pytest.mark.parametrize(
    ("name", "gaps", "holes"),
    [
        ("admit_and_stop", [("by_admit", 1, "`admit`"), ("by_stop", 3, "`stop`")], []),
        (
            "sorry_in_macro",
            [
                ("by_todo", 4, "a macro"),
                ("by_admit", 5, "`admit`"),
                ("by_stop", 7, "`stop`"),
                ("by_term", 9, "a macro"),
            ],
            ["by_sorry"],
        ),
        (
            "field_defaults",
            [("Window", 4, "default"), ("unit", 6, "default"), ("width_pos", 10, "default")],
            ["width_pos"],
        ),
    ],
)
async def test_what_is_no_hole_is_named(
    warm: LeanPool, name: str, gaps: list[tuple[str, int, str]], holes: list[str]
) -> None:
    file, report = await report_of(warm, name)
    assert [(gap.name, gap.line) for gap in report.gaps] == [(gap, line) for gap, line, _ in gaps]
    for gap, (_, _, part) in zip(report.gaps, gaps, strict=True):
        assert part in gap.reason
    assert [hole.name for hole in report.holes] == holes
    assert untried(file, report) == {}


async def test_names_are_those_that_users_wrote(warm: LeanPool) -> None:
    _, report = await report_of(warm, "private_names")
    assert [hole.name for hole in report.holes] == ["triple_eq", "helper", "hidden"]
    names = {declaration.name for declaration in report.declarations}
    assert {"triple", "triple_eq", "helper", "hidden"} <= names
    _, report = await report_of(warm, "warning_as_error")
    assert [hole.name for hole in report.holes] == ["swap_pair", "example"]


async def test_warnings_made_errors_count_for_a_check_alone(warm: LeanPool) -> None:
    _, report = await report_of(warm, "warning_as_error")
    assert report.errors == ()
    assert [fault.line for fault in report.faults] == [3, 6]


async def test_what_is_not_declared_or_not_read_is_told(warm: LeanPool) -> None:
    _, report = await report_of(warm, "macro_swallows_theorem")
    [swallowed] = [found for found in report.declarations if found.name == "impossible"]
    assert "it is not declared" in swallowed.reason
    assert not report.sound
    _, report = await report_of(warm, "exit_hides_theorem")
    assert report.unread == 3
    assert not report.sound


async def test_proofs_within_a_definition_come_before_what_speaks_of_it(
    warm: LeanPool, pool: LeanPool
) -> None:
    text = (
        "def two : Fin 3 := ⟨2, by sorry⟩\n"
        "theorem two_val : two.val = 2 := by sorry\n"
        "#guard_msgs (drop warning) in\ntheorem kept : 1 = 1 := by\n  have := 1\n  sorry\n"
        "/-- warning: declaration uses `sorry` -/\n#guard_msgs in\n"
        "theorem guarded : 1 = 1 := by sorry\n"
        "theorem partly : 1 = 1 ∧ 2 = 2 := ⟨by admit, by sorry⟩\n"
    )
    file = LeanFile(Path("A.lean"), text.encode())
    report = await check_file(warm, file)
    assert untried(file, report) == {}
    search = make_search(warm, limit=Limit(seconds=60))
    async with TextVerifiers(VerifierPool(partial(IncrementalVerifier, pool))) as verifiers:
        proving = FileProver(file, report, search=search, verifier=verifiers.verifier)
        async for _ in proving.run(report.holes):
            pass
    assert set(proving.scripts) == set(report.holes)
    notes = {hole.name: proving.results[hole].verification for hole in report.holes}
    assert {name for name, found in notes.items() if found and found.note} == {"guarded"}
    assert {name for name, found in notes.items() if found and not found.whole} == {"partly"}
    written = proving.verifications.keys()
    assert {hole.name for hole in report.holes if hole.declaration not in written} == {"partly"}


async def test_examples_of_one_namespace_are_looked_into_one_by_one(warm: LeanPool) -> None:
    examples = ["1 = 1 := rfl", "2 = 2 := by decide", "3 = 4 := sorry"]
    text = "namespace A\n" + "".join(f"example : {example}\n" for example in examples)
    report = await check_file(warm, LeanFile(Path("A.lean"), text.encode()))
    assert [found.accepted for found in report.declarations] == [True, True, False]


@pytest.mark.parametrize("name", MISREADINGS)
async def test_what_could_mean_something_else_is_not_tried(warm: LeanPool, name: str) -> None:
    text, reasons, tried = MISREADINGS[name]
    file = LeanFile(Path("A.lean"), text.encode())
    report = await check_file(warm, file)
    found = {hole.name: obstacle(file, report, hole) for hole in report.holes}
    assert {hole for hole, reason in found.items() if not reason} == set(tried)
    assert found.keys() == {*reasons, *tried}
    for hole, part in reasons.items():
        assert part in found[hole]
        theorem = file.theorem(next(one for one in report.holes if one.name == hole), {})
        assert not (await Verifier(warm)(theorem, "first | rfl | simp | omega")).accepted


async def test_what_an_agent_writes(warm: LeanPool) -> None:
    text = (
        "lemma aux.{u} (n : Nat) : n = n := by\n  nlinarith\n  sorry\n\n"
        "/-- doc -/\nlemma aux2 : 1 = 1 := by sorry\n"
        "theorem t1 : aux = aux := by sorry\n"
        "theorem t2 (x y : Nat) (h : x = y) : y = x := by\n  push_neg at h\n  sorry -- sorry\n"
        "theorem t3 (n : Nat) : n = n := by sorry\n"
    )
    file = LeanFile(Path("A.lean"), text.encode())
    report = await check_file(warm, file)
    reasons = [(hole.line, obstacle(file, report, hole)) for hole in report.holes]
    not_parsed = "It stands in text that Lean can't parse; see the error before it."
    assert reasons == [
        (3, not_parsed),
        (6, not_parsed),
        (7, "It needs `aux`, which has an error on line 1."),
        (10, not_parsed),
        (11, ""),
    ]


@pytest.mark.parametrize("command", ["def junk := 0", "#check 1", "section end"])
async def test_a_theorem_that_is_none_is_told(warm: LeanPool, command: str) -> None:
    rules = f"macro_rules | `(theorem $_:declId $_:declSig := $_:term) => `({command})\n"
    text = rules.replace("section end", "open Nat") + "theorem wrong : (1 : Nat) = 2 := by decide\n"
    report = await check_file(warm, LeanFile(Path("A.lean"), text.encode()))
    [found] = [one for one in report.declarations if one.name == "wrong"]
    assert "it is not declared" in found.reason


async def test_universes_that_lean_names_last_are_no_gap(warm: LeanPool) -> None:
    text = (
        "structure PO (α : Type _) where\n  le : α → α → Prop\n  refl : ∀ a, le a a\n"
        "def auto (P : PO α) : PO α × PO α :=\n"
        "  ({ le := P.le, refl := by sorry }, { le := P.le, refl := by sorry })\n"
    )
    file = LeanFile(Path("A.lean"), text.encode())
    report = await check_file(warm, file)
    first, second = report.holes
    verifier = Verifier(warm)
    verdict = await verifier(file.theorem(first, {}), "exact P.refl")
    assert (verdict.accepted, verdict.whole) == (True, False), verdict.reason
    verdict = await verifier(file.theorem(second, {first: "exact P.refl"}), "exact P.refl")
    assert (verdict.accepted, verdict.whole) == (True, True), verdict.reason


async def test_a_proof_may_not_take_in_more_than_its_definition(warm: LeanPool) -> None:
    text = (
        "variable (h : 1 = 2)\n"
        "def foo : (1 = 2) ∧ (3 = 3) := by\n  constructor\n  · sorry\n  · sorry\n"
    )
    file = LeanFile(Path("A.lean"), text.encode())
    report = await check_file(warm, file)
    verdict = await Verifier(warm)(file.theorem(report.holes[0], {}), "exact h")
    assert "foo is not declared with the type that it had" in verdict.reason
