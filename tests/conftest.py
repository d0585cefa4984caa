"""What every test stands on: compiled catalogues, plain static files, queues of its own."""

from __future__ import annotations

import gc
import gettext
from collections.abc import Generator, Iterator
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.test import override_settings
from django.utils import translation
from django.utils.translation import trans_real
from pytest_django import DjangoDbBlocker

from access.kept import Kept
from notifications.texts import wording
from portal import catalogues
from saudi import days_off
from saudi.calendar import DaysOff
from tests.emptying import keep_what_is_there
from tests.migrated import template_name
from tests.plans import forget_counts
from tests.scheduling import GroupedScheduling
from tests.tracing import traced_or_not
from tests.worker import (
    celery_worker,
    closed_breaker,
    own_redis,
    start_scheduler,
    start_worker,
)

STOCKED = {
    "objections.migrations.0009_stock_grounds": "objections.Ground",
    "objections.migrations.0013_answer_templates": "objections.AnswerTemplate",
    "sawtak.migrations.0009_stock_help": "sawtak.HelpArticle",
    "sawtak.migrations.0010_ticket_types": "sawtak.TicketType",
}
"""The migrations that fill a catalogue, and a model of it."""

__all__ = ["celery_worker", "closed_breaker", "own_redis", "start_scheduler", "start_worker"]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> GroupedScheduling:
    """Keep what shares a running stack in one process."""
    return GroupedScheduling(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Trace what counts for the coverage; leave no test the row counts of the one before it."""
    with traced_or_not(item):
        done = yield
    forget_counts()
    return done


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and never among the collected tests, which stay to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Copy the migrated database that ./test made, where it made one."""
    if name := template_name():
        settings.DATABASES["default"]["TEST"]["TEMPLATE"] = name


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Keep what the migrations wrote for the end of every test with real transactions."""
    with django_db_blocker.unblock():
        keep_what_is_there()


@pytest.fixture(scope="session", autouse=True)
def current_catalogues() -> None:
    """Compile each catalogue that is newer than its .mo, so that pages speak the tested Arabic."""
    for app in settings.CATALOGUES:
        source = catalogues.catalogue_path(app)
        compiled = source.with_suffix(".mo")
        if source.is_file() and (
            not compiled.is_file() or compiled.stat().st_mtime < source.stat().st_mtime
        ):
            catalogues.compile_catalogue(app)
    # What an import read before: Django keeps it, and so does the library below it.
    trans_real._translations = {}
    gettext._translations.clear()  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def arabic() -> Iterator[None]:
    """Start each test in Arabic; a request to /en/ leaves its language behind in the thread."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(autouse=True)
def stocked_catalogues(request: pytest.FixtureRequest) -> None:
    """Fill the catalogues of data anew for a test with real transactions.

    What the migrations wrote is gone after the first of them.
    """
    marker = request.node.get_closest_marker("django_db")
    is_marked = marker is not None and marker.kwargs.get("transaction")
    if not is_marked and "transactional_db" not in request.fixturenames:
        return
    request.getfixturevalue("transactional_db")
    for name, model in STOCKED.items():
        if not apps.get_model(model).objects.exists():
            import_module(name).fill(apps, None)


@pytest.fixture
def days_off_table() -> None:
    """Let a test read the days off from their table, as a process does once a minute."""


@pytest.fixture(autouse=True)
def known_days_off(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Have the official holidays known without a statement, as they are within a minute.

    So what a page costs does not depend on the test before it. A test of the table itself asks
    for `days_off_table`.
    """
    if "days_off_table" not in request.fixturenames:
        monkeypatch.setattr(days_off, "_read", DaysOff)
    days_off.forget_days_off()
    yield
    days_off.forget_days_off()


@pytest.fixture(autouse=True)
def catalogues_anew() -> None:
    """Have what a process keeps of small tables read again in each test."""
    Kept.forget_all()


@pytest.fixture
def wordings_table() -> None:
    """Let a test read the wordings of the SMS from their table, as a process does."""


@pytest.fixture(autouse=True)
def known_wordings(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Have every SMS in the catalogue's own wording without a statement, as within half a minute.

    A test of the table itself asks for `wordings_table`.
    """
    if "wordings_table" not in request.fixturenames:
        monkeypatch.setattr(wording, "_refresh", lambda: None)
    wording._Known.wordings = wording._Wordings()
    wording.forget_wordings()
    yield
    wording._Known.wordings = wording._Wordings()


@pytest.fixture(scope="session", autouse=True)
def plain_static_files() -> Iterator[None]:
    """Name static files as they are: the hashed names need collectstatic, which e2e tests run."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    storages = {**settings.STORAGES, "staticfiles": plain}
    # Each test client starts the middleware anew: it shall not list every static file each time.
    with override_settings(STORAGES=storages, WHITENOISE_AUTOREFRESH=True):
        yield
