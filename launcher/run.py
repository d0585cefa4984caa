"""`./run`: the whole portal on this machine."""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from launcher import postgres, processes, valkey
from launcher.children import (
    Child,
    Register,
    rotate_logs,
    run_to_end,
    wait_until,
    with_bytecode,
)
from launcher.console import Failure, complain, of_the_system, say, step
from launcher.frontend import ensure_built
from launcher.options import Options, listen_on, read_options, url_of
from launcher.paths import LOGS, PYTHON, ROOT, RUNTIME_ENV, VAR
from launcher.private import kept_secret, write_private
from launcher.supervisor import (
    READY_SECONDS,
    StopAsked,
    is_ready,
    listen_for_stop,
    stop_all,
    watch,
)
from portal.env import Env

POSTGRES_DATA = VAR / "postgres"
VALKEY_DATA = VAR / "valkey"
SOCKET_NOTE = VAR / "postgres.sockets"
ACCOUNTS = VAR / "demo_accounts.txt"
REMEMBERED = ("DATABASE_URL", "REDIS_URL", "DEMO", "SMS_GATEWAY", "DATA_DIR", "PUBLIC_URL")


class Portal:
    """One start: the children, the environment they share, and what must be undone."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.children: list[Child] = []
        self.register = Register(VAR / "children.json")
        self.env = {**with_bytecode(os.environ), "PYTHONUNBUFFERED": "1"}

    def start(self) -> None:
        """Start everything and wait until the portal can serve.

        Raises:
            Failure: naming what could not be started.
        """
        options = self.options
        listen_on(options.host, options.port).close()  # a taken port is told before any work
        self._set_secrets()
        self._start_servers()
        ensure_built(self.env)
        run_to_end(
            [str(PYTHON), "-m", "launcher.prepare", "data", str(ACCOUNTS)],
            self.env,
            what="The database",
        )
        with step("Starting the web server, the workers and the scheduler"):
            self._start_processes()

    def stop(self) -> None:
        stop_all(self.children, self.register)
        RUNTIME_ENV.unlink(missing_ok=True)
        postgres.remove_socket_folder(SOCKET_NOTE)

    def welcome(self) -> None:
        """Say where the portal is and who can sign in."""
        say(f"\nThe portal is ready: {self.env['PUBLIC_URL']}/")
        if self.options.demo:
            say(f"SMS appear at        {self.env['PUBLIC_URL']}/phone/")
            say(f"Staff sign in at     {self.env['PUBLIC_URL']}/admin/")
            say("\nDemonstration accounts (all synthetic):")
            say(ACCOUNTS.read_text(encoding="utf-8").rstrip())
            if not self.options.demo_password:
                say(f"\nPassword of the staff: {self.env['DEMO_PASSWORD']}")
        elif self.options.gateway == "phone":
            say("No SMS reaches anybody: SMS_GATEWAY is phone, and DEMO is off.")
        say(f"\nLogs: {LOGS}. Ctrl-C stops everything; the data stays.")

    def _set_secrets(self) -> None:
        """Make what was not given, once, in var/."""
        options = self.options
        if not options.secret_key:
            self.env["SECRET_KEY"] = kept_secret(VAR / "secret_key", length=48)
        self.env["DEMO"] = "1" if options.demo else "0"
        self.env["SMS_GATEWAY"] = options.gateway
        self.env["HOST"] = options.host
        self.env["DATA_DIR"] = str(options.data_dir)
        options.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if options.demo:
            self.env["DEMO_PASSWORD"] = options.demo_password or kept_secret(
                VAR / "demo_password", length=9
            )

    def _start_servers(self) -> None:
        options = self.options
        if options.database_url:
            self.env["DATABASE_URL"] = options.database_url
        else:
            with step("Starting PostgreSQL"):
                cluster = postgres.Cluster(
                    data=POSTGRES_DATA,
                    sockets=postgres.make_socket_folder(SOCKET_NOTE),
                    log=LOGS / "postgres.log",
                )
                self._keep(postgres.start(cluster, self.env))
                self.env = postgres.without_libpq(self.env)
                self.env["DATABASE_URL"] = cluster.url()
        if options.redis_url:
            valkey.ensure_answers(options.redis_url)
            self.env["REDIS_URL"] = options.redis_url
        else:
            with step("Starting Valkey"):
                store = valkey.start(VALKEY_DATA, LOGS / "valkey.log", self.env)
                self._keep(store.child)
                self.env["REDIS_URL"] = store.url

    def _start_processes(self) -> None:
        options = self.options
        listener = listen_on(options.host, options.port)
        port = listener.getsockname()[1]
        self.env["PUBLIC_URL"] = options.public_url or url_of(options.host, port)
        self._write_runtime_env()
        for child in (
            *processes.workers(self.env),
            processes.scheduler(self.env),
            processes.web(self.env, listener=listener.fileno()),
        ):
            child.start()
            self._keep(child)
        address = (options.host, port)
        wait_until(
            lambda: is_ready(address, self.env["PUBLIC_URL"]),
            seconds=READY_SECONDS,
            what="The portal",
            children=self.children[::-1],
        )
        self._listener = listener  # open as long as the portal, for the web server's replacements

    def _keep(self, child: Child) -> None:
        self.children.append(child)
        self.register.write(self.children)

    def _write_runtime_env(self) -> None:
        """Let `manage.py` find the same servers with no setting, while the portal runs."""
        names = [*REMEMBERED, *(["DEMO_PASSWORD"] if self.options.demo else [])]
        lines = [f"{name}={_quoted(self.env[name])}\n" for name in names]
        write_private(RUNTIME_ENV, "# Written by ./run, for manage.py.\n" + "".join(lines))


def main() -> int:
    """Run the portal until it is stopped; give the exit code."""
    arguments = _arguments()
    listen_for_stop()
    try:
        with _only_one_here():
            return _run(fresh=arguments.fresh)
    except Failure as failure:
        complain(failure)
        return 1
    except OSError as error:
        complain(of_the_system(error))
        return 1
    except StopAsked:
        say("Stopped.")
        return 0


def _run(*, fresh: bool) -> int:
    options = read_options(Env(dict(os.environ), ROOT / ".env"))
    portal = Portal(options)
    portal.register.end_leftovers()
    rotate_logs()
    if fresh:
        _forget(options)
    try:
        portal.start()
        portal.welcome()
        watch(portal.children, portal.register)
    except StopAsked:
        say("\nStopping …")
        return 0
    finally:
        portal.stop()
        say("Stopped.")


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run",
        description="Start the whole portal on this machine: database, Redis, web server, workers "
        "and scheduler. Settings come from the environment and .env (see .env.example). "
        "Ctrl-C stops everything; the data stays in var/.",
    )
    parser.add_argument("--fresh", action="store_true", help="forget the data and begin again")
    return parser.parse_args()


def _forget(options: Options) -> None:
    """Remove the data that this launcher itself keeps.

    Raises:
        Failure: when the database is not ours to forget.
    """
    if options.database_url:
        raise Failure(
            "--fresh forgets only the data that ./run keeps in var/, and DATABASE_URL names "
            "another server.",
            "Empty that database yourself, or unset DATABASE_URL.",
        )
    with step("Forgetting the data"):
        for folder in (POSTGRES_DATA, VALKEY_DATA):
            shutil.rmtree(folder, ignore_errors=True)
        if options.data_dir_is_ours:
            shutil.rmtree(options.data_dir, ignore_errors=True)
        for leftover in VAR.glob("celerybeat*"):
            leftover.unlink()


@contextmanager
def _only_one_here() -> Iterator[None]:
    VAR.mkdir(exist_ok=True)
    with (VAR / "run.lock").open("w", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Failure(
                "The portal of this checkout is already running.",
                "Use it, or stop it with Ctrl-C where it was started.",
            ) from error
        yield


if __name__ == "__main__":
    sys.exit(main())
