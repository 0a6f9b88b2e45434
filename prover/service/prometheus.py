"""What the service counts, in Prometheus' text format."""

from __future__ import annotations

import psutil
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from prover.service.runs import Run

BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)


class ServiceCounters:
    """Counters of one service."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._ended = Counter(
            "prover_runs", "Runs that have ended.", ["kind", "status"], registry=registry
        )
        self._seconds = Histogram(
            "prover_run_seconds",
            "From a request to its last event.",
            ["kind"],
            buckets=BUCKETS,
            registry=registry,
        )
        self._refused = Counter(
            "prover_refused_requests", "Requests not let in.", ["status"], registry=registry
        )
        self._running = Gauge("prover_running", "Runs under way.", ["queue"], registry=registry)
        self._waiting = Gauge("prover_waiting", "Runs in the queue.", ["queue"], registry=registry)
        self._resident = Gauge(
            "prover_resident_bytes", "Memory, without that of Lean.", registry=registry
        )

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
