"""How a search ended."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from prover.errors import sentences
from prover.lean.interface import Verification
from prover.search.proof import Proof


class Status(StrEnum):
    """Every way in which a search can end, or what there is instead of one."""

    PROVED = "proved"
    """The verifier accepted a script."""
    REFUSED = "refused"
    """Proofs were found, and the verifier accepted none of them."""
    EXHAUSTED = "exhausted"
    """Nothing is left to try."""
    LIMIT = "limit"
    CANCELLED = "cancelled"
    UNTRIED = "untried"
    """There was no search, as something is in the way: the message says what."""
    ERROR = "error"


@dataclass(frozen=True)
class Counters:
    """What a search did."""

    expansions: int = 0
    """States for which the policy was asked, and how often it was asked again to repair."""
    tactics: int = 0
    """Tactics run in Lean."""
    states: int = 0
    """Different states found, the theorem's included."""
    errors: int = 0
    """Tactics that Lean refused."""
    timeouts: int = 0
    """Tactics that ran into a limit of their own."""
    rejected: int = 0
    """Tactics that Lean accepted and the prover did not."""
    refused: int = 0
    """Scripts that the verifier did not accept."""

    def __add__(self, other: Counters) -> Counters:
        names = [entry.name for entry in fields(self)]
        return Counters(*(getattr(self, name) + getattr(other, name) for name in names))


@dataclass(frozen=True)
class Seconds:
    """Where the wall-clock time went: for how long at least one of the kind was under way.

    What is missing from the total is the search's own, unless kinds overlapped.
    """

    lean: float = 0.0
    policy: float = 0.0
    verify: float = 0.0
    total: float = 0.0
    opening: float = 0.0
    """Until Lean had opened the theorem, which the limit does not count."""

    @property
    def searched(self) -> float:
        """All but that and the checks of what was found, during which nothing else is done."""
        return self.total - self.opening - self.verify


@dataclass(frozen=True)
class Refusal:
    """A proof that was found and does not count."""

    script: str
    reason: str
    """Why the verifier did not accept it."""

    @property
    def sentence(self) -> str:
        """What there is to say of it in one line."""
        first, _, _ = self.reason.partition("\n")
        return sentences(f"A proof was found and refused: {first.rstrip(':')}")


@dataclass(frozen=True)
class Result:
    """The end of a search, and its last event."""

    theorem: str
    """Its name."""
    status: Status
    message: str = ""
    """Why the search ended, in sentences that are true for every client."""
    hint: str = ""
    """What to do about an error."""
    limit: str | None = None
    """The name of the limit that was reached, if that is how it ended. How to raise it each client
    knows for itself."""
    script: str | None = None
    """What goes into the theorem's hole; only when the verifier accepted it."""
    proof: Proof | None = None
    """What the script was written from."""
    verification: Verification | None = None
    """The verifier's last verdict, also when it refused."""
    refusal: Refusal | None = None
    """The first proof that the verifier refused, where it accepted none."""
    counters: Counters = Counters()
    seconds: Seconds = Seconds()
    unavailable: bool = False
    """Whether it ended with an error because the policy could not be asked any more, or the theorem
    was not found: nothing is said of the theorem, and another try may go better."""

    @property
    def axioms(self) -> tuple[str, ...]:
        """The axioms that the accepted proof depends on."""
        return self._accepted.axioms if self._accepted else ()

    @property
    def trusted(self) -> int:
        """How many of the library's proofs the accepted proof takes on trust."""
        return self._accepted.trusted if self._accepted else 0

    @property
    def _accepted(self) -> Verification | None:
        return self.verification if self.status is Status.PROVED else None

    def to_json(self) -> dict[str, Any]:
        """The event for clients: seconds are wall-clock, `seconds` is the total."""
        return {
            "event": "result",
            "theorem": self.theorem,
            "status": self.status.value,
            "message": self.message,
            "hint": self.hint,
            "limit": self.limit,
            "unavailable": self.unavailable,
            "script": self.script,
            "proof": [
                {"state": key, "tactic": step.tactic}
                for key, step in (self.proof.steps.items() if self.proof else ())
            ],
            "refusal": asdict(self.refusal) if self.refusal else None,
            "axioms": list(self.axioms),
            "trusted": self.trusted,
            "seconds": self.seconds.total,
            "lean_seconds": self.seconds.lean,
            "policy_seconds": self.seconds.policy,
            "verify_seconds": self.seconds.verify,
            **asdict(self.counters),
        }
