"""Counters for operators, in Prometheus' form.

One registry per application. Under gunicorn, where several processes answer, ``PROMETHEUS_MULTIPROC_DIR`` (set by
``gunicorn.conf.py``) makes ``/metrics`` the sum over all of them.
"""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 10)


class Metrics:
    """What this process counted. Labels are few and fixed: never an address, an area or a person."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter("quanyu_requests", "Answered requests.", ("kind", "status"), registry=self._registry)
        self.seconds = Histogram("quanyu_request_seconds", "Seconds to an answer.", ("kind",), registry=self._registry, buckets=BUCKETS)
        self.refusals = Counter("quanyu_refusals", "Requests that the guard refused.", ("reason",), registry=self._registry)
        self.failures = Counter("quanyu_failures", "Errors nobody expected.", ("place",), registry=self._registry)

    def text(self, **now: float) -> bytes:
        """All counters and, as gauges, the measurements taken ``now``."""
        registry = self._registry
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        gauges = "".join(f"# TYPE quanyu_{name} gauge\nquanyu_{name} {value:g}\n" for name, value in now.items())
        return bytes(generate_latest(registry)) + gauges.encode()
