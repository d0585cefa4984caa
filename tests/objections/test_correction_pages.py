"""The pages of corrections: for staff by their rights, and for those whose results they are."""

from __future__ import annotations

import csv
import io
import uuid
from typing import Any

import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import reverse

from beneficiaries.models import Cycle, EligibilityResult, User
from objections.corrections.statuses import CorrectionAct, CorrectionState
from objections.models import Correction
from objections.services import corrections
from portal.inbox.reading import read_inbox
from tests.factories import CycleFactory
from tests.objections.cases import ANNOUNCED_ON, draft, result_of, submitted
from tests.objections.correcting import APPROVED, PREPARED, SAID, applied, fixed, proposed
from tests.personas import STAFF_BACKEND, adult_of, child_of, head, sign_in, sign_in_staff, staff

pytestmark = pytest.mark.django_db

FIND = "admin:objections_correction_find"


def announced_cycle() -> Cycle:
    cycle: Cycle = CycleFactory.create()
    cycle.announced_on, cycle.filing_deadline = ANNOUNCED_ON, ANNOUNCED_ON
    cycle.save()
    return cycle


def page_of(correction: Correction) -> str:
    return reverse("admin:objections_correction_change", args=[correction.pk])


def export_of(correction: Correction) -> str:
    return reverse("admin:objections_correction_export", args=[correction.pk])


def as_staff(client: Client, user: User) -> None:
    client.force_login(user, backend=STAFF_BACKEND)


def text_of(client: Client, url: str, **data: Any) -> str:
    response = client.get(url, data)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


# Rights -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "find", "seen", "acts", "export"),
    [
        pytest.param(None, 403, 403, 403, 403, id="no-right"),
        pytest.param("agent", 403, 403, 403, 403, id="agent"),
        pytest.param("caseworker", 403, 403, 403, 403, id="caseworker"),
        pytest.param("approver", 403, 200, 403, 403, id="approver"),
        pytest.param("supervisor", 200, 200, 200, 200, id="supervisor"),
        pytest.param("auditor", 403, 200, 403, 403, id="auditor"),
    ],
)
def test_each_address_is_for_those_who_have_its_right(
    client: Client, role: str | None, find: int, seen: int, acts: int, export: int
) -> None:
    result_of(head())
    correction = fixed()
    sign_in_staff(client, role)
    assert client.get(reverse(FIND)).status_code == find
    assert client.get(reverse("admin:objections_correction_changelist")).status_code == seen
    assert client.get(page_of(correction)).status_code == seen
    withdrawn = client.post(page_of(correction), {"action": "withdraw", "note": " "})
    assert withdrawn.status_code == acts
    assert client.post(export_of(correction)).status_code == export
    assert client.get(export_of(correction)).status_code == 403


def test_citizen_and_visitor_find_no_page(client: Client) -> None:
    person = head()
    result_of(person)
    correction = fixed()
    for signs_in in (False, True):
        if signs_in:
            sign_in(client, person)
        for url in (reverse(FIND), page_of(correction)):
            assert client.get(url)["Location"].startswith(reverse("admin:login"))
        assert client.post(export_of(correction)).status_code == 302
    assert not correction.events.filter(act=CorrectionAct.EXPORTED).exists()


def test_set_of_a_sensitive_reason_is_there_only_for_who_may_see_it(client: Client) -> None:
    result_of(head(), reason_codes=["PRISON"])
    correction = fixed(reason_code="PRISON")
    sign_in_staff(client, "auditor")
    assert client.get(page_of(correction)).status_code == 404
    changelist = text_of(client, reverse("admin:objections_correction_changelist"))
    assert page_of(correction) not in changelist
    sign_in_staff(client, "supervisor")
    assert client.get(page_of(correction)).status_code == 200


# The way of a correction ----------------------------------------------------------------------


