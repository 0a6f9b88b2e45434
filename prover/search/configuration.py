"""How a search goes about it: every decision by name, and the published systems as such decisions.

A configuration decides what is done in which order; how much may be done is a `Limit`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from prover.errors import InputError, closest, lookup
from prover.lean.interface import LeanSession, State
from prover.search import score as scores
from prover.search.graph import ProofGraph
from prover.search.score import Score
from prover.search.session_wrappers import TreeSession, WholeStateSession
from prover.search.strategies import STRATEGIES, Strategy

WHOLE = 1_000_000
"""A turn that is longer than any list of candidates."""


@dataclass(frozen=True)
class Configuration:
    """Each field changes one thing. What is tried on a field's ablation is the other value of it.

    Raises `InputError` for a value that the field can't have.
    """

    name: str = "default"
    score: str = "progress"
    """What orders the frontier: `progress`, `sum`, `mean`, `depth` or `uniform`, see
    `prover.search.score`."""
    alpha: float = 1.5
    """Of the scores `progress` and `depth`."""
    critic: str = "none"
    """What the state itself adds to its priority: `none` or `size`."""
    critic_weight: float = 1.0
    strategy: str = "best-first"
    """Which state is next: `best-first`, `depth-first`, `breadth-first`, `beam` or `mcts`."""
    width: int = 8
    """Of the strategy `beam`: how many states of a level are kept."""
    exploration: float = 1.0
    """Of the strategy `mcts`: the weight of a tactic's prior."""
    split: bool = True
    """Whether goals that share no metavariables are states of their own, shared by all parents."""
    merge: bool = True
    """Whether states with one key are one state. If not, the search is over a tree, and only a
    state that was expanded already is not entered again (Llemma's rule); needs `split` false."""
    rescore: bool = True
    """Whether a cheaper path to a known state lowers its cost."""
    irrelevance: bool = True
    """Whether what no proof of the theorem needs any more is left alone (Aesop)."""
    turn: int = 2
    """Tactics run on a state before others have their turn."""
    root_turn: int = 24
    """The same for the first turn of the theorem itself: many theorems that can be proved at all
    need one tactic, so that its best ones come before any on what they leave."""
    first_share: float = 0.03
    """The part of a tactic's heartbeats that it has at first; only if they do not suffice, it has
    the whole later. Under the usual limit that is 6,000: one or two seconds of the embedded Lean,
    and enough for nearly every tactic that closes a goal."""
    opener_loss: float = 2.0
    """How much less likely than proposed an opener counts when its turn is decided, as a negative
    log-probability: it leaves goals whatever it meets (`prover.search.expansion`), so that it costs
    what they cost besides."""
    reuse_proofs: bool = False
    """Whether the proof of a state is tried on states that have the same goal and more."""
    ahead: int = 0
    """Expansions in flight for each Lean worker; 0 for what suits the policy: 1, or 3 where it asks
    a language model, so that neither waits for the other."""

    def __post_init__(self) -> None:
        for entry, least in (("width", 1), ("turn", 1), ("root_turn", 1), ("ahead", 0)):
            _require(entry, getattr(self, entry), least, math.inf)
        _require("alpha", self.alpha, 0, math.inf)
        _require("exploration", self.exploration, 0, math.inf)
        _require("first_share", self.first_share, 1e-6, 1)
        _require("opener_loss", self.opener_loss, 0, math.inf)
        if self.split and not self.merge:
            raise InputError(
                "`merge` is false and `split` is true",
                "States that aren't merged can't be shared between parents: make both false.",
            )
        if not math.isfinite(self.critic_weight):
            raise InputError(f"`critic_weight` is {self.critic_weight}", "Give a finite number.")
        self.make_score()
        self.make_strategy()

    def make_score(self) -> Score:
        """The score, with the critic mixed in."""
        return scores.named(self.score, self.alpha, self.critic, self.critic_weight)

    def make_graph(self, root: State) -> ProofGraph:
        """A graph with nothing but the root, kept as this search keeps its graph."""
        return ProofGraph(
            root,
            self.make_score(),
            rescore=self.rescore,
            irrelevance=self.irrelevance,
        )

    def make_strategy(self) -> Strategy:
        """A new instance, for one search."""
        make = lookup(STRATEGIES, self.strategy, "strategy")
        return make(self.width, self.exploration)

    def seen_through(self, session: LeanSession) -> LeanSession:
        """The session as this search sees it: whole states, a tree, or as it is."""
        if not self.split:
            session = WholeStateSession(session)
        if not self.merge:
            session = TreeSession(session)
        return session

    def to_json(self) -> dict[str, Any]:
        """All fields."""
        return asdict(self)


def configured(values: Mapping[str, Any]) -> Configuration:
    """The configuration named in `name`, the default if there is none, with the other values.

    Raises `InputError` for an unknown field or name, which tells the nearest one, and for a
    value of another type.
    """
    known = {entry.name: entry for entry in fields(Configuration)}
    base = named(values.get("name", "default"))
    for field, value in values.items():
        if field not in known:
            raise InputError(
                f"no setting of a search is called `{field}`", closest(known, str(field))
            )
        wanted = type(getattr(base, field))
        right = isinstance(value, wanted) or (wanted is float and type(value) is int)
        if not right or (isinstance(value, bool) and wanted is not bool):
            raise InputError(f"`{field}` is {value!r}", f"Give a {wanted.__name__}.")
    return replace(base, **values)


def named(name: str) -> Configuration:
    """The configuration with this name. Raises `InputError` for any other name."""
    return lookup(CONFIGURATIONS, name, "configuration")


def _require(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most or math.isinf(value):
        bounds = f"at least {least:g}" + (f" and at most {most:g}" if most < math.inf else "")
        raise InputError(f"`{name}` is {value}", f"Give a number, {bounds}.")


PUBLISHED = Configuration(
    score="sum",
    rescore=False,
    irrelevance=False,
    turn=WHOLE,
    root_turn=WHOLE,
    first_share=1.0,
    opener_loss=0.0,
    ahead=1,
)
"""What the published loops have in common: one state after the other, its candidates all run at
once, each with the whole budget; priorities are never changed."""

CONFIGURATIONS: dict[str, Configuration] = {
    configuration.name: configuration
    for configuration in (
        Configuration(),
        # wellecks/llemma_formal2formal, proofsearch.py: a tree of whole states, sum of means.
        replace(PUBLISHED, name="baseline-llemma", score="mean", split=False, merge=False),
        # lean-dojo/ReProver, prover/proof_search.py: a graph of whole states, sum of sums, the
        # first path found counts.
        replace(PUBLISHED, name="baseline-reprover", split=False),
        # BFS-Prover (arXiv 2502.03438): ReProver's graph, sum over depth ** alpha; the script
        # that V2 ships has alpha 2.
        replace(PUBLISHED, name="baseline-bfs-prover", score="depth", alpha=2.0, split=False),
        # HyperTree Proof Search (arXiv 2205.11491): PUCT over the AND/OR graph. Without its
        # trained critic every new state is worth one half.
        replace(PUBLISHED, name="baseline-mcts", strategy="mcts", rescore=True, irrelevance=True),
    )
}
"""By name."""
