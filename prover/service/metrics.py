"""What the service counts, in Prometheus' text format."""

from __future__ import annotations

import psutil
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from prover.service.runs import Run

BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)


class Metrics:
    """Counters of one service."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = {"registry": self._registry, "namespace": "prover"}
        self._ended = Counter("runs", "Runs that have ended.", ["kind", "status"], **labels)
        self._seconds = Histogram(
            "run_seconds",
            "From a request to its last event.",
            ["kind"],
            buckets=BUCKETS,
            **labels,
        )
        self._refused = Counter("refused_requests", "Requests refused.", ["status"], **labels)
        self._running = Gauge("running", "Runs under way.", ["queue"], **labels)
        self._waiting = Gauge("waiting", "Runs in the queue.", ["queue"], **labels)
        self._resident = Gauge("resident_bytes", "Memory, without that of Lean.", **labels)

    def ended(self, run: Run) -> None:
        """Counts a run that has ended."""
        self._ended.labels(run.kind, run.status).inc()
        self._seconds.labels(run.kind).observe(run.seconds)

    def refused(self, status: int) -> None:
        """Counts a request that was refused with this status."""
        self._refused.labels(str(status)).inc()

    def queue(self, name: str, running: int, waiting: int) -> None:
        """Notes how long a queue is."""
        self._running.labels(name).set(running)
        self._waiting.labels(name).set(waiting)

    def text(self) -> bytes:
        """All of it as text."""
        self._resident.set(psutil.Process().memory_info().rss)
        return generate_latest(self._registry)
