"""Imports and announcements in the staff site: who may, what is refused, what a worker does."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from beneficiaries.imports.recording import living
from beneficiaries.imports.uploads import harmless, remove_old_files, run_again, storage, sweep
from beneficiaries.imports.uploads import work_on as work_on_import
from beneficiaries.models import AnnouncementRun, EligibilityResult, ImportEvent, ImportRun, Person
from beneficiaries.statuses import RunStatus
from notifications.models import Campaign
from portal.announcement_requests import work_on as work_on_announcement
from saudi.gregorian import riyadh_today
from tests import personas
from tests.beneficiaries.files import REGISTER_HEADER, RESULTS_HEADER, register_row
from tests.factories import CycleFactory, PersonFactory, ResultFactory, national_id
from tests.locks import waits_for_a_lock
from tests.unread import send_unread
from tests.worker import wait_until

pytestmark = pytest.mark.django_db

UPLOAD = "/admin/beneficiaries/importrun/upload/"
ASK = "/admin/beneficiaries/announcementrun/ask/"
MAY = {"supervisor", "administrator"}
SEES = MAY | {"auditor"}
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    """Keep uploads in a folder that ends with the test."""
    kept = settings.STORAGES["imports"]
    place = {**kept, "OPTIONS": {**kept["OPTIONS"], "location": tmp_path / "imports"}}
    with override_settings(STORAGES={**settings.STORAGES, "imports": place}):
        yield tmp_path / "imports"


def this_cycle() -> str:
    return riyadh_today().isoformat()[:7]


def results_csv(*rows: str) -> bytes:
    return "\n".join([RESULTS_HEADER, *rows, ""]).encode()


def send(client: Client, data: bytes, *, name: str = "r.csv", **fields: str) -> Any:
    facts = {"kind": "results", "cycle": this_cycle(), "submission": str(uuid.uuid4())} | fields
    return client.post(UPLOAD, {**facts, "file": SimpleUploadedFile(name, data)})


def page(response: Any) -> str:
    return str(response.content.decode())


def page_of(run: ImportRun | AnnouncementRun) -> str:
    return reverse(f"admin:beneficiaries_{run._meta.model_name}_change", args=[run.pk])


def finished(client: Client, *rows: str) -> ImportRun:
    """Give an upload that a worker has brought in."""
    send(client, results_csv(*rows))
    run = ImportRun.objects.latest("pk")
    work_on_import(run.pk, now=timezone.now())
    run.refresh_from_db()
    return run


# Who may ---------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [*personas.ROLES, None])
def test_who_may_upload_and_announce_and_who_may_not(client, role, folder):
    personas.sign_in_staff(client, role)
    person = personas.head()
    expected = 200 if role in MAY else 403
    assert client.get(UPLOAD).status_code == expected
    assert client.get(ASK).status_code == expected
    sent = send(client, results_csv(f"{person.national_id},eligible,,1.00"))
    assert (sent.status_code == 302) == (role in MAY)
    asked = client.post(ASK, {"what": "results:2026-11", "on": "2026-11-10"})
    assert asked.status_code == expected
    assert ImportRun.objects.exists() == (role in MAY)
    assert not AnnouncementRun.objects.exists()
    if role not in MAY:
        assert not folder.exists()  # not a byte of it was written


@pytest.mark.parametrize("role", [*personas.ROLES, None])
def test_who_sees_the_runs_and_who_takes_rejected_rows_home(client, role):
    personas.sign_in_staff(client, "supervisor")
    run = finished(client, "1,eligible,,1.00")
    told = AnnouncementRun.objects.create(kind="results", cycle_code="2026-11", on=NOW.date())
    client = Client()
    personas.sign_in_staff(client, role)
    seen = 200 if role in SEES else 403
    for row in (run, told):
        assert client.get(page_of(row)).status_code == seen
    taken = client.get(f"/admin/beneficiaries/importrun/{run.pk}/rejected/").status_code
    assert taken == (200 if role in MAY else 403)
    again = client.post(page_of(run), {"action": "run_again"}).status_code
    assert again == (200 if role in MAY else 403)  # refused in words: it is done
    menu = page(client.get("/admin/"))
    assert ("/admin/beneficiaries/announcementrun/" in menu) == (role in SEES)


@pytest.mark.parametrize("role", [None, *sorted(set(personas.ROLES) - MAY)])
def test_nothing_is_read_of_who_may_not_upload(client, role):
    if role:
        personas.sign_in_staff(client, role)
    response = send_unread(client, UPLOAD, 2 * 1024**3)
    assert response.status_code == (403 if role else 302)


def test_an_upload_may_be_larger_than_any_other_form(client, monkeypatch):
    personas.sign_in_staff(client, "supervisor")
    monkeypatch.setattr("portal.middleware.most_bytes", lambda: 10)
    assert client.post("/sawtak/new/", {"message": "س" * 20}).status_code == 413
    assert send(client, results_csv("1,eligible,,1.00")).status_code == 302


def test_nobody_uploads_without_signing_in_or_without_the_forms_token():
    assert send(Client(), b"x").url.startswith("/admin/login/")
    client = Client(enforce_csrf_checks=True)
    personas.sign_in_staff(client, "supervisor")
    assert send(client, results_csv("1,eligible,,1.00")).status_code == 403
    assert not ImportRun.objects.exists()


def test_a_refused_form_token_leaves_nothing_of_the_file(folder):
    client = Client(enforce_csrf_checks=True)
    personas.sign_in_staff(client, "supervisor")
    assert send(client, results_csv("1,eligible,,1.00")).status_code == 403
    assert list(folder.iterdir()) == []


# The upload ------------------------------------------------------------------------------


class BrokenLine(BytesIO):
    """A body whose sender is gone half-way."""

    def read(self, size: int | None = -1) -> bytes:
        part = super().read(size)
        if not part:
            raise OSError("connection reset by peer")
        return part


def test_a_file_whose_sender_is_gone_half_way_leaves_nothing(client, folder):
    personas.sign_in_staff(client, "supervisor")
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="r.csv"\r\n\r\n'
    body = head + b"1000000008,eligible,,1.00\n" * 10_000
    response = client.generic(
        "POST",
        UPLOAD,
        **{
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
            "CONTENT_LENGTH": str(2 * len(body)),
            "wsgi.input": BrokenLine(body),
        },
    )
    assert response.status_code == 400
    assert list(folder.iterdir()) == []
    assert not ImportRun.objects.exists()


def test_an_upload_waits_for_a_worker_which_brings_it_in(client, folder):
    user = personas.sign_in_staff(client, "supervisor")
    person = personas.head()
    sent = send(client, results_csv(f"{person.national_id},eligible,,720.00"), name="نتائج.csv")
    run = ImportRun.objects.get()
    assert sent.url == page_of(run)
    assert (run.status, run.asked_by, run.file_name) == (RunStatus.WAITING, user, "نتائج.csv")
    assert [path.name for path in folder.iterdir()] == [run.stored_name]
    assert storage().path(run.stored_name).endswith(run.stored_name)
    text = page(client.get(page_of(run)))
    assert '<meta http-equiv="refresh" content="3">' in text
    assert "ينتظر دوره" in text
    work_on_import(run.pk, now=timezone.now())
    assert EligibilityResult.objects.get().person == person
    text = page(client.get(page_of(run)))
    assert "http-equiv" not in text
    assert f"{ASK}?what=results:{this_cycle()}" in text
    assert [(e.kind, e.by) for e in ImportEvent.objects.all()] == [("uploaded", user)]


def test_the_register_is_uploaded_as_of_its_day(client):
    personas.sign_in_staff(client, "administrator")
    data = "\n".join([REGISTER_HEADER, register_row("1000000008"), ""]).encode()
    send(client, data, kind="register", cycle="", as_of="٢٠٢٦-٠١-٠٥")
    run = ImportRun.objects.get()
    assert (run.kind, run.cycle_code, run.as_of) == ("register", "", date(2026, 1, 5))
    work_on_import(run.pk, now=timezone.now())
    assert Person.objects.get().register_as_of == date(2026, 1, 5)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "الملف فارغ"),
        (b"PK\x03\x04\x14\x00\x06\x00", "هذا ملف Excel"),
        (RESULTS_HEADER.encode("utf-16"), "UTF-16"),
        (b"national_id,\x00status\n", "ليس نصًا"),
        (b"\x89PNG\r\n\x1a\n\xff\xd8", "ليس نصًا"),
        (b"national_id,status\n1,2\n", "reason_codes, entitlement_sar"),
        (REGISTER_HEADER.encode(), "status, reason_codes, entitlement_sar"),
    ],
    ids=["empty", "xlsx", "utf-16", "nul", "picture", "header", "other-kind"],
)
def test_a_wrong_file_is_refused_in_words_and_not_kept(client, folder, data, words):
    personas.sign_in_staff(client, "supervisor")
    response = send(client, data)
    assert response.status_code == 200
    assert words in page(response)
    assert "<title>خطأ" in page(response)
    assert not ImportRun.objects.exists()
    assert list(folder.iterdir()) == []


def test_a_file_over_the_limit_is_given_up_while_it_arrives(client, folder):
    personas.sign_in_staff(client, "supervisor")
    with override_settings(LIMITS={**settings.LIMITS, "import_bytes": 1000}):
        response = send(client, results_csv("1,eligible,,1.00" * 100))
    assert "الملف أكبر من المسموح" in page(response)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": ""}, "اختر ما في الملف"),
        ({"cycle": ""}, "اختر دورة الملف"),
        ({"cycle": "1999-01"}, "1999-01"),
        ({"kind": "register", "as_of": "2076-01-01"}, "اليوم في المستقبل"),
        ({"kind": "register", "as_of": "soon"}, "اكتب اليوم هكذا"),
    ],
    ids=["no-kind", "no-cycle", "odd-cycle", "future", "no-day"],
)
def test_what_is_said_of_the_file_is_checked(client, folder, fields, words):
    personas.sign_in_staff(client, "supervisor")
    assert words in page(send(client, results_csv(), **fields))
    assert list(folder.iterdir()) == []


def test_the_same_form_sent_twice_asks_once(client, folder):
    personas.sign_in_staff(client, "supervisor")
    data, submission = results_csv("1,eligible,,1.00"), str(uuid.uuid4())
    first = send(client, data, submission=submission)
    second = send(client, data, submission=submission)
    assert first.url == second.url
    assert ImportRun.objects.count() == ImportEvent.objects.count() == len(list(folder.iterdir()))


# What was refused ------------------------------------------------------------------------


def test_rejected_rows_are_told_by_kind_and_taken_home_as_harmless_text(client):
    user = personas.sign_in_staff(client, "supervisor")
    run = finished(client, "=1+1,eligible,,1.00", "@x,eligible,,1.00", f"{national_id(9)},what,,1")
    text = page(client.get(page_of(run)))
    assert "ليس أرقامًا فقط" in text
    assert "ليس من الكلمات المسموح بها" in text
    response = client.get(f"/admin/beneficiaries/importrun/{run.pk}/rejected/")
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert b"".join(response.streaming_content).decode("utf-8-sig").splitlines() == [
        "السطر,السبب,الصف",
        '2,national_id: ليس أرقامًا فقط,"\'=1+1,eligible,,1.00"',
        '3,national_id: ليس أرقامًا فقط,"\'@x,eligible,,1.00"',
        f'4,status: ليس من الكلمات المسموح بها,"{national_id(9)},what,,1"',
    ]
    assert ImportEvent.objects.filter(run=run, kind="downloaded", by=user).count() == 1
    assert "نزّل الصفوف المرفوضة" in page(client.get(page_of(run)))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(start):
    assert harmless(f"{start}cmd") == f"'{start}cmd"
    assert harmless(f"a{start}") == f"a{start}"
    assert harmless(f"1,a;{start}cmd\n{start}cmd") == f"1,a;'{start}cmd\n'{start}cmd"


def test_a_rejected_row_of_any_length_is_handed_out_with_those_after_it(client):
    personas.sign_in_staff(client, "supervisor")
    person = personas.head()
    data = RESULTS_HEADER.encode() + b"\n1," + b"\xff" * 60_000 + b"\nlast,,,\n"
    send(client, data + f"{person.national_id},eligible,,1.00\n".encode())
    run = ImportRun.objects.get()
    work_on_import(run.pk, now=timezone.now())
    response = client.get(f"/admin/beneficiaries/importrun/{run.pk}/rejected/")
    *_, long, last = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert len(long) > 240_000  # each byte that is no text is written out
    assert last.endswith(',"last,,,"')


def test_a_run_without_rejected_rows_has_none_to_take(client):
    personas.sign_in_staff(client, "supervisor")
    run = finished(client, f"{personas.head().national_id},eligible,,1.00")
    assert client.get(f"/admin/beneficiaries/importrun/{run.pk}/rejected/").status_code == 404


# Again -----------------------------------------------------------------------------------


def test_a_run_that_was_broken_off_is_run_again_by_hand(client):
    user = personas.sign_in_staff(client, "supervisor")
    person = personas.head()
    send(client, results_csv(f"{person.national_id},eligible,,720.00"))
    ImportRun.objects.update(status=RunStatus.BROKEN_OFF, ended_at=NOW)
    run = ImportRun.objects.get()
    text = page(client.get(page_of(run)))
    assert "انقطع" in text
    assert 'value="run_again"' in text
    assert client.post(page_of(run), {"action": "run_again"}).url == page_of(run)
    assert ImportEvent.objects.filter(kind="run_again", by=user).count() == 1
    work_on_import(run.pk, now=timezone.now())
    work_on_import(run.pk, now=timezone.now())  # a task that is delivered twice
    assert EligibilityResult.objects.count() == 1
    assert not run_again(run=run, by=user, now=NOW)


def test_a_run_under_way_without_its_process_is_shown_as_broken_off(client):
    personas.sign_in_staff(client, "auditor")
    run = ImportRun.objects.create(kind="results", file_name="r.csv", started_at=NOW)
    assert "انقطع" in page(client.get(page_of(run)))
    assert "انقطع" in page(client.get("/admin/beneficiaries/importrun/"))


def test_whose_process_lives_is_asked_once_for_a_page(client):
    personas.sign_in_staff(client, "auditor")
    for number in range(3):
        run = ImportRun.objects.create(kind="results", file_name=f"{number}.csv", started_at=NOW)
    for address in ("/admin/beneficiaries/importrun/", page_of(run)):
        with CaptureQueriesContext(connection) as captured:
            text = page(client.get(address))
        assert "انقطع" in text
        assert sum("pg_locks" in query["sql"] for query in captured) == 1


def test_a_run_that_was_refused_says_why(client):
    personas.sign_in_staff(client, "auditor")
    run = ImportRun.objects.create(
        kind="results",
        cycle_code="2026-13",  # as it was typed on the command line
        file_name="r.csv",
        status=RunStatus.REFUSED,
        refusal="no_cycle",
    )
    text = page(client.get(page_of(run)))
    assert "هذه ليست دورة" in text
    assert 'value="run_again"' not in text
    assert client.get("/admin/beneficiaries/importrun/").status_code == 200


def test_files_are_removed_when_they_have_served(client, folder):
    personas.sign_in_staff(client, "supervisor")
    run = finished(client, "1,eligible,,1.00")
    assert len(list(folder.iterdir())) == 2
    assert remove_old_files(now=timezone.now() + timedelta(days=29)) == 0
    assert remove_old_files(now=timezone.now() + timedelta(days=31)) == 1
    assert list(folder.iterdir()) == []
    assert "نزّل الصفوف المرفوضة" not in page(client.get(page_of(run)))
    (folder / "0123.csv").write_bytes(b"x")
    assert remove_old_files(now=timezone.now()) == 0  # it may still be arriving
    assert remove_old_files(now=timezone.now() + timedelta(days=2)) == 1


# Announcing ------------------------------------------------------------------------------


def test_what_waits_is_announced_by_a_worker_and_started_by_a_third(client):
    uploader = personas.sign_in_staff(client, "supervisor")
    run = finished(client, f"{personas.head().national_id},eligible,,720.00")
    announcer = Client()
    asked_by = personas.sign_in_staff(announcer, "administrator")
    what = f"results:{run.cycle_code}"
    assert f"{ASK}?what={what}" in page(announcer.get(page_of(run)))
    shown = page(announcer.get(f"{ASK}?what={what}"))
    assert f'value="{what}"' in shown
    fields = {"what": what, "on": riyadh_today().isoformat(), "submission": str(uuid.uuid4())}
    first = announcer.post(ASK, fields)
    told = AnnouncementRun.objects.get()
    assert first.url == page_of(told)
    work_on_announcement(told.pk, now=timezone.now())
    assert announcer.post(ASK, fields).url == first.url  # the second click
    work_on_announcement(told.pk, now=timezone.now())
    told.refresh_from_db()
    assert (told.status, told.announced, told.asked_by) == (RunStatus.DONE, 1, asked_by)
    after = page(announcer.get(page_of(run)))
    assert ASK not in after
    assert "لم يبق هنا ما يُفعل" in after
    assert EligibilityResult.objects.get().announced_on == riyadh_today()
    campaign = Campaign.objects.get()
    assert campaign.prepared_by == asked_by
    address = f"/admin/notifications/campaign/{campaign.pk}/change/"
    assert address in page(announcer.get(page_of(told)))
    for refused in (client, announcer):
        assert 'value="start"' not in page(refused.get(address))
        refused.post(address, {"action": "start", "is_read": "on"})
        campaign.refresh_from_db()
        assert campaign.status == "prepared"
    approver = Client()
    personas.sign_in_staff(approver, "approver")
    approver.post(address, {"action": "start", "is_read": "on"})
    campaign.refresh_from_db()
    assert campaign.status == "started"
    assert uploader not in {campaign.prepared_by, campaign.started_by}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"what": ""}, "اختر ما تعلنه"),
        ({"what": "results:1999-01"}, "لم يعد هذا ينتظر"),
        ({"on": "2076-01-01"}, "اليوم في المستقبل"),
        ({"on": ""}, "اكتب اليوم"),
    ],
    ids=["nothing", "other", "future", "no-day"],
)
def test_an_announcement_that_cannot_be_made_is_refused_in_words(client, fields, words):
    personas.sign_in_staff(client, "supervisor")
    ResultFactory.create(announced_on=None, cycle=CycleFactory(code="2026-11"))
    facts = {"what": "results:2026-11", "on": "2026-11-10", "submission": str(uuid.uuid4())}
    assert words in page(client.post(ASK, facts | fields))
    assert not AnnouncementRun.objects.exists()


def test_where_nothing_waits_the_page_says_so(client):
    personas.sign_in_staff(client, "supervisor")
    assert "لا شيء ينتظر الإعلان" in page(client.get(ASK))


# A real worker ---------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_workers_run_is_taken_up_again_when_the_worker_is_killed(client, start_worker, tmp_path):
    personas.sign_in_staff(client, "supervisor")
    people = PersonFactory.create_batch(20)
    cycle = CycleFactory.create(code=this_cycle())
    worker = start_worker("first", DATA_DIR=str(tmp_path))
    # The last row of the file waits for this transaction: the worker is killed half-way.
    other = connection.copy()
    # Else a failure leaves its lock behind, and the end of the test waits for ever.
    with closing(other):
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(
                "INSERT INTO beneficiaries_eligibilityresult"
                " (person_id, cycle_id, status, reason_codes, entitlement_sar)"
                " VALUES (%s, %s, 'eligible', '{}', 1)",
                [people[-1].pk, cycle.pk],
            )
        send(client, results_csv(*(f"{person.national_id},eligible,,720.00" for person in people)))
        wait_until(waits_for_a_lock, what="the worker writes")
        worker.kill()
        wait_until(lambda: not living(ImportRun), what="the server gives the dead one up")
        other.rollback()
    run = ImportRun.objects.get()
    assert (run.status, run.attempts) == (RunStatus.RUNNING, 1)
    assert not EligibilityResult.objects.exists()
    sweep(now=timezone.now() + timedelta(minutes=5))
    assert ImportRun.objects.get().status == RunStatus.WAITING
    work_on_import(run.pk, now=timezone.now())  # as another worker does
    assert EligibilityResult.objects.filter(announced_on=None).count() == 20
    run.refresh_from_db()
    assert (run.status, run.attempts) == (RunStatus.DONE, 2)
