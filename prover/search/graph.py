"""The graph of a search: what was tried on which state, what is proved, failed, still needed.

Cycles. Only an application that leaves its own state is refused: whether any other edge leads back
depends on the path, and another path may need it (a proof can use `s → c` although `c → s` is
there too). All three judgements are made so that cycles can't mislead them:

- proved is a least fixpoint that starts from closed states, so it is well-founded;
- failed is the complement of one: unprovable even if every unexpanded state were proved;
- needed is reachability from the root by live paths, of which there is a shortest.

No state is ever proved by itself, and a cycle without a way out fails as a whole.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from prover.lean.interface import State
from prover.policy.policy import Candidate
from prover.search import and_or_graph, invariants
from prover.search.and_or_graph import AndOrGraph, Application, NodeStatus
from prover.search.score import SUM, Score


class ProofGraph(AndOrGraph):
    """An AND/OR graph that keeps standings, costs and its frontier exact after every change.

    States with one key are one state. A cheaper path to a known state lowers its cost, and the
    cost of all states behind it, at once.
    """

    def __init__(
        self,
        root: State,
        score: Score = SUM,
        *,
        rescore: bool = True,
        irrelevance: bool = True,
    ) -> None:
        """Without `rescore` the first path to a state counts, and without `irrelevance` also what
        no proof of the root needs any more is wanted; these are for comparison."""
        super().__init__(root, score, rescore=rescore)
        self._irrelevance = irrelevance
        self._finished = 0

    @property
    def proved(self) -> bool:
        """Whether the root is proved."""
        return self.nodes[self.root].standing is NodeStatus.PROVED

    def insert(self, key: str, candidate: Candidate, states: Sequence[State]) -> Application | None:
        """Add what the candidate left of a state that isn't finished; no states when it closed it.

        None when the state is among those it left: such a step is in no shortest proof.
        """
        if any(state.key == key for state in states):
            return None
        for state in states:
            self.add_state(state)
        children = tuple(state.key for state in states)
        application = self.add_application(key, candidate, children)
        if application.proved:
            self._prove(key)
        else:
            and_or_graph.relax_paths(self, [application])
        return application

    def begin(self, key: str) -> None:
        """Take a state out of the frontier while tactics run on it."""
        self.busy.add(key)
        self.refresh(key)

    def end(self, key: str) -> None:
        """Tactics run on the state no more; it waits in the frontier again if it did."""
        self.busy.discard(key)
        self.refresh(key)

    def postpone(self, key: str, candidate: Candidate) -> None:
        """Let the state wait in the frontier until its next candidate's turn has come."""
        self.nodes[key].delay = self.score.step(candidate)
        self.refresh(key)

    def finish(self, key: str) -> None:
        """Say that no more candidates will be run on the state."""
        node = self.nodes[key]
        self._finished += 1
        node.expanded = True
        node.rank = -float(self._finished)
        self.refresh(key)
        if node.standing is NodeStatus.OPEN:
            self._fail(and_or_graph.newly_failed(self, [key]))

    def refuse(self, application: Application) -> None:
        """Take a step out of all proofs, and judge the whole graph anew.

        Takes time in proportion to the graph; the verifier's refusals are few.
        """
        application.refused = True
        for node in self.nodes.values():
            node.standing, node.support = NodeStatus.OPEN, None
            node.length, node.anchor = math.inf, None
        for entry in self.applications:
            entry.unproved, entry.failed = len(set(entry.children)), False
        root = self.nodes[self.root]
        root.length = 0.0
        for entry in self.applications:
            if entry.proved:
                self._prove(entry.parent)
        self._fail(and_or_graph.all_failed(self))
        and_or_graph.relax_paths(self, self.applied_to(self.root))
        for key in self.nodes:
            self.refresh(key)

    def path(self, key: str) -> tuple[Application, ...]:
        """The applications on the state's shortest live path, oldest first."""
        path: list[Application] = []
        anchor = self.nodes[key].anchor
        while anchor is not None:
            path.append(self.applications[anchor])
            anchor = self.nodes[path[-1].parent].anchor
        return tuple(reversed(path))

    def take_changed(self) -> list[str]:
        """States of the frontier that are new or whose cost changed since the last call."""
        changed = list(self.changed)
        self.changed.clear()
        return changed

    def check_invariants(self) -> None:
        """Walk the whole graph and raise `AssertionError` if any record in it is wrong."""
        invariants.check(self)

    def _prove(self, key: str) -> None:
        proved: list[str] = []
        stack = [key]
        while stack:
            key = stack.pop()
            if self.nodes[key].standing is NodeStatus.PROVED:
                continue
            self.nodes[key].standing = NodeStatus.PROVED
            proved.append(key)
            for application in self.leading_to(key):
                application.unproved -= 1
                if application.proved:
                    stack.append(application.parent)
        self._settle(proved)

    def _fail(self, keys: Sequence[str]) -> None:
        dead = [application for key in keys for application in self.leading_to(key)]
        for key in keys:
            self.nodes[key].standing = NodeStatus.FAILED
        for application in dead:
            application.failed = True
        self._settle(keys, also_dead=dead)

    def _settle(self, keys: Sequence[str], also_dead: Sequence[Application] = ()) -> None:
        for key in keys:
            node = self.nodes[key]
            node.support = None
            if self._irrelevance:
                node.length, node.anchor = math.inf, None
            self.refresh(key)
        if not self._irrelevance:
            return
        dead = [application for key in keys for application in self.applied_to(key)]
        and_or_graph.reroute_paths(self, [*dead, *also_dead])
