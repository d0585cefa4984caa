"""Exports of tickets narrowed by type, channel and days: recorded in words, kept to by a worker."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import storages
from django.test import Client
from pytest_django import Settings

from beneficiaries.statuses import RunStatus
from portal.exports import making
from portal.exports.models import Export
from sawtak.models import Ticket, TicketType
from sawtak.ticket_types.selectors import TYPES
from tests.objections.staff_pages import filed as objected
from tests.personas import sign_in_staff
from tests.portal.working import TUESDAY, filed
from tests.sawtak.tickets import page

pytestmark = pytest.mark.django_db

ASK = "/admin/portal/export/ask/"


@pytest.fixture(autouse=True)
def _on_the_tuesday(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Stand on the Tuesday; a worker makes every file."""
    options = {**settings.STORAGES["exports"]["OPTIONS"], "location": tmp_path}
    settings.STORAGES = {
        **settings.STORAGES,
        "exports": {**settings.STORAGES["exports"], "OPTIONS": options},
    }
    settings.LIMITS = {**settings.LIMITS, "export_rows_at_once": 0}
    with time_machine.travel(TUESDAY, tick=False):
        yield


def ask(client: Client, query: str) -> Any:
    return client.post(f"{ASK}{query}", {"format": "csv", "submission": str(uuid.uuid4())})


def references(run: Export) -> set[str]:
    """Have a worker make a file and give the references in it."""
    making.work_on(run.pk, now=TUESDAY)
    run.refresh_from_db()
    assert run.status == RunStatus.DONE
    text = Path(storages["exports"].path(run.stored_name)).read_text(encoding="utf-8-sig")
    _head, *rows = csv.reader(io.StringIO(text))
    return {row[0].lstrip("'") for row in rows}


def test_worker_writes_what_was_narrowed_and_the_record_says_it(client: Client) -> None:
    sign_in_staff(client, "supervisor")
    wanted = filed(category="sign_in")
    filed(category="payments")
    filed(category="sign_in", now=TUESDAY - timedelta(days=3))
    narrowed = (
        "status=all&category=sign_in&channel=web&received_from=٢٢/١١/٢٠٢٦&received_to=24/11/2026"
    )
    assert ask(client, f"tickets/?{narrowed}").status_code == 302
    run = Export.objects.get()
    assert "received_from=2026-11-22" in run.query
    assert "من 22 نوفمبر 2026\xa0م إلى 24 نوفمبر 2026\xa0م" in run.narrowed_ar
    assert run.narrowed_en == (
        "Type: Signing in and personal data · Channel: The portal"
        " · Received: From 22 November 2026 to 24 November 2026"
    )
    assert references(run) == {wanted.reference}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("received_from=22/11/2026", "Received: From 22 November 2026"),
        ("received_to=24/11/2026", "Received: To 24 November 2026"),
    ],
)
def test_one_end_of_a_span_is_recorded_too(client: Client, query: str, said: str) -> None:
    sign_in_staff(client, "supervisor")
    filed()
    assert ask(client, f"tickets/?status=all&{query}").status_code == 302
    assert said in Export.objects.get().narrowed_en


def test_type_that_is_gone_lets_nothing_out(client: Client) -> None:
    sign_in_staff(client, "supervisor")
    filed(category="payments")
    kind = TicketType.objects.create(
        code="brief", label_ar="نوع قصير العمر", label_en="Short-lived", order=90
    )
    TYPES.forget()
    wanted = filed(category="brief")
    assert ask(client, "tickets/?status=all&category=brief").status_code == 302
    run = Export.objects.get()
    assert "نوع قصير العمر" in run.narrowed_ar
    Ticket.objects.filter(pk=wanted.pk).update(category="payments")
    kind.delete()
    TYPES.forget()
    making.work_on(run.pk, now=TUESDAY)
    run.refresh_from_db()
    assert (run.status, run.refusal, run.rows) == (RunStatus.REFUSED, "narrowing_gone", 0)


@pytest.mark.parametrize(
    "query", ["received_from=31/11/2026", "received_from=2026-11-25&received_to=2026-11-24"]
)
def test_span_that_cannot_be_exports_nothing(client: Client, query: str) -> None:
    sign_in_staff(client, "supervisor")
    filed()
    response = ask(client, f"tickets/?status=all&{query}")
    assert response.status_code == 200
    assert not Export.objects.exists()
    assert client.get(f"{ASK}tickets/?status=all&{query}").status_code == 200


def test_objections_are_narrowed_by_their_days_too(client: Client) -> None:
    sign_in_staff(client, "supervisor")
    case = objected()
    day = f"{case.submitted_at:%Y-%m-%d}"
    url = f"objections/?status=all&received_from={day}&received_to={day}"
    assert ask(client, url).status_code == 302
    assert references(Export.objects.get()) == {case.reference}
    later = page(client.get("/admin/objections/objection/?status=all&received_from=2027-01-01"))
    assert str(case.reference) not in later
