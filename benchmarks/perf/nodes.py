"""A Ray cluster on this machine, whose nodes can be killed."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil

from prover.bench.ray.cluster import OBJECT_STORE, QUIET

COUNT = 2
SMALL = {"object_store_memory": OBJECT_STORE, "include_dashboard": False}


class Nodes:
    """A Ray cluster on this machine: a head without cores, and nodes with one each."""

    def __init__(self, cluster: Any, address: str) -> None:
        """Made by `started`."""
        self._cluster = cluster
        self.address = address
        """For `--cluster`."""

    @classmethod
    @contextmanager
    def started(cls, count: int = COUNT) -> Iterator[Nodes]:
        """It, with so many nodes, until the block ends."""
        os.environ.update(QUIET)
        # Half a minute, Ray's own, is too short for a process to start where all cores are busy.
        os.environ["RAY_CLIENT_SERVER_CHECK_CHANNEL_TIMEOUT_S"] = "300"
        # What a killed runner leaves is taken away this soon.
        os.environ["RAY_CLIENT_RECONNECT_GRACE_PERIOD"] = "2"
        from ray.cluster_utils import Cluster

        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        head = {**SMALL, "num_cpus": 0, "ray_client_server_port": port}
        cluster = Cluster(initialize_head=True, head_node_args=head)
        nodes = cls(cluster, f"ray://127.0.0.1:{port}")
        try:
            for _ in range(count):
                nodes.add()
            yield nodes
        finally:
            cluster.shutdown()  # type: ignore[no-untyped-call]

    def add(self) -> None:
        """One more."""
        self._cluster.add_node(**SMALL, num_cpus=1)

    @property
    def raylets(self) -> list[psutil.Process]:
        """The process of each node that starts its actors."""
        nodes = self._cluster.worker_nodes
        return [psutil.Process(one.all_processes["raylet"][0].process.pid) for one in nodes]

    def kill(self, raylet: psutil.Process) -> None:
        """Kills the node of a raylet."""
        node = next(
            one
            for one in self._cluster.worker_nodes
            if one.all_processes["raylet"][0].process.pid == raylet.pid
        )
        self._cluster.remove_node(node, allow_graceful=False)
