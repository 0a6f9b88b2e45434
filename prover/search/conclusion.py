"""From a proved graph to a checked script: shortest proof, minimised, through the gate."""

from __future__ import annotations

from prover.errors import LeanDied
from prover.lean.interface import Closed, LeanSession, TacticLimit, Verification, Verify
from prover.search.events import Verified
from prover.search.graph import ProofGraph
from prover.search.ledger import Ledger
from prover.search.limit import Limit
from prover.search.minimise import minimise
from prover.search.result import Refusal
from prover.search.script import Proof, format_script, shortest_proof
from prover.theorem import Theorem


class Conclusion:
    """The end of one search; `proof` and `script` are there once the gate has accepted."""

    def __init__(
        self, theorem: Theorem, session: LeanSession, verify: Verify, limit: Limit, ledger: Ledger
    ) -> None:
        self._theorem = theorem
        self._session = session
        self._verify = verify
        self._limit = limit
        self._ledger = ledger
        self.proof: Proof | None = None
        self.script: str | None = None
        self.verification: Verification | None = None
        """The gate's last verdict, also when it refused."""
        self.refusal: Refusal | None = None
        """The first script that the gate did not accept, until it accepts one."""

    async def check(self, graph: ProofGraph) -> Verified:
        """Has the gate check the shortest proof. If it refuses, the last step found is out."""
        proof = shortest_proof(graph)
        shorter = await self._minimised(graph, proof)
        verified = await self._checked(shorter, format_script(shorter))
        if not verified.verification.accepted:
            raw = format_script(proof, folded=False)
            if raw != verified.script:
                verified = await self._checked(proof, raw)
        if not verified.verification.accepted:
            self._ledger.count(refused=1)
            graph.refuse(graph.applications[proof.latest])
        return verified

    async def _checked(self, proof: Proof, script: str) -> Verified:
        with self._ledger.timing("verify"):
            self.verification = await self._verify(self._theorem, script)
        if self.verification.accepted:
            self.proof, self.script, self.refusal = proof, script, None
        elif self.refusal is None:
            self.refusal = Refusal(script, self.verification.reason)
        return Verified(script, self.verification)

    async def _minimised(self, graph: ProofGraph, proof: Proof) -> Proof:
        """The proof without what it does not need, as far as there is time to find that out."""
        root = graph.nodes[graph.root].state
        deadline = self._ledger.total + self._limit.minimise_seconds

        async def works(script: str) -> bool:
            seconds = min(self._limit.tactic.seconds, deadline - self._ledger.total)
            limit = TacticLimit(seconds, self._limit.tactic.heartbeats)
            with self._ledger.timing("lean"):
                return Closed() in await self._session.run(root, [script], limit)

        try:
            return await minimise(proof, works, in_time=lambda: self._ledger.total < deadline)
        except LeanDied:
            return proof
