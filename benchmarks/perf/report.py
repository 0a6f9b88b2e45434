"""How long the report of a large run takes, and how large it gets.

    python benchmarks/perf/report.py [--problems 500] [--states 300] [--out FILE] [--quick]

The run is made up: searches over random trees, with goals and errors of the usual length, told in
the events that a search tells. Every fifth has `--states` states and about three times as many
tactics, the others have 15 states. The last line is JSON.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from prover.bench.attempt import Attempt
from prover.bench.report.html_report import page
from prover.bench.results import read_run
from prover.lean.interface import Goal, Outcome, Progress, State, TacticError
from prover.policy.policy import Candidate
from prover.problems.problem import Problem, ProblemSet
from prover.search.budget import Limit
from prover.search.configuration import Configuration
from prover.search.events import Accepted, Expanded, Opened, Trial
from prover.search.result import Counters, Result, Seconds, Status

HARD_STEP = 5
TURN, ERRORS = 4, 3
"""Tactics at a time, and how many of them fail."""
Json = dict[str, Any]


class Searched:
    """A search that was made up, with so many states and no proof."""

    def __init__(self, name: str, states: int, seed: int) -> None:
        self.name, self.states = name, states
        self._random = random.Random(seed)
        self.counters = Counters()

    def events(self) -> Iterator[Json]:
        """What it told."""
        yield Accepted(self.name, "builtin", Configuration(), Limit()).to_json()
        yield Opened(self._state(0), 0.1).to_json()
        made, depths = 1, {0: 0}
        while made < self.states:
            # Mostly a recent one, so that the tree gets both deep and wide.
            number = max(self._random.choices(range(made), k=2))
            left = [self._state(made + more) for more in range(self._random.choice((1, 1, 2)))]
            depths.update({made + more: depths[number] + 1 for more in range(len(left))})
            made += len(left)
            trials = [self._failed() for _ in range(ERRORS)]
            trials.insert(self._random.randrange(TURN), self._trial(Progress(tuple(left))))
            yield self._expanded(number, depths[number], tuple(trials))
        yield self.result().to_json()

    def result(self) -> Result:
        """How it ended."""
        return Result(
            self.name,
            Status.LIMIT,
            "Reached the limit of 60 seconds.",
            limit="seconds",
            counters=self.counters,
            seconds=Seconds(lean=58.0, policy=0.5, total=60.0),
        )

    def _expanded(self, number: int, depth: int, trials: tuple[Trial, ...]) -> Json:
        self.counters += Counters(1, TURN, errors=ERRORS)
        state, cost = self._state(number), self._random.random() * 10
        waiting = Candidate("omega", -4.0, 1, "builtin")
        return Expanded(state, cost, depth, trials, 5, waiting).to_json()

    def _state(self, number: int) -> State:
        words = random.Random(number)
        hypotheses = [f"h{place} : {self._term(words)} ≤ {self._term(words)}" for place in range(4)]
        text = "\n".join(["a b c : Nat", *hypotheses, f"⊢ {self._term(words)} = {number}"])
        return State(0, (Goal((), "", "", "", text),), f"{self.name}-{number}")

    def _failed(self) -> Trial:
        message = f"linarith could not prove the goal:\n{self._term(self._random)} ≤ 0\n" * 3
        return self._trial(TacticError(message))

    def _trial(self, outcome: Outcome) -> Trial:
        tactic = f"rw [Nat.mul_add, Nat.add_comm {self._term(self._random)}]"
        return Trial(Candidate(tactic, -self._random.random() * 5, 8, "builtin"), outcome)

    @staticmethod
    def _term(words: random.Random) -> str:
        return " + ".join(f"{words.randrange(20)} * {words.choice('abc')}" for _ in range(4))


def write(folder: Path, problems: int, states: int, few: int = 15) -> None:
    """The folder of a run over so many problems, every fifth searched to so many states."""
    some = [
        Problem(f"problem_{number}", f"theorem problem_{number} (a b c : Nat) : a + b = c := by")
        for number in range(problems)
    ]
    (folder / "traces").mkdir(parents=True)
    (folder / "config.yaml").write_text("policy: builtin\nworkers: 1\n")
    (folder / "environment.json").write_text(
        json.dumps({"problems": "made up", "problems_sha256": ProblemSet("", tuple(some)).sha256})
    )
    _write_lines(folder / "problems.jsonl", [asdict(problem) for problem in some])
    attempts = []
    for number, problem in enumerate(some):
        searched = Searched(problem.name, few if number % HARD_STEP else states, number)
        lines = [{"event": "", "theorem": problem.name, **event} for event in searched.events()]
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (folder / "traces" / f"{number}.jsonl.gz").write_bytes(gzip.compress(text.encode(), 6))
        result = {**searched.result().to_json(), "states": searched.states}
        attempts.append(
            Attempt(str(number), problem.name, 0, 0, "", "", "", True, 60.0 * number, result)
        )
    _write_lines(folder / "results.jsonl", [attempt.to_json() for attempt in attempts])


def _write_lines(path: Path, lines: Sequence[Json]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--problems", type=int, default=500)
    parser.add_argument("--states", type=int, default=300, help="of every fifth search")
    parser.add_argument("--out", type=Path, help="keep the page in this file")
    parser.add_argument("--quick", action="store_true", help="20 problems")
    options = parser.parse_args()
    problems = 20 if options.quick else options.problems
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "run", problems, options.states)
        traces = sum(path.stat().st_size for path in (Path(folder) / "run/traces").iterdir())
        began, processor = time.perf_counter(), time.process_time()
        text = page(read_run(Path(folder) / "run"), lambda _done, _of: None)
        seconds, busy = time.perf_counter() - began, time.process_time() - processor
    size = len(text.encode())
    print(f"{problems} problems, {options.states} states at most, traces {traces / 1e6:.1f} MB")
    print(f"page {size / 1e6:.1f} MB in {seconds:.1f} s ({busy:.1f} s of processor time)")
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    told = {"problems": problems, "states": options.states, "megabytes": size / 1e6}
    print(json.dumps({**told, "seconds": seconds, "processor_seconds": busy}))


if __name__ == "__main__":
    main()
