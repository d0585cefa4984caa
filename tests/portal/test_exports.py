"""Exports of lists: who may, what is in them, what is written down (O08)."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from weakref import WeakSet

import pytest
import time_machine
from django.core.files.storage import storages
from django.db import IntegrityError, connection, transaction
from django.db.models.signals import post_init
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from beneficiaries.statuses import RunStatus
from portal.exports import making
from portal.exports.lists import LISTS
from portal.exports.models import Export, ExportDownload
from sawtak.models import Ticket
from tests.access.test_export_files import HOSTILE, read_xlsx
from tests.factories import ResultFactory
from tests.objections.cases import submitted
from tests.personas import STAFF_BACKEND, head, sign_in_staff, staff
from tests.portal.working import TUESDAY, filed
from tests.sawtak.tickets import page

pytestmark = pytest.mark.django_db

ASK = "/admin/portal/export/ask/"
LIST = "/admin/portal/export/"


@pytest.fixture(autouse=True)
def _on_the_tuesday(settings: Settings, tmp_path: Path) -> Iterator[None]:
    options = {**settings.STORAGES["exports"]["OPTIONS"], "location": tmp_path}
    settings.STORAGES = {
        **settings.STORAGES,
        "exports": {**settings.STORAGES["exports"], "OPTIONS": options},
    }
    with time_machine.travel(TUESDAY, tick=False):
        yield


def send(client: Client, url: str, kind: str = "csv") -> Any:
    return client.post(url, {"format": kind, "submission": str(uuid.uuid4())})


def body(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def lines(response: Any) -> list[dict[str, str]]:
    text = body(response).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def hostile_tickets() -> None:
    """Give tickets whose names and subjects are what O08 names, as no form would store them."""
    for number, text in enumerate(HOSTILE):
        ticket = filed(mobile=f"+9665000000{number + 1:02}", national_id="1000000008")
        Ticket.objects.filter(pk=ticket.pk).update(full_name=text, subject=text)
        ticket.messages.update(text=text)


def test_tickets_leave_as_they_are_and_nothing_runs(client: Client, tmp_path: Path) -> None:
    hostile_tickets()
    user = sign_in_staff(client, "supervisor")
    response = send(client, f"{ASK}tickets/?status=all")
    assert response["Content-Disposition"].startswith('attachment; filename="tickets-')
    assert response["Cache-Control"].startswith("no-store, private")
    data = body(response)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert len(rows) == len(HOSTILE)
    for row, text in zip(reversed(rows), HOSTILE, strict=True):
        assert row["الاسم"].replace("'", "") == text.replace("'", "")
        assert row["الرسالة"] == row["الاسم"]
        assert not row["الاسم"].lstrip().startswith(("=", "@", "+", "-"))
        assert row["رقم الهوية"] == "'1000000008"
    assert rows[-1]["الجوال"] == "'+966500000001"
    run = Export.objects.get()
    assert (run.asked_by, run.rows, run.format, run.list_key) == (user, 12, "csv", "tickets")
    assert run.size_bytes == len(data)
    assert len(run.sha256) == 64
    assert run.narrowed("ar") == ""
    data = body(send(client, f"{ASK}tickets/?status=all", "xlsx"))
    (tmp_path / "x.xlsx").write_bytes(data)
    first, *written = read_xlsx(tmp_path / "x.xlsx")
    assert len(written) == len(HOSTILE)
    assert all(kind == "inlineStr" for row in written for kind, _text in row[:4])
    assert written[-1][3] == ("inlineStr", "+966500000001")
    assert [text for _kind, text in first][:2] == ["الرقم", "الاسم"]


@pytest.mark.parametrize("role", ["agent", "caseworker", "approver", "auditor", "administrator"])
def test_no_export_without_the_right(client: Client, role: str) -> None:
    filed()
    sign_in_staff(client, role)
    for key in LISTS:
        for url in (f"{ASK}{key}/", f"/en{ASK}{key}/"):
            assert client.get(url).status_code == 403
            assert send(client, url).status_code == 403
    for each in LISTS.values():
        meta = each.model._meta
        listed = client.get(f"/admin/{meta.app_label}/{meta.model_name}/")
        assert listed.status_code in {200, 403}
        assert ASK not in listed.content.decode()
    assert client.get(LIST).status_code == (200 if role == "auditor" else 403)
    assert not Export.objects.exists()


def test_each_list_is_offered_and_leaves_in_both_languages(client: Client) -> None:
    filed()
    result = ResultFactory.create(person=head(full_name="سارة أحمد"), reason_codes=["SHELTER"])
    submitted(result, result.person, now=TUESDAY)
    sign_in_staff(client, "supervisor")
    listed = client.get("/admin/sawtak/ticket/").content.decode()
    assert f"{ASK}tickets/" in listed
    for prefix in ("", "/en"):
        for key in LISTS:
            url = f"{prefix}{ASK}{key}/"
            shown = client.get(url, follow=True)
            assert shown.status_code == 200
            if shown.context["rows"]:
                assert body(
                    send(client, shown.redirect_chain[-1][0] if shown.redirect_chain else url)
                )
    [case] = lines(send(client, f"{ASK}objections/"))
    assert "سارة أحمد" in case.values()
    # A reason that only its owner reads is not in the list, and not in its file.
    assert not any("إيواء" in value for value in case.values())
    assert {"tickets", "objections", "work"} <= set(
        Export.objects.values_list("list_key", flat=True)
    )


def test_search_is_recorded_by_its_kind_alone(client: Client) -> None:
    ticket = filed(full_name="نورة سعد")
    filed(full_name="هند سعد", mobile="+966500000099")
    sign_in_staff(client, "supervisor")
    found = client.post("/admin/sawtak/ticket/", {"q": "نورة"}, follow=True)
    query = found.redirect_chain[-1][0].partition("?")[2]
    [row] = lines(send(client, f"{ASK}tickets/?{query}"))
    assert ticket.reference in "".join(row.values())
    run = Export.objects.get()
    assert "بالاسم" in run.narrowed_ar
    assert "نورة" not in f"{run.narrowed_ar}{run.narrowed_en}{run.query}"
    assert "by name" in run.narrowed_en


def test_large_list_is_made_by_a_worker_for_its_owner_for_a_day(
    client: Client,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.LIMITS = {**settings.LIMITS, "export_rows_at_once": 2}
    hostile_tickets()
    user = sign_in_staff(client, "supervisor")
    url, form = f"{ASK}tickets/?status=all", {"format": "xlsx", "submission": str(uuid.uuid4())}
    with django_capture_on_commit_callbacks():
        told = client.post(url, form)
        assert client.post(url, form).headers["Location"] == told.headers["Location"]
    run = Export.objects.get()
    assert run.status == RunStatus.WAITING
    shown = page(client.get(told.headers["Location"]))
    assert 'http-equiv="refresh"' in shown
    assert f"{LIST}{run.pk}/file/" not in shown
    making.work_on(run.pk, now=TUESDAY)
    making.work_on(run.pk, now=TUESDAY)  # a second wake-up finds it done
    run.refresh_from_db()
    assert (run.status, run.rows) == (RunStatus.DONE, len(HOSTILE))
    assert f"{LIST}{run.pk}/file/" in page(client.get(told.headers["Location"]))
    fetched = body(client.get(f"{LIST}{run.pk}/file/"))
    assert fetched[:2] == b"PK"
    assert len(fetched) == run.size_bytes
    assert ExportDownload.objects.get().by == user
    # Another supervisor reads the record and may not fetch the file.
    other = Client()
    other.force_login(staff("supervisor"), backend=STAFF_BACKEND)
    assert other.get(f"{LIST}{run.pk}/change/").status_code == 200
    assert other.get(f"{LIST}{run.pk}/file/").status_code == 403
    stored = Path(storages["exports"].path(run.stored_name))
    assert stored.stat().st_mode & 0o777 == 0o600
    assert making.remove_old_files(now=TUESDAY + timedelta(hours=23)) == 0
    with time_machine.travel(TUESDAY + timedelta(hours=25), tick=False):
        assert client.get(f"{LIST}{run.pk}/file/").status_code in {302, 404}
    making.remove_old_files(now=TUESDAY + timedelta(hours=25))
    assert not stored.exists()
    assert Export.objects.get().rows == len(HOSTILE)


def test_rights_that_were_taken_meanwhile_end_an_export(client: Client, settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "export_rows_at_once": 0}
    filed()
    user = sign_in_staff(client, "supervisor")
    send(client, f"{ASK}tickets/")
    user.groups.clear()
    run = Export.objects.get()
    making.work_on(run.pk, now=TUESDAY)
    run.refresh_from_db()
    assert (run.status, run.rows, run.stored_name) == (RunStatus.REFUSED, 0, "")
    assert not list(Path(storages["exports"].location).iterdir())


def test_too_much_is_refused_with_what_to_do(client: Client, settings: Settings) -> None:
    filed()
    filed(mobile="+966500000099")
    sign_in_staff(client, "supervisor")
    settings.LIMITS = {**settings.LIMITS, "export_rows": 1, "export_rows_at_once": 1}
    assert "الصفوف كثيرة" in page(send(client, f"{ASK}tickets/"))
    assert "اختر نوع الملف" in page(client.post(f"{ASK}tickets/", {"format": "exe"}))
    assert client.get(f"{ASK}nothing/").status_code == 404
    assert client.get(f"{ASK}tickets/?password=x").status_code == 400
    assert not Export.objects.exists()


def test_record_is_neither_edited_nor_dropped(client: Client) -> None:
    filed()
    sign_in_staff(client, "supervisor")
    body(send(client, f"{ASK}tickets/"))
    run = Export.objects.get()
    for change in (
        lambda: Export.objects.update(rows=0),
        lambda: Export.objects.update(list_key="calls"),
        lambda: Export.objects.update(asked_by=staff("agent")),
        lambda: Export.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert Export.objects.get().rows == run.rows == 1


def test_ten_thousand_rows_are_read_a_few_at_a_time(client: Client, settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "export_rows_at_once": 20_000}
    filed()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sawtak_ticket (reference, submission_key, channel, category, subject,"
            " full_name, mobile, national_id, identity_match, status, language, received_at,"
            " changed_at) SELECT '7' || lpad(n::text, 9, '0'), 'many' || n, channel, category,"
            " repeat('نص ', 30), full_name, mobile, national_id, identity_match, status, language,"
            " received_at, changed_at FROM sawtak_ticket, generate_series(1, 10000) AS n"
        )
    sign_in_staff(client, "supervisor")
    alive: WeakSet[Ticket] = WeakSet()
    most = 0

    def count(instance: Ticket, **_kwargs: Any) -> None:
        nonlocal most
        alive.add(instance)
        most = max(most, len(alive))

    post_init.connect(count, sender=Ticket)
    try:
        with CaptureQueriesContext(connection) as captured:
            response = send(client, f"{ASK}tickets/?status=all")
    finally:
        post_init.disconnect(count, sender=Ticket)
    assert body(response).count(b"\r\n") == 10_002
    assert 0 < most < 2_000
    assert len(captured) < 60
