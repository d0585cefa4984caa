"""A database that was migrated once, for the tests' own ones to be copied from.

To migrate from nothing costs as much as some hundred tests, and three databases of a run need it:
one of each process of pytest-xdist and the one of the running stack.
`python -m tests.migrated make` makes it on the server of DATABASE_URL, `… drop` drops it.
"""

from __future__ import annotations

import os
import sys


def main(argv: list[str]) -> None:
    """Make or drop the database that TEST_TEMPLATE names."""
    import django
    from django.db import connection

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    name = os.environ["TEST_TEMPLATE"]
    if argv == ["make"]:
        connection.settings_dict["TEST"]["NAME"] = name
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    else:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)}")


def template_name() -> str:
    """Give the name of the migrated database; empty where none was made."""
    return os.environ.get("TEST_TEMPLATE", "")


if __name__ == "__main__":
    main(sys.argv[1:])
