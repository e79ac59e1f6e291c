"""How gunicorn serves ``app:server``; values come from the settings (docs/settings.md).

Every worker makes its own application and opens the store itself (no preloading: DuckDB's threads do not survive a fork) and
is warmed up before it takes requests.
"""

import os
import sys
import tempfile
from typing import Any

from dashboard.serve import refuse_unsafe
from dashboard.settings import Settings
from data.errors import QuanyuError

try:
    _settings = Settings.load()
    refuse_unsafe([_settings.host])
except QuanyuError as error:
    sys.exit(str(error))

bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
workers = _settings.workers
threads = _settings.worker_threads
worker_class = "gthread"
preload_app = False
timeout = 60
graceful_timeout = 30
keepalive = 5
limit_request_line = 8190
limit_request_fields = 60
limit_request_field_size = 8190
control_socket_disable = True
loglevel = _settings.log_level

# the sum of all workers' counters, for /metrics; read when prometheus_client is imported
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="quanyu-metrics-"))


def on_starting(server: Any) -> None:
    """Refuse what ``--bind`` may have changed."""
    try:
        refuse_unsafe([address[0] for address in server.cfg.address if isinstance(address, tuple)])
    except QuanyuError as error:
        sys.exit(str(error))


def child_exit(server: Any, worker: Any) -> None:
    """Forget the gauges of a worker that ended."""
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415 -- reads the folder above when imported

    mark_process_dead(worker.pid)
