"""What front ends tell their users of a run while it goes on."""

from __future__ import annotations

from prover.errors import counted
from prover.service.runs import Json


def told(event: Json) -> str:
    """What there is to say of an event; empty when nothing."""
    match event:
        case {"event": "queued", "position": int(position)} if position:
            return f"waits for {counted(position, 'other')}"
        case {"event": "loading"}:
            return "the policy and Lean are being loaded"
        case {"event": "accepted"}:
            return "searches"
        case {"event": "progress", "tactics": int(tactics), "states": int(states)}:
            return f"{counted(tactics, 'tactic')}, {counted(states, 'state')}"
        case {"event": "suggestion", "tactic": str(tactic)}:
            return tactic
    return ""
