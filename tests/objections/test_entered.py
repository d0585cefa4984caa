"""Objections that staff enter: a signed paper with its day, a call with the caller's word."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from beneficiaries.models import Person
from notifications.models import Message
from objections.errors import (
    AlreadyObjected,
    EntryRefused,
    FilingWindowClosed,
    IncompleteObjection,
    NotContestable,
)
from objections.models import Contested, LateAttempt, NeededDocument, Objection
from objections.services import grant_exemption, stop_overdue_drafts
from objections.services.entered import Entry, enter_call, enter_paper
from objections.statuses import ObjectionStatus
from saudi.gregorian import format_gregorian
from tests.documents.files import pdf_bytes, upload
from tests.objections.cases import (
    NOW,
    STATEMENT,
    decided,
    draft,
    pdf,
    result_of,
    riyadh,
    submitted,
    taken,
    texts_to,
)
from tests.personas import adult_of, child_of, head, outsider, sign_in, sign_in_staff, staff

pytestmark = pytest.mark.django_db

LONG_AFTER = riyadh("2027-02-10 11:20:33")
LAST_DAY = date(2027, 1, 27)


def entry_of(contested: Contested, person: Person, **fields: Any) -> Entry:
    facts = {
        "contested": contested,
        "filed_by": person,
        "ground": "documents",
        "statement": STATEMENT,
        "submission": uuid.uuid4(),
    }
    return Entry(**{**facts, **fields})


def paper(
    contested: Contested,
    person: Person,
    *,
    received_on: date = LAST_DAY,
    now: datetime = LONG_AFTER,
    **fields: Any,
) -> Objection:
    return enter_paper(
        entry=entry_of(contested, person, **fields),
        received_on=received_on,
        checked=[pdf()],
        by=staff("agent"),
        now=now,
    )


def needed(**fields: Any) -> NeededDocument:
    facts = {
        "code": f"own_{uuid.uuid4().hex[:8]}",
        "name_ar": "عقد الإيجار",
        "name_en": "The lease",
        "visible_ar": "الاسم",
        "visible_en": "The name",
    }
    document: NeededDocument = NeededDocument.objects.create(**{**facts, **fields})
    return document


def call(contested: Contested, person: Person, *, now: datetime = NOW, **fields: Any) -> Objection:
    facts = {"documents": [needed()], "days": 14, "has_consent": True, "by": staff("agent")}
    mine = {name: fields.pop(name) for name in list(fields) if name in facts}
    return enter_call(entry=entry_of(contested, person, **fields), now=now, **{**facts, **mine})


# Paper -----------------------------------------------------------------------------


def test_paper_counts_by_the_day_of_its_stamp_however_late_it_is_entered() -> None:
    person = head()
    filed = paper(result_of(person), person)
    assert filed.status == ObjectionStatus.SUBMITTED
    assert filed.reference
    assert filed.submitted_at == riyadh("2027-01-27 00:00:00")
    assert (filed.channel, filed.entered_at, filed.deadline) == ("paper", LONG_AFTER, LAST_DAY)
    assert filed.documents.count() == 1
    assert filed.events.get().actor == filed.entered_by
    assert texts_to(person) == ["objection_submitted"]


def test_paper_of_the_day_after_is_late_and_the_attempt_is_kept() -> None:
    person = head()
    result = result_of(person)
    with pytest.raises(FilingWindowClosed) as caught:
        paper(result, person, received_on=date(2027, 1, 28))
    assert (caught.value.deadline, Objection.objects.count()) == (LAST_DAY, 0)
    attempt = LateAttempt.objects.get()
    assert (attempt.channel, attempt.on, attempt.person) == ("paper", date(2027, 1, 28), person)
    exemption = grant_exemption(
        contested=result,
        last_day=date(2027, 2, 15),
        reason="كان في المستشفى.",
        submission=uuid.uuid4(),
        by=staff("supervisor"),
        now=LONG_AFTER,
    )
    assert paper(result, person, received_on=date(2027, 1, 28)).exemption == exemption


@pytest.mark.parametrize(
    ("received_on", "why"),
    [
        pytest.param(date(2027, 2, 11), "future", id="tomorrow"),
        pytest.param(date(2026, 10, 28), "before_window", id="before-the-announcement"),
    ],
)
def test_impossible_days_are_refused(received_on: date, why: str) -> None:
    person = head()
    with pytest.raises(EntryRefused) as caught:
        paper(result_of(person), person, received_on=received_on)
    assert caught.value.why == why
    assert not LateAttempt.objects.exists()


def test_first_day_of_the_window_is_a_day_of_receipt() -> None:
    person = head()
    filed = paper(result_of(person), person, received_on=date(2026, 10, 29))
    assert filed.counted_from == date(2026, 10, 29)


def test_double_click_is_one_objection_and_one_message() -> None:
    person = head()
    result, submission = result_of(person), uuid.uuid4()
    first = paper(result, person, submission=submission)
    assert paper(result, person, submission=submission) == first
    assert first.documents.count() == 1
    assert Message.objects.count() == 1
    with pytest.raises(AlreadyObjected):
        paper(result, person)


@pytest.mark.parametrize("fields", [{"ground": "none"}, {"statement": " \u200f"}])
def test_incomplete_paper_is_refused(fields: dict[str, str]) -> None:
    person = head()
    with pytest.raises(IncompleteObjection):
        paper(result_of(person), person, **fields)
    assert not Objection.objects.exists()


def test_draft_of_somebody_whose_paper_came_is_stopped_without_a_word_of_lateness() -> None:
    person = head()
    result = result_of(person)
    draft(result, person)
    paper(result, person)
    stop_overdue_drafts(now=LONG_AFTER)
    assert texts_to(person) == ["objection_submitted"]


def test_nobody_files_for_another_adult_by_paper() -> None:
    person = head()
    adult = adult_of(person)
    with pytest.raises(NotContestable):
        paper(result_of(person), adult)
    with pytest.raises(NotContestable):
        paper(result_of(adult, reason_codes=["PRISON"]), person)
    assert paper(result_of(child_of(person)), person).filed_by == person


def test_database_knows_who_entered_what_did_not_come_online() -> None:
    person = head()
    filed = paper(result_of(person), person)
    for change in ({"entered_by": None}, {"channel": "online"}, {"entered_at": NOW}):
        with pytest.raises(IntegrityError, match="objection_entered"), transaction.atomic():
            Objection.objects.filter(pk=filed.pk).update(**change)


# Phone -----------------------------------------------------------------------------


def test_call_is_received_in_its_minute_and_waits_for_its_documents() -> None:
    person = head()
    filed = call(result_of(person), person)
    assert filed.submitted_at == riyadh("2026-11-12 21:14:00")
    assert (filed.channel, filed.status) == ("phone", ObjectionStatus.SUBMITTED)
    assert filed.documents_due_on == date(2026, 11, 26)
    assert texts_to(person) == ["objection_submitted", "objection_documents_due"]
    told = Message.objects.get(template="objection_documents_due").body
    assert "عقد الإيجار" in told
    assert format_gregorian(date(2026, 11, 26), "ar") in told


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"reason_codes": ["PRISON"]}, id="tells-a-sensitive-reason"),
        pytest.param({"name_ar": "مستند " * 12}, id="too-long"),
    ],
)
def test_message_does_not_name_what_others_must_not_read(fields: dict[str, Any]) -> None:
    person = head()
    call(result_of(person), person, documents=[needed(**fields)])
    assert texts_to(person) == ["objection_submitted", "objection_documents_listed"]


@pytest.mark.parametrize(
    ("moment", "is_accepted"),
    [("2027-01-27 23:59:59", True), ("2027-01-28 00:00:00", False)],
    ids=["last-second", "midnight"],
)
def test_call_on_the_last_day(moment: str, is_accepted: bool) -> None:
    person = head()
    if is_accepted:
        assert call(result_of(person), person, now=riyadh(moment)).reference
        return
    with pytest.raises(FilingWindowClosed):
        call(result_of(person), person, now=riyadh(moment))
    assert LateAttempt.objects.get().channel == "phone"


@pytest.mark.parametrize(
    ("fields", "why"), [({"has_consent": False}, "consent"), ({"days": 3}, "days")]
)
def test_call_needs_consent_and_an_offered_time(fields: dict[str, Any], why: str) -> None:
    person = head()
    result = result_of(person)
    with pytest.raises(EntryRefused) as caught:
        call(result, person, **fields)
    assert caught.value.why == why
    with pytest.raises(IncompleteObjection):
        call(result, person, documents=[])
    assert not Objection.objects.exists()


@pytest.mark.parametrize("is_taken", [False, True], ids=["waiting", "under-review"])
def test_caller_sends_documents_from_their_own_page(client: Client, is_taken: bool) -> None:
    person = head()
    filed = call(result_of(person), person)
    status = ObjectionStatus.SUBMITTED
    with time_machine.travel(NOW, tick=True):
        if is_taken:
            status = ObjectionStatus.UNDER_REVIEW
            taken(filed, staff("caseworker"))
        sign_in(client, person)
        address = reverse("objections:detail", args=[filed.reference])
        page = client.get(address).content.decode()
        assert "عقد الإيجار" in page
        assert format_gregorian(date(2026, 11, 26), "ar") in page
        sent = client.post(address, {"documents": [upload("عقد.pdf", pdf_bytes())]})
        assert sent.status_code == 302
    filed.refresh_from_db()
    assert (filed.status, filed.documents_due_on) == (status, None)
    assert filed.documents.count() == 1


# The pages -------------------------------------------------------------------------

ENTER = "/admin/objections/objection/enter/"


def entry_url(channel: str, contested: Contested, person: Person) -> str:
    args = [channel, "result", contested.pk, person.pk]
    return reverse("admin:objections_objection_entry", args=args)


def paper_fields(**fields: Any) -> dict[str, Any]:
    return {
        "received_on": "٢٠٢٧-٠١-٢٧",
        "ground": "documents",
        "statement": STATEMENT,
        "documents": [upload("ورقة.pdf", pdf_bytes())],
        "is_compared": "on",
        "submission": str(uuid.uuid4()),
        "action": "file",
    } | fields


def call_fields(**fields: Any) -> dict[str, Any]:
    return {
        "ground": "documents",
        "statement": STATEMENT,
        "wanted": [needed().code],
        "days": "14",
        "submission": str(uuid.uuid4()),
        "action": "check",
    } | fields


def test_agent_finds_the_person_by_id_in_any_digits(client: Client) -> None:
    person = head(national_id="1000000008")
    mine, childs = result_of(person), result_of(child_of(person))
    theirs = result_of(outsider())
    with time_machine.travel(NOW, tick=True):
        sign_in_staff(client, "agent")
        assert ENTER in client.get("/admin/objections/objection/").content.decode()
        page = client.post(ENTER, {"channel": "phone", "national_id": "١٠٠٠٠٠٠٠٠٨"})
        text = page.content.decode()
    assert entry_url("phone", mine, person) in text
    assert entry_url("phone", childs, person) in text
    assert f"/result/{theirs.pk}/" not in text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"channel": "phone", "national_id": "12"}, "رقمين"),
        ({"channel": "phone", "national_id": "1000000016"}, ""),
        ({"national_id": "1000000008"}, "اختر"),
        ({"channel": "fax", "national_id": "1000000008"}, ""),
    ],
)
def test_wrong_ids_are_said(client: Client, sent: dict[str, str], said: str) -> None:
    sign_in_staff(client, "agent")
    response = client.post(ENTER, sent)
    assert response.status_code == 200
    assert "invalid-feedback" in response.content.decode()
    assert said in response.content.decode()


def test_agent_enters_a_paper_once(client: Client) -> None:
    person = head()
    result = result_of(person)
    with time_machine.travel(LONG_AFTER, tick=True):
        sign_in_staff(client, "agent")
        address = entry_url("paper", result, person)
        assert client.get(address).status_code == 200
        sent = paper_fields()
        done = client.post(address, sent)
        sent["documents"] = [upload("ورقة.pdf", pdf_bytes())]
        again = client.post(address, sent)
    filed = Objection.objects.get()
    assert done["Location"] == again["Location"]
    assert done["Location"] == reverse("admin:objections_objection_change", args=[filed.pk])
    page = client.get(done["Location"]).content.decode()
    assert "على ورق" in page


@pytest.mark.parametrize(
    "fields",
    [
        {"received_on": "2027-02-11"},
        {"received_on": "2026-10-01"},
        {"received_on": "2027-01-28"},
        {"received_on": "x"},
        {"is_compared": ""},
        {"documents": []},
        {"ground": "none"},
        {"submission": "x"},
    ],
)
def test_wrong_paper_is_said_and_what_was_typed_stays(
    client: Client, fields: dict[str, Any]
) -> None:
    person = head()
    result = result_of(person)
    with time_machine.travel(LONG_AFTER, tick=True):
        sign_in_staff(client, "agent")
        response = client.post(entry_url("paper", result, person), paper_fields(**fields))
    page = response.content.decode()
    assert (response.status_code, Objection.objects.count()) == (200, 0)
    assert "alert" in page
    assert STATEMENT in page


def test_agent_reads_a_call_back_before_it_is_filed(client: Client) -> None:
    person = head()
    result = result_of(person)
    with time_machine.travel(NOW, tick=True):
        sign_in_staff(client, "agent")
        address, sent = entry_url("phone", result, person), call_fields()
        page = client.post(address, sent).content.decode()
        assert STATEMENT in page
        assert "عقد الإيجار" in page
        unread = client.post(address, sent | {"action": "file"}).content.decode()
        assert "invalid-feedback" in unread
        assert not Objection.objects.exists()
        changed = client.post(address, sent | {"action": "change"}).content.decode()
        assert STATEMENT in changed
        told = sent | {"action": "file", "has_consent": "on"}
        done, again = client.post(address, told), client.post(address, told)
    assert done["Location"] == again["Location"]
    assert Objection.objects.get().channel == "phone"


def test_objected_meanwhile_is_said(client: Client) -> None:
    person = head()
    result = result_of(person)
    filed = submitted(result, person)
    with time_machine.travel(NOW, tick=True):
        sign_in_staff(client, "agent")
        sent = call_fields(action="file", has_consent="on")
        page = client.post(entry_url("phone", result, person), sent).content.decode()
    assert str(filed.reference) in page


@pytest.mark.parametrize("role", [None, "caseworker", "approver", "auditor", "administrator"])
def test_others_of_staff_may_not_enter(client: Client, role: str | None) -> None:
    person = head()
    address = entry_url("phone", result_of(person), person)
    sign_in_staff(client, role)
    for each in (ENTER, address):
        assert client.get(each).status_code == 403
        assert client.post(each, call_fields(action="file")).status_code == 403
    assert not Objection.objects.exists()


def test_strangers_and_wrong_addresses(client: Client) -> None:
    person, other = head(), outsider()
    result = result_of(person)
    assert client.get(ENTER).status_code == 302
    sign_in_staff(client, "agent")
    assert client.get(entry_url("phone", result, other)).status_code == 404
    assert client.get(entry_url("fax", result, person)).status_code == 404
    assert client.get(f"{ENTER}phone/result/999999/{person.pk}/").status_code == 404


# The same again, after a refusal ---------------------------------------------------------------


def refused(person: Person) -> tuple[Contested, Objection]:
    """Give a result whose objection, with one document, was refused."""
    contested = result_of(person)
    case = submitted(contested, person)
    decided(case, staff("caseworker"), decision=ObjectionStatus.REJECTED)
    return contested, case


def test_paper_again_needs_a_document_that_was_not_decided_on() -> None:
    person = head()
    contested, _case = refused(person)
    entry = entry_of(contested, person)
    for new in ([], [pdf()], [pdf("ورقة.pdf", pages=2)]):
        with pytest.raises(IncompleteObjection) as refusal:
            enter_paper(
                entry=entry,
                received_on=date(2026, 11, 12),
                checked=[pdf("ورقة.pdf", pages=2)],
                new_documents=new,
                by=staff("agent"),
                now=NOW,
            )
        assert refusal.value.missing == ("new_documents",)
    filed = enter_paper(
        entry=entry,
        received_on=date(2026, 11, 12),
        checked=[pdf("ورقة.pdf", pages=2)],
        new_documents=[pdf("جديد.pdf", pages=3)],
        by=staff("agent"),
        now=NOW,
    )
    assert filed.documents.count() == 2


def test_call_again_names_the_new_document_that_comes() -> None:
    person = head()
    contested, _case = refused(person)
    facts: dict[str, Any] = {
        "entry": entry_of(contested, person),
        "documents": list(NeededDocument.objects.all()[:1]),
        "days": 14,
        "has_consent": True,
        "by": staff("agent"),
        "now": NOW,
    }
    with pytest.raises(IncompleteObjection) as refusal:
        enter_call(**facts, promised=" ")
    assert refusal.value.missing == ("promised_document",)
    assert enter_call(**facts, promised="صك الملكية").promised_document == "صك الملكية"


def test_first_call_keeps_no_promise() -> None:
    person = head()
    filed = enter_call(
        entry=entry_of(result_of(person), person),
        documents=list(NeededDocument.objects.all()[:1]),
        days=14,
        has_consent=True,
        by=staff("agent"),
        now=NOW,
        promised="صك الملكية",
    )
    assert filed.promised_document == ""


@pytest.mark.parametrize(
    ("channel", "promised", "is_accepted"),
    [("phone", "صك الملكية", True), ("phone", "", False), ("paper", "صك الملكية", False)],
)
def test_database_holds_what_staff_enter_again(
    channel: str, promised: str, is_accepted: bool
) -> None:
    person = head()
    contested, case = refused(person)
    agent = staff("agent")
    fields = {
        "person": person,
        "filed_by": person,
        "status": ObjectionStatus.SUBMITTED,
        "reference": "4123456789",
        "ground": "documents",
        "ground_ar": "وصلت مستنداتي",
        "ground_en": "My documents arrived",
        "statement": STATEMENT,
        "has_declared": True,
        "counted_from": case.counted_from,
        "deadline": case.deadline,
        "opened_at": NOW,
        "submitted_at": NOW,
        "channel": channel,
        "entered_by": agent,
        "entered_at": NOW,
        "promised_document": promised,
    }

    def enter() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            Objection.objects.create(result_id=contested.pk, **fields)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    if is_accepted:
        enter()
        return
    with pytest.raises(IntegrityError, match="needs a new document"):
        enter()


def test_database_holds_a_draft_that_is_sent_again() -> None:
    person = head()
    contested, _case = refused(person)
    again = draft(contested, person)
    sent = (
        "UPDATE objections_objection SET status = 'submitted', reference = '4123456789',"
        " submitted_at = now(), has_declared = TRUE WHERE id = %s; SET CONSTRAINTS ALL IMMEDIATE"
    )
    refusal = pytest.raises(IntegrityError, match="needs a new document")
    with refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sent, [again.pk])


@pytest.mark.parametrize(
    ("channel", "field"), [("paper", "new_documents"), ("phone", "promised_document")]
)
def test_agent_is_told_that_a_new_document_is_needed(
    client: Client, channel: str, field: str
) -> None:
    person = head()
    contested, _case = refused(person)
    sign_in_staff(client, "agent")
    found = client.post(
        reverse("admin:objections_objection_enter"),
        {"channel": channel, "national_id": person.national_id},
    ).content.decode()
    address = reverse(
        "admin:objections_objection_entry", args=[channel, "result", contested.pk, person.pk]
    )
    assert address in found
    assert f'name="{field}"' in client.get(address).content.decode()
    sent = {"ground": "documents", "statement": STATEMENT, "submission": uuid.uuid4()}
    response = client.post(address, {**sent, "action": "check"})
    assert field in response.context["entry_form"].errors
    assert STATEMENT in response.content.decode()
