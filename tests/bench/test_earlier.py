"""What an earlier version has written: a configuration, the folder of a run, its traces.

They were made by `prover bench two.yaml --run run` with commit 25d9d49; of the packages in
`environment.json` three are left.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from prover.bench.attempt import jobs
from prover.bench.config import resolved
from prover.bench.outcomes import problem_results
from prover.bench.results import read_run, trace_path
from prover.bench.settings import Settings
from prover.search.events import Accepted, Verified
from prover.search.trace import build_graph
from prover.trace_file import read_trace

EARLIER = Path(__file__).with_name("earlier")
RUN = EARLIER / "run"


def test_a_run_is_read() -> None:
    run = read_run(RUN)
    assert [attempt.name for attempt in run.attempts] == ["swap", "wrong"]
    assert [attempt.proved for attempt in run.attempts] == [True, False]
    assert run.environment["lean"].startswith("4.28.0")
    assert len(problem_results(run)) == 2


async def test_a_configuration_means_the_same_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EARLIER)
    _, config = resolved("two.yaml", Settings(), {})
    run = read_run(RUN)
    wanted = jobs(config, run.problems, run.environment["lean"])
    assert [job.key for job in wanted] == [attempt.key for attempt in run.attempts]


@pytest.mark.parametrize(("number", "proved"), [(0, True), (1, False)])
def test_a_trace_is_read_and_its_graph_built(number: int, proved: bool) -> None:
    attempt = read_run(RUN).attempts[number]
    events = list(read_trace(trace_path(RUN, attempt.key)))
    assert isinstance(events[0], Accepted)
    verdicts = [event.verification for event in events if isinstance(event, Verified)]
    assert [(verdict.accepted, verdict.whole) for verdict in verdicts] == [(True, True)] * proved
    assert all(verdict.seconds > 0 for verdict in verdicts)
    graph = build_graph(events)
    assert graph is not None
    assert graph.proved is proved
