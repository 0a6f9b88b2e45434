"""A run on a real Ray cluster of this machine, and what is told where there is none."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from benchmarks.perf.kill import Killing, differences, problems, write
from benchmarks.perf.nodes import Nodes
from prover.bench.config import WORKER_MEMORY, Config
from prover.bench.ray.cluster import joined
from prover.bench.store import read
from prover.bench.worker_pool import WorkerPool
from prover.errors import SetupError
from prover.progress import Notify, no_notice


def port() -> int:
    """One that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@pytest.mark.lean
@pytest.mark.slow
@pytest.mark.cluster
@pytest.mark.usefixtures("lean_command")
# Ray leaves files of its processes open.
@pytest.mark.filterwarnings("default")
def test_a_node_that_is_killed_costs_nothing(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    file, folder = tmp_path / "few.jsonl", tmp_path / "together"
    write(file, problems(6))
    chance = random.Random(7)
    Killing(tmp_path / "alone", file, workers=1, random=chance).undisturbed()
    with (
        Nodes.started() as nodes,
        Killing(folder, file, workers=0, random=chance, nodes=nodes).start() as together,
    ):
        while not (busy := actors_of("LeanActor.attempt")):
            assert together.poll() is None
            time.sleep(0.05)
        nodes.kill(next(raylet for raylet in nodes.raylets if raylet in busy[0].parents()))
        out, _ = together.communicate(timeout=600)
    told = json.loads(out.splitlines()[-1])
    assert together.returncode in (0, 1)
    # On a busy machine the second node's Lean may come when all is done.
    assert told["workers"] in (1, 2)
    assert (told["errors"], told["untried"]) == (0, 0)
    assert not any(differences(tmp_path / "alone", folder).values())
    assert {one.name for one in read(folder) if one.proved} >= {"t0", "t1", "t2"}


@pytest.mark.lean
@pytest.mark.slow
@pytest.mark.cluster
@pytest.mark.usefixtures("lean_command")
@pytest.mark.filterwarnings("default")
def test_a_policy_that_is_killed_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray")
    monkeypatch.setenv("PROVER_POLICY", "mix:builtin*3+builtin")
    file, folder = tmp_path / "few.jsonl", tmp_path / "run"
    write(file, problems(3))
    with (
        Nodes.started(1) as nodes,
        Killing(folder, file, 0, random.Random(7), nodes).start() as run,
    ):
        while not (actors_of("LeanActor.attempt") and (proposing := actors_of("PolicyActor"))):
            assert run.poll() is None
            time.sleep(0.05)
        proposing[0].kill()
        out, _ = run.communicate(timeout=600)
    told = json.loads(out.splitlines()[-1])
    assert (told["proved"], told["errors"], told["attempts"]) == (3, 0, 3)


def actors_of(kind: str) -> list[psutil.Process]:
    """The actors of this process's cluster, of a kind or with a method that they were asked."""
    below = psutil.Process().children(recursive=True)
    return [each for each in below if f"ray::{kind}" in " ".join(line_of(each))]


def line_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.mark.slow
@pytest.mark.cluster
@pytest.mark.filterwarnings("default")
def test_a_cluster_without_lean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ray")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    told: list[str] = []
    with (
        Nodes.started(1) as nodes,
        pytest.raises(SetupError, match="Lean is not installed") as problem,
    ):
        asyncio.run(entered(Config(cluster=nodes.address, workers=0), told.append))
    assert "prover setup" in problem.value.hint
    assert any("a node of the cluster is left out" in sentence for sentence in told)


def test_an_address_that_does_not_answer() -> None:
    address = f"ray://127.0.0.1:{port()}"
    with pytest.raises(SetupError, match=f"no cluster answers at {address}"):
        asyncio.run(entered(Config(cluster=address)))


def test_a_machine_without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(SetupError, match="not installed") as problem:
        asyncio.run(entered(Config(cluster="local")))
    assert "prover[ray]" in problem.value.hint


async def entered(config: Config, tell: Notify = no_notice) -> None:
    async with joined(config, "4", tell):
        pass


def node(name: str, cores: float, memory: float) -> dict[str, Any]:
    return {"NodeID": name, "Resources": {"CPU": cores, "memory": memory * WORKER_MEMORY}}


def test_actors_go_where_there_are_cores_and_memory() -> None:
    pytest.importorskip("ray")
    from prover.bench.ray.supervisor import places

    nodes = [node("a", 3, 9), node("b", 8, 2.9), node("c", 1, 0.1), {**node("d", 0, 9)}]
    assert places(nodes, 0) == [("a", 0), ("b", 0), ("c", 0), ("a", 1), ("b", 1), ("a", 2)]
    assert places(nodes, 4) == [("a", 0), ("b", 0), ("c", 0), ("a", 1)]
    assert places([], 3) == []


async def test_only_nodes_that_are_there_end_a_run() -> None:
    pytest.importorskip("ray")
    from prover.bench.ray.supervisor import LeanActorSupervisor

    crew = WorkerPool(patience=0.05)
    hands = LeanActorSupervisor(Config(), "4", crew, no_notice)
    hands._unfit["a"] = SetupError("no Lean there")
    hands._fill([])
    with pytest.raises(SetupError, match="no worker for"):
        await crew.ready()
    hands._fill([node("a", 1, 1)])
    with pytest.raises(SetupError, match="no Lean there"):
        await crew.ready()