def test_supervisor_counts_looks_and_has_the_set_fixed(client: Client) -> None:
    cycle = announced_cycle()
    people = [head(city="جدة"), head(city="الرياض")]
    for person in people:
        result_of(person)
    submitted(EligibilityResult.objects.get(person=people[0]), people[0])
    user = sign_in_staff(client, "supervisor")
    criteria = {"cycle": cycle.pk, "reason": "LEASE_NOT_PROVEN", "city": "جدة"}
    shown = text_of(client, reverse(FIND), **criteria)
    assert people[0].full_name in shown
    assert people[1].full_name not in shown
    assert not Correction.objects.exists()
    sent = {**criteria, **SAID, "why": "سجل قديم", "submission": uuid.uuid4()}
    lacking = client.post(reverse(FIND), {**sent, "said_en": " "})
    assert "اكتب النص نفسه بالإنجليزية." in lacking.content.decode()
    assert SAID["said_ar"] in lacking.content.decode()
    for _click in range(2):
        response = client.post(reverse(FIND), sent)
    correction = Correction.objects.get()
    assert response["Location"] == page_of(correction)
    assert (correction.prepared_by, correction.city) == (user, "جدة")
    assert "refresh" in text_of(client, page_of(correction))


@pytest.mark.parametrize(
    "wrong",
    [
        {"cycle": "x"},
        {"reason": "NO_SUCH"},
        {"since": "كلام"},
        {"since": "2026-11-02", "until": "2026-11-01"},
        {"cycle": "9" * 30},
        {"city": "ج" * 90},
    ],
)
def test_wrong_criteria_are_said_beside_their_field(client: Client, wrong: dict[str, str]) -> None:
    cycle = announced_cycle()
    sign_in_staff(client, "supervisor")
    asked = {"cycle": cycle.pk, "reason": "LEASE_NOT_PROVEN", **wrong}
    assert "invalid-feedback" in text_of(client, reverse(FIND), **asked)


def test_nothing_found_says_so(client: Client) -> None:
    cycle = announced_cycle()
    sign_in_staff(client, "supervisor")
    shown = text_of(client, reverse(FIND), cycle=cycle.pk, reason="ASSETS", p="after-99")
    assert "لا توجد نتيجة بهذا السبب" in shown


def test_row_is_found_by_national_id_and_taken_out(client: Client) -> None:
    person, other = head(), head()
    result_of(person)
    result_of(other)
    correction = fixed()
    as_staff(client, correction.prepared_by)
    row = correction.rows.get(result__person=person)
    found = client.post(page_of(correction), {"action": "look", "national_id": person.national_id})
    assert found["Location"] == f"{page_of(correction)}?row={row.pk}#row"
    assert person.national_id not in found["Location"]
    for nobody in ("1234567890", "", "كلام", "9" * 40):
        missed = client.post(page_of(correction), {"action": "look", "national_id": nobody})
        assert missed["Location"].endswith("#rows")
    refused = client.post(page_of(correction), {"action": "remove", "row": row.pk, "why": ""})
    assert "اكتب لماذا تُحذف." in refused.content.decode()
    client.post(page_of(correction), {"action": "remove", "row": row.pk, "why": "عقده منتهٍ"})
    correction.refresh_from_db()
    assert correction.rows_removed == 1
    assert "عقده منتهٍ" in text_of(client, page_of(correction), show="removed")


def test_two_people_bring_it_on_its_way(client: Client) -> None:
    result_of(head())
    correction = fixed()
    as_staff(client, correction.prepared_by)
    client.post(page_of(correction), {"action": "ask"})
    client.post(page_of(correction), {"action": "approve", "rows": 1, "is_read": "on"})
    correction.refresh_from_db()
    assert correction.state == CorrectionState.PROPOSED
    approver = sign_in_staff(client, "approver")
    client.post(page_of(correction), {"action": "return", "note": "أين الرقم؟"})
    as_staff(client, correction.prepared_by)
    assert "أين الرقم؟" in text_of(client, page_of(correction))
    client.post(page_of(correction), {"action": "reword", **SAID, "said_ar": "الخطأ منا."})
    client.post(page_of(correction), {"action": "ask"})
    as_staff(client, approver)
    unread = client.post(page_of(correction), {"action": "approve", "rows": 1})
    assert "ثم ضع علامة هنا" in unread.content.decode()
    stale = client.post(page_of(correction), {"action": "approve", "rows": 7, "is_read": "on"})
    assert "تغيّرت المجموعة" in stale.content.decode()
    client.post(page_of(correction), {"action": "approve", "rows": 1, "is_read": "on"})
    correction.refresh_from_db()
    assert (correction.state, correction.approved_by) == (CorrectionState.RUNNING, approver)
    assert "progress" in text_of(client, page_of(correction))
    corrections.apply_corrections(now=APPROVED)
    for show in ("", "corrected", "left", "removed", "nonsense"):
        text_of(client, page_of(correction), show=show)


