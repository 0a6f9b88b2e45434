"""The graph against a slow reference, after every step of random searches."""

from __future__ import annotations

import math

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from prover.search.and_or_graph import NodeStatus
from prover.search.graph import ProofGraph
from prover.search.proof import shortest_proof
from prover.search.score import SUM, UNIFORM, Score, depth
from prover.search.strategies import best_first
from tests.search.graphs import KEYS, candidate, some_children, state
from tests.search.reference import Reference, Step

LOGPROBS = st.floats(-20, 0) | st.sampled_from([-3.0, -1.0, -1e-12, 0.0, -math.inf, math.nan])
RULES = st.lists(st.tuples(st.sampled_from(KEYS), some_children(), LOGPROBS), max_size=20)


class RandomSearch(RuleBasedStateMachine):
    """A search in which anything happens, in the graph and in the reference."""

    score: Score = SUM

    def __init__(self) -> None:
        super().__init__()
        self.graph = ProofGraph(state(KEYS[0]), self.score)
        self.reference = Reference(KEYS[0])
        self.strategy = best_first()

    def unfinished(self) -> list[str]:
        return sorted(self.reference.keys - self.reference.finished)

    def has_unfinished(self) -> bool:
        return bool(self.unfinished())

    def apply(self, key: str, children: str, logprob: float) -> None:
        tactic = candidate("t", logprob)
        inserted = self.graph.insert(key, tactic, [state(child) for child in children])
        assert (inserted is None) == (key in children)
        if inserted is not None:
            self.reference.steps.append(Step(key, children, self.score.step(tactic)))

    @initialize(rules=RULES)
    def begin(self, rules: list[tuple[str, str, float]]) -> None:
        for key, children, logprob in rules:
            if key in self.reference.keys and children:
                self.apply(key, children, logprob)

    @precondition(has_unfinished)
    @rule(data=st.data(), children=some_children(), logprob=LOGPROBS)
    def insert(self, data: st.DataObject, children: str, logprob: float) -> None:
        self.apply(data.draw(st.sampled_from(self.unfinished())), children, logprob)

    @precondition(has_unfinished)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(self.unfinished()))
        self.graph.finish(key)
        self.reference.finished.add(key)

    @rule(logprob=LOGPROBS, finish=st.booleans())
    def choose(self, logprob: float, finish: bool) -> None:
        self.strategy.changed(self.graph, self.graph.take_changed())
        key = self.strategy.choose(self.graph)
        assert key == min(self.graph.frontier, key=self.priority, default=None)
        if key is not None and finish:
            self.graph.finish(key)
            self.reference.finished.add(key)
        elif key is not None:
            self.graph.postpone(key, candidate("t", logprob))

    @precondition(lambda self: bool(self.reference.steps))
    @rule(data=st.data())
    def refuse(self, data: st.DataObject) -> None:
        number = data.draw(st.integers(0, len(self.reference.steps) - 1))
        self.graph.refuse(self.graph.applications[number])
        self.reference.steps[number].refused = True

    def priority(self, key: str) -> tuple[float, int]:
        return self.graph.cost(key), self.graph.nodes[key].number

    @invariant()
    def agrees(self) -> None:
        nodes = self.graph.nodes
        self.graph.check_invariants()
        assert nodes.keys() == self.reference.keys
        for standing, keys in (
            (NodeStatus.PROVED, self.reference.proved()),
            (NodeStatus.FAILED, self.reference.failed()),
        ):
            assert {key for key, node in nodes.items() if node.standing is standing} == keys
        lengths = {key: node.length for key, node in nodes.items() if node.length < math.inf}
        assert lengths == self.reference.lengths()
        assert self.graph.frontier == self.reference.frontier()

    @invariant()
    def paths_are_as_deep_and_as_long_as_they_say(self) -> None:
        for key, node in self.graph.nodes.items():
            if node.length < math.inf:
                assert len(self.graph.path(key)) == node.depth

    @invariant()
    def has_the_shortest_proof(self) -> None:
        sizes = self.reference.sizes()
        assert self.graph.proved == (self.graph.root in sizes)
        if self.graph.proved:
            assert shortest_proof(self.graph).length == sizes[self.graph.root]


class RandomSearchByDepth(RandomSearch):
    score = depth(1.5)


class RandomSearchOfUniformSteps(RandomSearch):
    score = UNIFORM


MACHINES = settings(max_examples=30, stateful_step_count=30)
TestRandomSearch = RandomSearch.TestCase
TestRandomSearch.settings = MACHINES
TestRandomSearchByDepth = RandomSearchByDepth.TestCase
TestRandomSearchByDepth.settings = MACHINES
TestRandomSearchOfUniformSteps = RandomSearchOfUniformSteps.TestCase
TestRandomSearchOfUniformSteps.settings = MACHINES
