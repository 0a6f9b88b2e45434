"""What a proof would lean on in a header that has theorems without a proof.

The verifier refuses what rests on a `sorry`, and the search goes on. So what leans on one is tried
last, and where the verifier has refused a proof for it, the theorem is named that lacks one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from prover.declarations import GAPS, declarations, name_parts, parts
from prover.errors import InputError
from prover.lean.interface import Verification, Verify
from prover.lexer import tokens
from prover.policy.blocklist import naming, reluctant
from prover.policy.policy import Policy
from prover.theorem import Theorem

RESTS = "it rests on a `sorry`"
"""What the verifier says of such a proof (`lean_project/Prover/Audit.lean`)."""
AROUND = "what stands around the proof rests on a `sorry`"


@dataclass(frozen=True)
class SorryDependencies:
    """The declarations of a header that rest on a `sorry`."""

    below: Mapping[str, str]
    """By full name: the declaration whose `sorry` it is, as far as words tell."""

    @classmethod
    def of(cls, header: str) -> SorryDependencies:
        """Read without Lean; a header that can't be read has none."""
        try:
            code = tokens(header)
        except InputError:
            return cls({})
        below: dict[str, str] = {}
        last: dict[str, str] = {}
        for one in declarations(code, header):
            own = code[one.word + 2 : one.stop]
            found = next((last[word] for word in name_parts(own) if word in last), None)
            if any(token.text in GAPS for token in own):
                found = one.name
            if found:
                below[one.name] = last[parts(one.name)[-1]] = found
        return cls(below)

    def last(self, policy: Policy) -> Policy:
        """The policy, with what leans on a `sorry` tried last."""
        return reluctant(policy, self.below)

    def told(self, verify: Verify) -> Verify:
        """The verifier, which names the theorem that a refused proof rests on, where known."""
        named = naming(self.below)

        async def verified(theorem: Theorem, script: str) -> Verification:
            found = await verify(theorem, script)
            if found.accepted and not found.whole:
                # A problem counts as a whole, and not for the goal of its hole alone.
                return replace(found, accepted=False, reason=AROUND)
            if found.reason != RESTS or not self.below:
                return found
            names = named(script) or named(theorem.before) or self.below
            used = [self.below[name] for name in names]
            if len(set(used)) > 1:
                return found
            return replace(found, reason=f"it rests on the `sorry` of `{used[0]}`")

        return verified
