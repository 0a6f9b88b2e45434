"""Learns the built-in policy's priors from traces of searches.

    python benchmarks/perf/prove.py --traces runs/traces.jsonl
    python benchmarks/learn_priors.py runs/traces.jsonl

Counts for each family of tactics, and for each kind of goal, how often tactics of the family
were a step of the proof found, how often they were run, and how many seconds that took. A try in a
search that found no proof says less, and counts `UNPROVED`.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from prover.policy.builtin.builtin_policy import TABLE

UNPROVED = 0.3
LEAST_TRIES = 100
"""Kinds of goals that are seldom met are left to what is known of all goals."""
MARK = "builtin: "

Counts = dict[str, list[float]]


def searches(lines: Iterable[str]) -> Iterator[list[dict[str, Any]]]:
    """The events of each search; those of several may alternate."""
    running: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        event = json.loads(line)
        running[event["theorem"]].append(event)
        if event["event"] == "result":
            yield running.pop(event["theorem"])


def count(events: list[dict[str, Any]], families: Counts, by_context: dict[str, Counts]) -> None:
    """Adds what one search says."""
    steps = {(step["state"], step["tactic"]) for step in events[-1]["proof"]}
    weight = 1.0 if steps else UNPROVED
    for event in events:
        if event["event"] != "expanded":
            continue
        state = event["state"]
        for candidate in event["candidates"]:
            family, context = candidate["policy"].removeprefix(MARK).split(" | ")
            for entry in (families[family], by_context[context][family]):
                entry[0] += (state["key"], candidate["tactic"]) in steps
                entry[1] += weight
                entry[2] += weight * candidate["seconds"]


def rounded(counts: Counts) -> Counts:
    """The counts in the order of their names."""
    return {
        name: [used, round(tried, 1), round(seconds, 2)]
        for name, (used, tried, seconds) in sorted(counts.items())
    }


def written(table: dict[str, Any]) -> str:
    """The table as JSON, a family a line."""
    text = json.dumps(table, ensure_ascii=False, indent=1)
    return re.sub(r"\[\s+([^\]]*?)\s+\]", lambda m: f"[{' '.join(m[1].split())}]", text) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("traces", type=Path, nargs="+")
    options = parser.parse_args()
    families: Counts = defaultdict(lambda: [0, 0.0, 0.0])
    by_context: dict[str, Counts] = defaultdict(lambda: defaultdict(lambda: [0, 0.0, 0.0]))
    for path in options.traces:
        with path.open(encoding="utf-8") as lines:
            for events in searches(lines):
                count(events, families, by_context)
    table = {
        "families": rounded(families),
        "by_context": {
            context: rounded(counts)
            for context, counts in sorted(by_context.items())
            if sum(tried for _, tried, _ in counts.values()) >= LEAST_TRIES
        },
    }
    TABLE.write_text(written(table), encoding="utf-8")
    print(f"{len(families)} families, {len(by_context)} kinds of goals: {TABLE}")


if __name__ == "__main__":
    main()
