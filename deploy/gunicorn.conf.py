"""The web server's settings, for ./run and production alike.

No access log: addresses of pages hold references, and what people do is nobody's log line.
Connections to PostgreSQL = workers × threads, beside those of the Celery workers.
"""

import ctypes
import os
from pathlib import Path
from typing import Any

workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
preload_app = True
accesslog = None
errorlog = "-"
timeout = 60
graceful_timeout = 10
keepalive = 5
limit_request_line = 8190  # a search in Arabic takes six bytes a letter
max_requests = 20_000  # a slow leak never becomes an outage
max_requests_jitter = 2_000
control_socket_disable = True
# The proxy's headers are read by the application, which knows the trusted proxies.
forwarded_allow_ips = ""
if Path("/dev/shm").is_dir():  # noqa: S108 (the heartbeat's file, in memory)
    worker_tmp_dir = "/dev/shm"  # noqa: S108

_M_MMAP_THRESHOLD = -3
"""glibc's name of the size from which a piece of memory is taken from the system by itself."""


def on_starting(_server: Any) -> None:
    """Give the memory of a decoded picture back to the system as soon as it is free.

    glibc raises that size after the first picture, and keeps what four threads freed after it:
    300 MB more (O15, bench/upload_memory.py). Set once, it stays. Other C libraries keep less.
    """
    tune = getattr(ctypes.CDLL(None), "mallopt", None)
    if tune is not None:
        tune(_M_MMAP_THRESHOLD, 1024 * 1024)
