"""The tries of a run on the nodes of a Ray cluster, or on this machine's own.

Each node has as many Lean actors as its cores and its memory allow; a policy that is not built in
has actors of its own, with a model one for each GPU. Nodes may come and go. The store stays with
who started the run.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from prover.bench.config import LOCAL, Config, default_workers
from prover.bench.worker_pool import WorkerPool
from prover.errors import SetupError
from prover.progress import Notify

OBJECT_STORE = 80 * 2**20
"""Bytes for what actors send: attempts and their traces, which stay small."""
ANSWER_SECONDS = 5.0
"""For the cluster's address to answer at all."""
PATIENCE_SECONDS = 300.0
"""Without any worker. A driver that was killed has its workers taken away after half a minute."""
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # Else a node without a GPU is warned of a change to come.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}


@asynccontextmanager
async def joined(config: Config, lean: str, tell: Notify) -> AsyncIterator[WorkerPool]:
    """The workers of the cluster that the settings name, until the block ends.

    `lean` is the one that they must have; `tell` is told what is waited for, and which nodes
    are of no use. Raises `SetupError` without Ray, when the address does not answer, and
    when no node can work.
    """
    os.environ.update(QUIET)
    ray = _ray()
    # Only now: it imports Ray.
    from prover.bench.ray.supervisor import LeanActorSupervisor

    await _connect(ray, config)
    try:
        crew = WorkerPool(patience=PATIENCE_SECONDS)
        async with LeanActorSupervisor(config, lean, crew, tell):
            tell("waiting for Lean on the nodes of the cluster")
            await crew.ready()
            yield crew
    finally:
        await asyncio.to_thread(ray.shutdown)


def _ray() -> Any:
    try:
        import ray
    except ModuleNotFoundError as error:
        message = "Ray, which `--cluster` needs, is not installed"
        raise SetupError(message, "Run `pip install 'prover[ray]'`.") from error
    return ray


async def _connect(ray: Any, config: Config) -> None:
    """Raises `SetupError` when the address does not answer."""
    kind: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
    if config.cluster == LOCAL:
        kind |= {
            "num_cpus": config.workers or default_workers(),
            "object_store_memory": OBJECT_STORE,
            "include_dashboard": False,
        }
    else:
        await _reach(config.cluster)
    for last in (False, False, True):
        try:
            # In a thread, where Ray leaves the handling of signals alone.
            await asyncio.to_thread(ray.init, config.cluster, **kind)
            return
        except ConnectionError as error:
            # A busy head gives up when the process that it starts for us takes over half a minute.
            if last:
                raise _unusable(config, error) from error
        except Exception as error:
            raise _unusable(config, error) from error


def _unusable(config: Config, error: Exception) -> SetupError:
    return SetupError(
        f"the cluster {config.cluster} can't be used: {error}",
        "Ray and Python must be the same there and here, and its head must not be too busy.",
    )


async def _reach(address: str) -> None:
    parts = urlsplit(address)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    except (OSError, TimeoutError, ValueError) as error:
        raise SetupError(
            f"no cluster answers at {address}",
            "`ray start --head` on its first node says where it is; the port for this is 10001.",
        ) from error
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
