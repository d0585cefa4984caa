"""Every list of the staff site at the size of the country (O28).

    .venv/bin/python bench/staff_lists.py [--people 1000000] [--objections 300000] [--sms 3000000]

Makes the database of bench/reads.py for so many people, or goes on with one that was kept (--keep),
and adds objections and SMS. Then it walks over everything the staff site registers as a supervisor
and an administrator: the list, its second page, each filter, the form to add, the form of a row in
the middle, and five searches. Each page is asked for twice, and the second answer is measured.
Fails where one takes MOST_SECONDS or more, or has more than MOST_STATEMENTS, MOST_OPTIONS or
MOST_BYTES.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.reads import add_messages, database, fill  # noqa: E402 - the root is added above
from bench.serving import machine_facts, services  # noqa: E402 - the root is added above

MOST_SECONDS = 1.0
MOST_STATEMENTS = 16
MOST_OPTIONS = 1_000
MOST_BYTES = 1024 * 1024
SEARCHES = ("1000000008", "+966500000001", "0500000001", "احمد", "ا")


@dataclass
class Page:
    """What one page took."""

    name: str
    seconds: float
    statements: int
    size: int
    options: int

    @property
    def is_too_much(self) -> bool:
        return (
            self.seconds >= MOST_SECONDS
            or self.statements > MOST_STATEMENTS
            or self.size > MOST_BYTES
            or self.options > MOST_OPTIONS
        )


def add_rows(url: str, environ: dict[str, str], options: argparse.Namespace) -> None:
    """Bring a filled database to so many objections and SMS, and give the planner its figures."""
    size = ["--people", str(options.people), "--tickets", str(options.people)]
    more = ["load_scale", *size, "--objections", str(options.objections)]
    subprocess.run([sys.executable, "manage.py", *more], cwd=ROOT, env=environ, check=True)
    add_messages(url, options.sms)


# The walk ---------------------------------------------------------------------------------


class Desk:
    """The browser of somebody with the rights of two roles."""

    def __init__(self) -> None:
        from django.contrib.auth.models import Group
        from django.test import Client

        from beneficiaries.models import User

        worker, _is_new = User.objects.get_or_create(username="bench", defaults={"is_staff": True})
        worker.groups.set(Group.objects.filter(name__in=["supervisor", "administrator"]))
        self.browser = Client(HTTP_HOST="localhost")
        self.browser.force_login(worker, backend="beneficiaries.backends.StaffBackend")

    def page(self, name: str, address: str, searched: str = "") -> tuple[Page, Any] | None:
        """Ask for a page twice and give what the second took; nothing where nobody may see it."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        def ask() -> Any:
            if searched:
                return self.browser.post(address, {"q": searched}, follow=True)
            return self.browser.get(address)

        if ask().status_code in {302, 403, 404, 405}:  # another's page, no right, or no page
            return None
        with CaptureQueriesContext(connection) as captured:
            started = time.perf_counter()
            response = ask()
            seconds = time.perf_counter() - started
        assert response.status_code == 200, f"{name}: {response.status_code}"
        body = response.content
        found = Page(name, seconds, len(captured), len(body), body.count(b"<option"))
        return found, response

    def walk(self) -> Iterator[Page]:
        """Give each page of each model that the staff site registers."""
        from django.contrib import admin

        for model in admin.site._registry:
            yield from self._pages_of(model)

    def _pages_of(self, model: Any) -> Iterator[Page]:
        from django.contrib import admin
        from django.urls import NoReverseMatch, reverse

        title = model._meta.label
        names = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        address = reverse(f"{names}_changelist")
        listed = self.page(f"{title}: list", address)
        if listed is None:
            return
        yield listed[0]
        changelist = (listed[1].context or {}).get("cl")
        queries = _filters(changelist)
        if changelist is not None and changelist.result_list:
            last = list(changelist.result_list)[-1]
            queries["second page"] = f"?p=after-{last.pk}"
            middle = _middle(model)
            queries[f"row {middle}"] = reverse(f"{names}_change", args=[middle])
        with contextlib.suppress(NoReverseMatch):
            queries["add"] = reverse(f"{names}_add")
        for name, query in queries.items():
            target = query if query.startswith("/") else address + query
            if found := self.page(f"{title}: {name}", target):
                yield found[0]
        if admin.site._registry[model].search_help_text:
            for word in SEARCHES:
                if found := self.page(f"{title}: search {word}", address, searched=word):
                    yield found[0]


def _filters(changelist: Any) -> dict[str, str]:
    if changelist is None:
        return {}
    return {
        f"filter {spec.title}, {choice['display']}": choice["query_string"]
        for spec in changelist.filter_specs
        for choice in spec.choices(changelist)
    }


def _middle(model: Any) -> Any:
    newest, oldest = (
        model._default_manager.order_by(order).values_list("pk", flat=True)[0]
        for order in ("-pk", "pk")
    )
    if not isinstance(newest, int):
        return newest
    half = (newest + oldest) // 2
    return (
        model._default_manager.filter(pk__gte=half).order_by("pk").values_list("pk", flat=True)[0]
    )


# The report ---------------------------------------------------------------------------------


def report(pages: list[Page]) -> None:
    """Print the slowest page of each model, and each that is too much."""
    print("\n| model | pages | slowest | ms | most statements | largest, KB | most options |")
    print("|---|---|---|---|---|---|---|")
    models: dict[str, list[Page]] = {}
    for page in pages:
        models.setdefault(page.name.partition(":")[0], []).append(page)
    for model, its in models.items():
        slowest = max(its, key=lambda page: page.seconds)
        most = [
            max(getattr(page, name) for page in its) for name in ("statements", "size", "options")
        ]
        print(
            f"| {model} | {len(its)} | {slowest.name.partition(': ')[2]} "
            f"| {slowest.seconds * 1000:.0f} | {most[0]} | {most[1] / 1024:.0f} | {most[2]} |"
        )
    beyond = [page for page in pages if page.is_too_much]
    for page in beyond:
        print(
            f"Too much: {page.name}: {page.seconds * 1000:.0f} ms, {page.statements} statements, "
            f"{page.size / 1024:.0f} KB, {page.options} options"
        )
    print(
        f"\n{len(pages)} pages, {len(beyond)} beyond {MOST_SECONDS:.0f} s, {MOST_STATEMENTS} "
        f"statements, {MOST_OPTIONS} options or {MOST_BYTES // 1024} KB."
    )


def main() -> int:
    """Make the rows, walk, print the table, and fail where a page is too much."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--objections", type=int, default=300_000)
    parser.add_argument("--sms", type=int, default=3_000_000)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        server, redis = stack.enter_context(services())
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-"))
        url, is_new = stack.enter_context(database(server, options.people, keep=options.keep))
        environ = {
            **os.environ,
            "DATABASE_URL": url,
            "REDIS_URL": redis,
            "SECRET_KEY": "bench" * 12,
            "DATA_DIR": data,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "DEBUG": "0",
            "DEMO": "0",
        }
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
        subprocess.run(collect, cwd=ROOT, env=environ, check=True)
        fill(environ, options.people, is_new=is_new)
        add_rows(url, environ, options)
        os.environ.update(environ)
        import django

        django.setup()
        from django.test.utils import setup_test_environment

        setup_test_environment()  # so that an answer tells which list it shows
        pages = list(Desk().walk())
        with contextlib.closing(psycopg2.connect(url)) as connection:
            print(machine_facts(connection))
        from django.db import connection as ours

        ours.close()
    report(pages)
    return 1 if any(page.is_too_much for page in pages) else 0


if __name__ == "__main__":
    sys.exit(main())