def test_set_is_downloaded_by_name_and_runs_nothing(client: Client) -> None:
    result_of(head(full_name="=HYPERLINK(1)", city="-جدة"))
    correction = fixed()
    user = sign_in_staff(client, "supervisor")
    response = client.post(export_of(correction))
    assert isinstance(response, StreamingHttpResponse)
    content: Any = response.streaming_content
    text = b"".join(content).decode("utf-8-sig")
    header, row = csv.reader(io.StringIO(text))
    assert header[0] == "national_id"
    assert (row[1], row[2]) == ("'=HYPERLINK(1)", "'-جدة")
    event = correction.events.get(act=CorrectionAct.EXPORTED)
    assert event.by == user


# What people read -----------------------------------------------------------------------------


def test_person_reads_why_their_result_was_corrected_and_the_old_one_stays(
    client: Client,
) -> None:
    person = head()
    old = result_of(person)
    applied()
    sign_in(client, person)
    new = EligibilityResult.objects.current().get(person=person)
    for url in (
        reverse("portal:profile"),
        reverse("portal:result", args=[new.pk]),
        reverse("portal:result", args=[old.pk]),
    ):
        page = text_of(client, url)
        assert SAID["said_ar"] in page
        assert "صححنا هذه النتيجة يوم السبت 11 جمادى الآخرة 1448" in page
        assert "نطبّق التصحيح في دورة يناير 2027" in page
    assert "نحسب مبلغك الشهري قبل دفعة تلك الدورة" in text_of(
        client, reverse("portal:result", args=[new.pk])
    )
    [notice, *_older] = read_inbox(person.pk, now=APPROVED).told
    assert (notice.kind, notice.what, notice.target) == ("result_corrected", "2026-10", new.pk)
    assert "صححنا نتيجة لدورة أكتوبر 2026" in text_of(client, reverse("portal:messages"))


def test_head_reads_that_a_private_reason_was_corrected_and_not_which(client: Client) -> None:
    chief = head()
    adult, minor = adult_of(chief), child_of(chief)
    result_of(adult, reason_codes=["PRISON"])
    result_of(minor)
    applied(proposed(reason_code="PRISON"))
    sign_in(client, chief)
    new = EligibilityResult.objects.current().get(person=adult)
    page = text_of(client, reverse("portal:result", args=[new.pk]))
    assert SAID["said_ar"] not in page
    assert "سبب يظهر لصاحبه فقط" in page
    assert not read_inbox(chief.pk, now=APPROVED).told


def test_writer_of_a_stopped_draft_reads_why_and_keeps_what_they_wrote(client: Client) -> None:
    person = head()
    opened = draft(result_of(person), person, now=PREPARED)
    applied()
    sign_in(client, person)
    step = client.get(reverse("objections:step", args=[opened.uuid, "review"]))
    page = step.content.decode()
    assert SAID["said_ar"] in page
    assert opened.statement in page
    assert "أُوقف لأننا صححنا النتيجة" in text_of(client, reverse("objections:index"))


def test_anybody_with_the_right_withdraws(client: Client) -> None:
    result_of(head())
    correction = proposed()
    as_staff(client, staff("supervisor"))
    client.post(page_of(correction), {"action": "withdraw", "note": "وصل ملف مصحح"})
    correction.refresh_from_db()
    assert correction.state == CorrectionState.WITHDRAWN


def test_objection_that_it_closed_says_what_the_result_is_now(client: Client) -> None:
    person = head()
    filed = submitted(result_of(person), person)
    applied()
    sign_in(client, person)
    page = text_of(client, reverse("objections:detail", args=[filed.reference]))
    assert SAID["said_ar"] in page
    assert "كانت «غير مؤهل» وصارت «مؤهل»" in page
    assert "لا يجعلك مؤهلًا" not in page
