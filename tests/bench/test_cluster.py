"""A run on a real Ray cluster of this machine, and what is told where there is none."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from prover.bench.cluster import QUIET, joined
from prover.bench.config import WORKER_MEMORY, Config
from prover.bench.store import read, trace_path
from prover.errors import EnvironmentProblem
from tests.bench.killing import written
from tests.cli.conftest import PROGRAM

STATEMENTS = (
    "(a b : Nat) : a + b = b + a",
    "(p q : Prop) (h : p ∧ q) : q ∧ p",
    "(n : Nat) (h : 0 < n) : 1 ≤ n",
    "(xs : List Nat) : xs.reverse.reverse = xs",
    "(x y : Nat) : x ^ 5 + y ^ 5 ≠ 7 * x * y + 11",
    "(a b c : Nat) (h : a < b) : a + c < b + c",
)
LIMITS = ["--tactics", "30", "--seconds", "3600"]


def port() -> int:
    """One that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture
def ray_cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, str]]:
    """A head without cores and two nodes with one each, and the address for clients."""
    for name, value in QUIET.items():
        monkeypatch.setenv(name, value)
    cluster_utils = pytest.importorskip("ray.cluster_utils")
    small = {"object_store_memory": 80 * 2**20, "include_dashboard": False}
    clients = port()
    head = {**small, "num_cpus": 0, "ray_client_server_port": clients}
    cluster = cluster_utils.Cluster(initialize_head=True, head_node_args=head)
    try:
        for _ in range(2):
            cluster.add_node(**small, num_cpus=1, memory=int(1.2 * WORKER_MEMORY))
        yield cluster, f"ray://127.0.0.1:{clients}"
    finally:
        cluster.shutdown()


def proved(folder: Path) -> set[str]:
    return {one.name for one in read(folder) if one.proved}


def raylet_of(node: Any) -> psutil.Process:
    """The process that starts a node's actors."""
    return psutil.Process(node.all_processes["raylet"][0].process.pid)


def start(file: Path, folder: Path, *flags: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*PROGRAM, "bench", str(file), *LIMITS, "--run", str(folder), "--json", *flags],
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.lean
@pytest.mark.slow
@pytest.mark.cluster
@pytest.mark.usefixtures("lean_command")
# Ray closes neither all its files nor all its processes' pipes.
@pytest.mark.filterwarnings("default")
def test_a_node_that_is_killed_costs_nothing(ray_cluster: tuple[Any, str], tmp_path: Path) -> None:
    cluster, address = ray_cluster
    file = tmp_path / "few.jsonl"
    each = (
        {"name": f"t{at}", "statement": f"theorem t{at} {text} := by"}
        for at, text in enumerate(STATEMENTS)
    )
    file.write_text("".join(json.dumps(one) + "\n" for one in each))
    with start(file, tmp_path / "alone", "--workers", "1") as alone:
        assert alone.wait(timeout=300) in (0, 1)
    folder = tmp_path / "together"
    with start(file, folder, "--cluster", address) as together:
        node, raylet = next((node, raylet_of(node)) for node in cluster.worker_nodes)
        while not any(
            "LeanActor.attempt" in " ".join(child.cmdline()) for child in raylet.children()
        ):
            assert together.poll() is None
            time.sleep(0.1)
        cluster.remove_node(node, allow_graceful=False)
        out, _ = together.communicate(timeout=400)
    told = json.loads(out)
    assert together.returncode in (0, 1)
    assert (told["errors"], told["untried"]) == (0, 0)
    names = [one.name for one in written(folder)]
    assert sorted(names) == [f"t{at}" for at in range(len(STATEMENTS))]
    assert proved(folder) == proved(tmp_path / "alone") >= {"t0", "t1", "t2"}
    assert all(trace_path(folder, one.key).exists() for one in read(folder))


def test_an_address_that_does_not_answer() -> None:
    address = f"ray://127.0.0.1:{port()}"
    with pytest.raises(EnvironmentProblem, match=f"no cluster answers at {address}"):
        asyncio.run(entered(Config(cluster=address)))


def test_a_machine_without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(EnvironmentProblem, match="not installed") as problem:
        asyncio.run(entered(Config(cluster="local")))
    assert "prover[ray]" in problem.value.hint


async def entered(config: Config) -> None:
    async with joined(config, "4", lambda _: None):
        pass


def node(name: str, cores: float, memory: float) -> dict[str, Any]:
    return {"NodeID": name, "Resources": {"CPU": cores, "memory": memory * WORKER_MEMORY}}


def test_actors_go_where_there_are_cores_and_memory() -> None:
    pytest.importorskip("ray")
    from prover.bench.hands import places

    nodes = [node("a", 3, 9), node("b", 8, 2.9), node("c", 1, 0.1), {**node("d", 0, 9)}]
    assert places(nodes, 0) == [("a", 0), ("b", 0), ("c", 0), ("a", 1), ("b", 1), ("a", 2)]
    assert places(nodes, 4) == [("a", 0), ("b", 0), ("c", 0), ("a", 1)]
    assert places([], 3) == []
