"""What a run was made with: code, Lean, packages, machine, problems."""

from __future__ import annotations

import platform
import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

import psutil

from prover.bench.config import Config
from prover.policy.model_options import SHORT_NAMES
from prover.policy.spec import LocalSpec, MixtureSpec, PolicySpec
from prover.problems.dialect import DIALECTS
from prover.problems.problem import ProblemSet

ROOT = Path(__file__).parents[2]
PROCESSORS = Path("/proc/cpuinfo")
SECONDS = 10.0
"""How long git is waited for."""


def environment(
    config: Config, problems: ProblemSet, *, lean: str, gpus: Sequence[str]
) -> dict[str, Any]:
    """All that is told of a run beside its settings; `lean` is what `describe` says of it."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "config_sha256": config.sha256,
        "problems": problems.name,
        "problems_sha256": problems.sha256,
        "problems_count": len(problems.problems),
        "dialect": config.dialect,
        "dialect_description": DIALECTS[config.dialect].description if config.dialect else "",
        "lean": lean,
        "policy": str(config.policy),
        "models": revisions(config.policy),
        "prover": version("prover"),
        "commit": commit(ROOT),
        "python": platform.python_version(),
        "packages": packages(),
        "system": platform.platform(),
        "processor": processor(),
        "cores": psutil.cpu_count(),
        "memory": psutil.virtual_memory().total,
        "gpus": list(gpus),
    }


def commit(root: Path) -> str | None:
    """Of the checkout that the code is in, with a `+` for changes; None where it is in none."""
    if not (root / ".git").exists():
        return None
    head = _git(root, "rev-parse", "HEAD")
    return head and head + ("+" if _git(root, "status", "--porcelain") else "")


def packages() -> dict[str, str]:
    """The versions of what the prover needs, of what is installed of it."""
    found = {}
    for requirement in requires("prover") or ():
        match = re.match(r"[\w.-]+", requirement)
        name = match[0] if match else requirement
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return dict(sorted(found.items()))


def processor() -> str:
    """What the processor calls itself."""
    try:
        text = PROCESSORS.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    match = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return match[1] if match else platform.processor() or platform.machine()


def revisions(spec: PolicySpec) -> dict[str, str | None]:
    """The revision of each model of the hub that is in the cache; None for a folder or none yet."""
    if isinstance(spec, MixtureSpec):
        return {name: at for one in spec.members for name, at in revisions(one.policy).items()}
    if not isinstance(spec, LocalSpec):
        return {}
    from huggingface_hub.constants import HF_HUB_CACHE

    name = SHORT_NAMES.get(spec.model, spec.model)
    file = Path(HF_HUB_CACHE) / f"models--{name.replace('/', '--')}" / "refs" / "main"
    return {name: file.read_text(encoding="utf-8").strip() if file.is_file() else None}


def _git(root: Path, *arguments: str) -> str | None:
    try:
        ran = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return ran.stdout.strip()
