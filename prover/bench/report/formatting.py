"""How reports put things."""

from __future__ import annotations

from prover.bench.results import RunResults

NO_SCORE = "A result in a dialect is not a miniF2F score."


def percent(share: float) -> str:
    """`61.3 %`."""
    return f"{100 * share:.1f} %"


def duration(seconds: float) -> str:
    """`4.2 s`, `3 min 10 s`, `2 h 5 min`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def dialect(run: RunResults) -> str:
    """How the statements were read, and what that means for the result."""
    if not run.dialect:
        return "Dialect: none. Every statement was read under the header that it came with."
    what = str(run.environment.get("dialect_description") or "").rstrip(".")
    described = f" ({what})" if what else ""
    return f"Dialect: {run.dialect}{described} took the place of the problems' headers. {NO_SCORE}"


def facts(run: RunResults) -> list[str]:
    """What a run was made with, in short."""
    environment = run.environment
    policy = environment.get("policy") or run.config.get("policy")
    gpus = ", ".join(map(str, environment.get("gpus") or []))
    commit = str(environment.get("commit") or "")
    told = (
        ("", str(environment.get("date") or "").replace("T", " ").removesuffix("+00:00")),
        ("problems ", run.problems.name),
        ("policy ", policy if isinstance(policy, str) else ""),
        ("Lean ", str(environment.get("lean") or "").partition(",")[0]),
        ("commit ", commit[:10] + ("+" if commit.endswith("+") else "")),
        ("", environment.get("processor")),
        ("", gpus),
    )
    return [f"{label}{value}" for label, value in told if value]
