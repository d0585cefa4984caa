"""Exports by a real worker: made, killed half-way, asked for while Redis is away (O08)."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from beneficiaries.imports.recording import LOCK_WITHIN
from beneficiaries.statuses import RunStatus
from notifications.waking import breaker
from portal.exports import making
from portal.exports.models import Export, ExportDownload
from portal.tasks import sweep_exports
from sawtak.models import Ticket
from tests.access.test_export_files import read_xlsx
from tests.personas import sign_in_staff
from tests.portal.working import filed
from tests.worker import CeleryWorker, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

StartWorker = Callable[..., CeleryWorker]

ASK = "/admin/portal/export/ask/"
LIST = "/admin/portal/export/"
ROWS = 6_000
"""More than come at once (LIMITS_EXPORT_ROWS_AT_ONCE)."""

NAME = "سارة أحمد التجريبية"

HELD = """
import time
from pathlib import Path

from access.exports import files

fit, seen = files._xlsx_text, 0


def held(text):
    global seen
    seen += 1
    if seen == 20_000:
        Path({sign!r}).touch()
        while True:
            time.sleep(60)
    return fit(text)


files._xlsx_text = held
"""
"""Has a worker write so many texts of a sheet, give a sign, and go no further."""


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Give the folder of exports that this process and the workers share."""
    location = tmp_path / "exports"
    options = {**settings.STORAGES["exports"]["OPTIONS"], "location": location}
    settings.STORAGES = {
        **settings.STORAGES,
        "exports": {**settings.STORAGES["exports"], "OPTIONS": options},
    }
    return location


def many_tickets() -> set[str]:
    """Make more tickets than come at once and give their references."""
    filed(full_name=NAME)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sawtak_ticket (reference, submission_key, channel, category, subject,"
            " full_name, mobile, national_id, identity_match, status, language, received_at,"
            " changed_at) SELECT '7' || lpad(n::text, 9, '0'), 'many' || n, channel, category,"
            " 'تأخر الصرف', full_name, mobile, national_id, identity_match, status, language,"
            " received_at, changed_at FROM sawtak_ticket, generate_series(2, %s) AS n",
            [ROWS],
        )
    return set(Ticket.objects.values_list("reference", flat=True))


def ask(client: Client, kind: str) -> str:
    """Ask for all tickets and give the address of the record."""
    form = {"format": kind, "submission": str(uuid.uuid4())}
    response = client.post(f"{ASK}tickets/?status=all", form)
    assert response.status_code == 302, response.content.decode()
    return str(response.headers["Location"])


def done(pk: int) -> Export:
    """Wait until an export is made and give it."""
    wait_until(
        lambda: Export.objects.filter(pk=pk, status=RunStatus.DONE).exists(), what="it is made"
    )
    return Export.objects.get(pk=pk)


def fetched(client: Client, run: Export) -> bytes:
    response: Any = client.get(f"{LIST}{run.pk}/file/")
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def test_worker_makes_what_the_browser_asks_for(
    start_worker: StartWorker, client: Client, folder: Path
) -> None:
    references = many_tickets()
    user = sign_in_staff(client, "supervisor")
    worker = start_worker(DATA_DIR=str(folder.parent))
    asked_at = timezone.now()
    address = ask(client, "csv")
    run = done(Export.objects.get().pk)
    assert (run.asked_by, run.list_key, run.format) == (user, "tickets", "csv")
    assert (run.rows, run.attempts, run.narrowed_en) == (ROWS, 1, "")
    assert run.ended_at is not None
    assert asked_at <= run.asked_at <= run.ended_at <= timezone.now()
    assert f"{LIST}{run.pk}/file/" in client.get(address).content.decode()
    body = fetched(client, run)
    assert (len(body), sha256(body).hexdigest()) == (run.size_bytes, run.sha256)
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    assert len(rows) == ROWS
    assert {row["الرقم"].removeprefix("'") for row in rows} == references
    assert {row["الاسم"] for row in rows} == {NAME}
    assert ExportDownload.objects.get().by == user
    assert [path.name for path in folder.iterdir()] == [run.stored_name]
    for secret in (NAME, "500000007", "1000000024"):
        assert secret not in worker.log()
    # What a right gave goes with it, also of a file that is there.
    user.groups.clear()
    assert client.get(f"{LIST}{run.pk}/file/").status_code == 403
    user.is_active = False
    user.save()
    assert client.get(f"{LIST}{run.pk}/file/").status_code == 302
    assert ExportDownload.objects.count() == 1


def test_killed_half_way_it_is_taken_up_again_and_no_half_file_is_given(
    start_worker: StartWorker, client: Client, folder: Path, tmp_path: Path
) -> None:
    references = many_tickets()
    sign_in_staff(client, "supervisor")
    sign = tmp_path / "half-way"
    data = {"DATA_DIR": str(folder.parent)}
    doomed = start_worker("doomed", first=HELD.format(sign=str(sign)), **data)
    address = ask(client, "xlsx")
    wait_until(sign.exists, what="it is half-way")
    [run] = Export.objects.all()
    doomed.kill()
    assert list(folder.iterdir())  # what it left
    wait_until(
        lambda: client.get(address).context["status"] == RunStatus.BROKEN_OFF,
        what="the page says that it was broken off",
    )
    assert f"{LIST}{run.pk}/file/" not in client.get(address).content.decode()
    assert client.get(f"{LIST}{run.pk}/file/").status_code == 302
    start_worker("next", **data)
    making.sweep(now=timezone.now() + LOCK_WITHIN + timedelta(seconds=1))
    run = done(run.pk)
    assert (run.attempts, run.rows) == (2, ROWS)
    assert [path.name for path in folder.iterdir()] == [run.stored_name]
    (tmp_path / "fetched.xlsx").write_bytes(fetched(client, run))
    _head, *rows = read_xlsx(tmp_path / "fetched.xlsx")
    assert len(rows) == ROWS
    assert {row[0][1] for row in rows} == references
    assert Export.objects.count() == 1


def test_asked_for_while_redis_is_away_it_is_made_later(
    start_worker: StartWorker, client: Client, folder: Path, settings: Settings
) -> None:
    settings.LIMITS = {**settings.LIMITS, "export_rows_at_once": 0}
    filed(full_name=NAME)
    sign_in_staff(client, "supervisor")
    start_worker(DATA_DIR=str(folder.parent))
    real = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    address = ask(client, "csv")
    shown = client.get(address)
    assert shown.context["status"] == RunStatus.WAITING
    assert 'http-equiv="refresh"' in shown.content.decode()
    settings.REDIS_URL = real
    breaker.reset()
    sweep_exports.apply_async(queue="default")  # what the scheduler does each minute
    run = done(Export.objects.get().pk)
    assert NAME in fetched(client, run).decode("utf-8-sig")
    assert storages["exports"].exists(run.stored_name)
