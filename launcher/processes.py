"""The portal's own processes: web server, workers, scheduler."""

from __future__ import annotations

import signal
from collections.abc import Mapping

from launcher.children import Child
from launcher.paths import LOGS, PYTHON, ROOT, VAR

# Codes have a worker of their own: a person waits for them, and bulk messages never come first.
CODES = "codes"
OTHER_QUEUES = "cases,reminders,announcements,imports,default"
# Mails have one too: a mail server that hangs holds no thread that an SMS needs.
EMAIL = "email"


def web(environ: Mapping[str, str], *, listener: int) -> Child:
    """Give the production web server on an open socket, which it shares with its replacements."""
    return Child(
        name="Web server",
        argv=[
            *(str(PYTHON), "-m", "gunicorn", "portal.wsgi"),
            *("--config", str(ROOT / "deploy" / "gunicorn.conf.py")),
            *("--bind", f"fd://{listener}"),
        ],
        env=environ,
        log=LOGS / "web.log",
        pass_fds=(listener,),
    )


def workers(environ: Mapping[str, str]) -> list[Child]:
    """Give the workers for codes, for mails and for the rest: threads, which wait for gateways."""
    return [
        _worker("codes", environ, queues=CODES),
        _worker("cases", environ, queues=OTHER_QUEUES),
        _worker("email", environ, queues=EMAIL, threads=2),
    ]


def scheduler(environ: Mapping[str, str]) -> Child:
    schedule = VAR / "celerybeat"
    return Child(
        name="Scheduler",
        argv=_celery("beat", "--schedule", str(schedule), "--pidfile", ""),
        env=environ,
        log=LOGS / "scheduler.log",
    )


def _worker(name: str, environ: Mapping[str, str], *, queues: str, threads: int = 4) -> Child:
    options = [
        *("--hostname", f"{name}@%h", "--queues", queues, "--pool", "threads"),
        *("--concurrency", str(threads), "--without-gossip", "--without-mingle"),
    ]
    return Child(
        name=f"Worker ({name})",
        argv=_celery("worker", *options),
        env=environ,
        log=LOGS / f"worker-{name}.log",
        # No gentler one: with its Redis gone too, a worker can wait for ever. The work is a row.
        death_signal=signal.SIGKILL,
        stop_seconds=20,
    )


def _celery(command: str, *options: str) -> list[str]:
    return [str(PYTHON), "-m", "celery", "-A", "portal", command, "--loglevel", "INFO", *options]
