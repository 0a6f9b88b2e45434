"""Two runs over the same problems, problem by problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from prover.bench.metrics import Share, mcnemar
from prover.bench.outcomes import ProblemResult, ProblemStatus, problem_results
from prover.bench.results import RunResults
from prover.errors import InputError, counted


@dataclass(frozen=True)
class Pair:
    """One problem in both runs."""

    name: str
    first: ProblemStatus
    second: ProblemStatus
    first_seconds: float
    second_seconds: float
    first_tactics: int
    second_tactics: int

    @property
    def both(self) -> bool:
        """Whether both proved it."""
        return self.first is ProblemStatus.PROVED is self.second


@dataclass(frozen=True)
class Comparison:
    """What the second run proved beside the first."""

    first: Share
    second: Share
    """Both of the problems that both runs attempted."""
    pairs: tuple[Pair, ...]
    """Those problems."""
    apart: tuple[str, ...]
    """Problems that one of them or both did not attempt: not applicable, untried or not there."""
    differences: tuple[str, ...]
    """What else differs that matters."""

    @property
    def won(self) -> tuple[Pair, ...]:
        """What only the second run proved."""
        return tuple(
            pair for pair in self.pairs if pair.second is ProblemStatus.PROVED and not pair.both
        )

    @property
    def lost(self) -> tuple[Pair, ...]:
        """What only the first run proved."""
        return tuple(
            pair for pair in self.pairs if pair.first is ProblemStatus.PROVED and not pair.both
        )

    @property
    def both(self) -> tuple[Pair, ...]:
        """What both proved."""
        return tuple(pair for pair in self.pairs if pair.both)

    @property
    def p_value(self) -> float:
        """Of McNemar's exact test, two-sided: how likely as great a difference is by chance."""
        return mcnemar(len(self.won), len(self.lost))

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        return {
            "first": self.first.to_json(),
            "second": self.second.to_json(),
            "won": [pair.name for pair in self.won],
            "lost": [pair.name for pair in self.lost],
            "both": len(self.both),
            "p_value": self.p_value,
            "seconds_of_both": _sums(self.both, "seconds"),
            "tactics_of_both": _sums(self.both, "tactics"),
            "apart": list(self.apart),
            "differences": list(self.differences),
            "problems": [asdict(pair) for pair in self.pairs],
        }


def compare(first: RunResults, second: RunResults, *, anyway: bool = False) -> Comparison:
    """The comparison of the problems, alike in name and statement, that both attempted.

    Raises `InputError` where the problem sets or dialects differ, unless told `anyway`, and where
    the runs have no problem in common.
    """
    names = [{problem.name for problem in run.problems.problems} for run in (first, second)]
    if names[0].isdisjoint(names[1]):
        raise InputError(
            "the runs can't be compared: they have no problem in common",
            "Give two runs over the same problem set.",
        )
    differences = tuple(_differences(first, second))
    if differences and not anyway:
        hint = "Give `--anyway` to compare what they have in common."
        raise InputError(f"the runs can't be compared: {'; '.join(differences)}", hint)
    one, other = (
        {item.problem.name: item for item in problem_results(run)} for run in (first, second)
    )
    pairs, apart = [], []
    for name in dict.fromkeys([*one, *other]):
        if _comparable(one.get(name), other.get(name)):
            pairs.append(_pair(one[name], other[name]))
        else:
            apart.append(name)
    if not pairs:
        raise InputError("the runs have no problem that both attempted")
    return Comparison(
        _share(first.name, [pair.first for pair in pairs]),
        _share(second.name, [pair.second for pair in pairs]),
        tuple(pairs),
        tuple(apart),
        differences,
    )


def _differences(first: RunResults, second: RunResults) -> list[str]:
    found = []
    if first.dialect != second.dialect:
        dialects = [f"`{run.dialect}`" if run.dialect else "none" for run in (first, second)]
        found.append(f"their dialects are {dialects[0]} and {dialects[1]}")
    if first.problems.sha256 != second.problems.sha256:
        one, other = ({p.name: p for p in run.problems.problems} for run in (first, second))
        shared = one.keys() & other.keys()
        changed = sum(one[name] != other[name] for name in shared)
        only = len(one.keys() - shared)
        found.append(
            f"their problem sets differ: {counted(only, 'problem')} {'is' if only == 1 else 'are'} "
            f"only in {first.name}, {len(other.keys() - shared)} only in {second.name}, {changed} "
            f"of {len(shared)} with the same name are not the same"
        )
    return found


def _comparable(one: ProblemResult | None, other: ProblemResult | None) -> bool:
    if one is None or other is None:
        return False
    same = one.problem.statement == other.problem.statement
    return same and one.counts and other.counts


def _pair(one: ProblemResult, other: ProblemResult) -> Pair:
    return Pair(
        one.problem.name,
        one.way,
        other.way,
        one.spent("seconds"),
        other.spent("seconds"),
        int(one.spent("tactics")),
        int(other.spent("tactics")),
    )


def _share(name: str, ways: Sequence[ProblemStatus]) -> Share:
    return Share(name, ways.count(ProblemStatus.PROVED), len(ways))


def _sums(pairs: Sequence[Pair], what: str) -> list[float]:
    return [sum(getattr(pair, f"{run}_{what}") for pair in pairs) for run in ("first", "second")]
