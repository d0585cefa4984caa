"""Run several of Django's commands in one process, which is several times faster than one each.

`python -m launcher.prepare static` makes what browsers are served. `… data FILE` brings the
database up to date, loads the demonstration once and writes its accounts to FILE.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from launcher.console import step


def main(argv: list[str]) -> int:
    """Run the commands of one kind; give the exit code, having told what is wrong."""
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError
    from django.db import Error as DatabaseError

    try:
        _prepare(argv)
    except (CommandError, ImproperlyConfigured, DatabaseError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _prepare(argv: list[str]) -> None:
    import django
    from django.conf import settings
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    if argv[0] == "static":
        with step("Building the fonts and icons"):
            call_command("build_frontend")
        with step("Compiling the translations"):
            call_command("compile_catalogues", allow_incomplete=True)  # ./test is strict
        with step("Collecting the static files"):
            call_command("collectstatic", interactive=False, verbosity=0)
    elif argv[0] == "data":
        with step("Bringing the database up to date"):
            call_command("migrate", interactive=False, verbosity=0)
        if settings.DEMO:
            with step("Loading the demonstration"):
                call_command("load_demo")
            with Path(argv[1]).open("w", encoding="utf-8") as accounts:
                call_command("demo_accounts", stdout=accounts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
