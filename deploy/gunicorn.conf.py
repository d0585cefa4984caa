"""The web server's settings, for ./run and production alike.

No access log: addresses of pages hold references, and what people do is nobody's log line.
Connections to PostgreSQL = workers × threads, beside those of the Celery workers.
"""

import os
from pathlib import Path

workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
preload_app = True
accesslog = None
errorlog = "-"
timeout = 60
graceful_timeout = 10
keepalive = 5
max_requests = 20_000  # a slow leak never becomes an outage
max_requests_jitter = 2_000
control_socket_disable = True
# The proxy's headers are read by the application, which knows the trusted proxies.
forwarded_allow_ips = ""
if Path("/dev/shm").is_dir():  # noqa: S108 (the heartbeat's file, in memory)
    worker_tmp_dir = "/dev/shm"  # noqa: S108
