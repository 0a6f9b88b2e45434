"""The built-in policy: tactics from the shape of the goal, no model, no download."""

from prover.policy.builtin.policy import BuiltinPolicy

__all__ = ["BuiltinPolicy"]
