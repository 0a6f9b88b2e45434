"""The paths of the service, over a real Unix socket. Lean is scripted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from prover.api import Prover
from prover.errors import ProverError, SetupError
from prover.policy.policy import Candidate, Question
from prover.search.budget import Limit
from prover.search.events import Event
from prover.search.result import Result
from prover.search.trace import parse_events
from tests.search.scripted import Policy, ScriptedVerifier
from tests.service.scripted_service import THEOREM, TREE, Scripted, Served, events_of, serving
from tests.test_lean_file import TWO


@dataclass
class Seeded(Policy):
    """Remembers the seeds of what it was asked."""

    seeds: list[int] = field(default_factory=list)

    async def propose(self, questions: Sequence[Question], count: int) -> list[list[Candidate]]:
        self.seeds += [question.seed for question in questions]
        return await super().propose(questions, count)


@pytest_asyncio.fixture(scope="module")
async def served() -> AsyncIterator[Served]:
    async with serving() as served:
        yield served


async def test_a_proof_comes_with_its_events(served: Served) -> None:
    events = await served.events("/v1/prove", THEOREM)
    kinds = [event["event"] for event in events]
    assert kinds[:3] == ["queued", "accepted", "opened"]
    assert kinds[-2:] == ["verified", "result"]
    assert {"expanded", "progress"} <= set(kinds)
    assert events[0]["position"] == 0
    assert events[-1]["status"] == "proved"
    assert events[-1]["script"] == "split\n· done\n· done"
    assert all(event["theorem"] == "t" for event in events[1:])
    times = [event["t"] for event in events]
    assert times == sorted(times)


async def test_a_refused_proof_is_told_with_its_reason() -> None:
    scripted = Scripted({"root": {"a": "closed"}}, verifier=ScriptedVerifier(refused=["a"]))
    async with serving(scripted.opened) as served:
        result = (await served.events("/v1/prove", THEOREM))[-1]
    assert (result["status"], result["script"]) == ("refused", None)
    assert result["refusal"] == {"script": "a", "reason": "no"}
    assert result["message"].startswith("A proof was found and refused: no. ")
    assert "edit" not in result


async def test_what_is_streamed_is_a_trace(served: Served) -> None:
    answer = await served.post("/v1/prove", THEOREM)
    found: list[Event] = list(parse_events(answer.text.splitlines(), "stream"))
    assert [type(event).__name__ for event in found][:2] == ["Accepted", "Opened"]


async def test_big_events_can_be_left_out(served: Served) -> None:
    omit = ["expanded", "opened", "progress"]
    events = await served.events("/v1/prove", {**THEOREM, "omit": omit})
    assert [event["event"] for event in events] == ["queued", "accepted", "verified", "result"]


async def test_a_hole_of_a_file_gets_the_edit_that_fills_it(served: Served) -> None:
    body = {"file": {"text": TWO, "line": 5, "column": 24}}
    result = (await served.events("/v1/prove", body))[-1]
    assert (result["theorem"], result["line"], result["column"]) == ("ℓ", 5, 23)
    assert result["edit"] == {
        "start": {"line": 5, "column": 23},
        "end": {"line": 5, "column": 28},
        "text": "split\n" + " " * 23 + "· done\n" + " " * 23 + "· done",
    }


async def test_a_position_without_a_hole_is_told_where_they_are(served: Served) -> None:
    result = (await served.events("/v1/prove", {"file": {"text": TWO, "line": 3}}))[-1]
    assert result["status"] == "error"
    assert result["message"] == (
        "there is no `sorry` on line 3 of file.lean nor in a declaration around it"
    )
    assert result["hint"] == "There is one on each of these lines: 2, 5, 6."


async def test_limits_are_capped_by_the_service() -> None:
    limit = Limit(seconds=7, expansions=3)
    async with serving(limit=limit) as served:
        wanted = {"seconds": 1000, "expansions": 2, "tactics": 10**9}
        events = await served.events("/v1/prove", {**THEOREM, "limit": wanted})
    told = events[1]["limit"]
    assert (told["seconds"], told["expansions"], told["tactics"]) == (7, 2, limit.tactics)


async def test_suggestions_work_and_those_that_close_come_first_in_the_end(served: Served) -> None:
    events = await served.events("/v1/suggest", THEOREM)
    suggested = [event for event in events if event["event"] == "suggestion"]
    assert [(one["tactic"], one["closes"]) for one in suggested] == [
        ("split", False),
        ("slow", True),
    ]
    assert suggested[0]["goals"] == ["⊢ left", "⊢ right"]
    result = events[-1]
    assert [one["tactic"] for one in result["suggestions"]] == ["slow", "split"]
    assert result["status"] == "exhausted"


async def test_suggestions_by_prefix_and_number(served: Served) -> None:
    events = await served.events("/v1/suggest", {**THEOREM, "prefix": "s", "top": 1})
    assert [one["tactic"] for one in events[-1]["suggestions"]] == ["split"]
    assert events[-1]["status"] == "limit"
    none = await served.events("/v1/suggest", {**THEOREM, "prefix": "zz"})
    assert none[-1]["suggestions"] == []


async def test_theorems_to_avoid_are_named_by_no_tactic(served: Served) -> None:
    body = {**THEOREM, "avoid": ["Demo.split"]}
    assert (await served.events("/v1/prove", body))[-1]["script"] == "same\n· done\n· done"
    suggested = (await served.events("/v1/suggest", body))[-1]["suggestions"]
    assert [one["tactic"] for one in suggested] == ["slow", "same"]


async def test_a_seed_reaches_the_policy() -> None:
    policy = Seeded(TREE)
    async with serving(Scripted(policy=policy).opened) as served:
        for path in ("/v1/prove", "/v1/suggest"):
            policy.seeds.clear()
            await served.events(path, {**THEOREM, "seed": 7})
            assert set(policy.seeds) == {7}


async def test_a_suggestion_in_a_file_leaves_a_sorry_for_each_goal(served: Served) -> None:
    body = {"file": {"text": TWO, "line": 6}, "prefix": "split"}
    result = (await served.events("/v1/suggest", body))[-1]
    assert result["suggestions"][0]["edit"]["text"] == "split\n  · sorry\n  · sorry"


async def test_a_printed_goal_is_enough(served: Served) -> None:
    events = await served.events("/v1/suggest", {"goal": "n : Nat\n⊢ n + 0 = n"})
    assert events[-1]["theorem"] == "goal"
    refused = await served.events("/v1/prove", {"goal": "n + 0 = n"})
    assert "⊢" in refused[-1]["message"]


async def test_a_script_is_checked_by_the_gate() -> None:
    async with serving(Scripted(verifier=ScriptedVerifier(refused=["wrong"])).opened) as served:
        right = await served.events("/v1/check", {**THEOREM, "script": "right"})
        wrong = await served.events("/v1/check", {**THEOREM, "script": "wrong"})
    assert [event["event"] for event in right] == ["queued", "verified", "result"]
    assert (right[-1]["status"], wrong[-1]["status"]) == ("accepted", "refused")
    assert wrong[-1]["message"] == "no"


async def test_a_file_with_a_hole_is_refused(served: Served) -> None:
    events = await served.events("/v1/check", {"file": {"path": "x/A.lean", "text": TWO}})
    holes = [event for event in events if event["event"] == "hole"]
    assert [(hole["line"], hole["theorem"]) for hole in holes[:1]] == [(2, "a")]
    assert events[-1]["status"] == "refused"
    assert events[-1]["message"] == "x/A.lean:2: there is a `sorry`"


async def test_a_file_is_found_under_the_folder_only(tmp_path: Path) -> None:
    (tmp_path / "A.lean").write_text(TWO)
    async with serving(root=tmp_path) as served:
        inside = await served.events("/v1/prove", {"file": {"path": "A.lean", "line": 6}})
        outside = await served.events("/v1/prove", {"file": {"path": "../A.lean", "line": 6}})
    assert inside[-1]["status"] == "proved"
    assert outside[-1]["message"] == "the path leads out of the service's folder"
    assert str(tmp_path) not in str([inside, outside])


async def test_lean_copilot_gets_what_it_expects(served: Served) -> None:
    body = {"name": "prover", "input": "n : Nat\n⊢ n + 0 = n", "prefix": "s"}
    answer = await served.post("/generate", body)
    outputs = answer.json()["outputs"]
    assert [one["output"] for one in outputs] == ["split", "same", "slow"]
    assert all(0 < one["score"] <= 1 for one in outputs)


async def test_a_goal_that_lean_can_not_read_is_still_shown_to_the_policy(served: Served) -> None:
    answer = await served.post("/generate", {"name": "", "input": "n✝ : Nat\n⊢ root", "prefix": ""})
    assert [one["output"] for one in answer.json()["outputs"]] == list(TREE["root"])


async def test_runs_can_be_followed_afterwards(served: Served) -> None:
    answer = await served.post("/v1/prove", THEOREM)
    name = answer.headers["prover-run"]
    late = events_of(await served.unix.get(f"/v1/runs/{name}"))
    kept = [event for event in events_of(answer) if event["event"] not in ("expanded", "progress")]
    assert [event for event in late if event["event"] != "progress"] == kept
    unknown = await served.unix.get("/v1/runs/none")
    assert (unknown.status_code, unknown.json()["title"]) == (404, "Not Found")


async def test_status_health_and_metrics() -> None:
    async with serving() as served:
        await served.events("/v1/prove", THEOREM)
        status = (await served.unix.get("/v1/status")).json()
        assert (await served.unix.get("/healthz")).json() == {"status": "alive"}
        assert (await served.unix.get("/readyz")).json() == {"status": "ready"}
        metrics = (await served.unix.get("/metrics")).text
    assert status["ready"]
    assert (status["policy"], status["lean"]) == ("scripted", "4.0.0")
    assert (status["running"], status["waiting"], status["runs"]) == (0, 0, [])
    assert 'prover_runs_total{kind="prove",status="proved"} 1.0' in metrics


async def test_requests_wait_while_the_policy_is_loaded() -> None:
    loaded = asyncio.Event()

    @asynccontextmanager
    async def slowly() -> AsyncIterator[Prover]:
        await loaded.wait()
        yield Scripted().parts

    async with serving(slowly) as served:
        not_ready = await served.unix.get("/readyz")
        assert (not_ready.status_code, not_ready.headers["retry-after"]) == (503, "1")
        request = asyncio.create_task(served.events("/v1/prove", THEOREM))
        await served.until(lambda: served.service.runs.alive)
        loaded.set()
        events = await request
    assert [event["event"] for event in events][:3] == ["queued", "loading", "accepted"]
    assert events[-1]["status"] == "proved"


async def test_a_service_that_can_not_start_says_why() -> None:
    @asynccontextmanager
    async def broken() -> AsyncIterator[Prover]:
        raise SetupError("there is no Lean", "Run `prover setup`.")
        yield

    async with serving(broken) as served:
        await asyncio.wait({served.stop}, timeout=5)
        error = served.stop.exception()
    assert isinstance(error, SetupError)
    assert error.message == "there is no Lean"


async def test_a_bug_on_the_way_ends_the_service_too() -> None:
    @asynccontextmanager
    async def broken() -> AsyncIterator[Prover]:
        raise ZeroDivisionError
        yield

    async with serving(broken) as served:
        await asyncio.wait({served.stop}, timeout=5)
        error = served.stop.exception()
    assert isinstance(error, ProverError)
    assert "ZeroDivisionError" in error.message


async def test_a_bug_in_the_work_is_told_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    scripted = Scripted()

    async def fails(*_: object) -> Result:
        raise ZeroDivisionError("secret")

    scripted.verifier = fails  # type: ignore[assignment]
    async with serving(scripted.opened) as served:
        events = await served.events("/v1/check", {**THEOREM, "script": "x"})
    assert events[-1]["message"] == "the service has a bug"
    assert "secret" not in str(events)
    assert "secret" in caplog.text
