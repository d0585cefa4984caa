"""More time for a whole cycle: one act that every reader follows (docs/adr/0022)."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from beneficiaries.models import Cycle, Person
from notifications.models import Message
from objections.errors import ExtensionRefused, FilingWindowClosed
from objections.models import Objection, ReminderRound, WindowExtension
from objections.services import (
    extend_window,
    extensions,
    follow_extensions,
    open_draft,
    queue_reminders,
    stop_overdue_drafts,
    submit_objection,
)
from objections.statuses import ObjectionStatus
from objections.tasks import extend
from portal.inbox.reading import read_inbox
from tests.factories import PaymentLineFactory
from tests.objections.cases import draft, result_of, riyadh, submitted, texts_to
from tests.objections.reminding import BEFORE_14, LAST_DAY, reminded
from tests.personas import head, sign_in, sign_in_staff, staff

pytestmark = pytest.mark.django_db

NEW_DAY = date(2027, 2, 20)
BEFORE = riyadh("2027-01-20 10:00:00")
AFTER = riyadh("2027-02-01 10:00:00")
LAST_SECOND = riyadh("2027-02-20 23:59:59")
TOO_LATE = riyadh("2027-02-21 00:00:00")


def announced_cycle() -> Cycle:
    """Give the cycle of the cases, announced as the portal does it."""
    cycle = Cycle.objects.get_or_create(code="2026-10")[0]
    cycle.announced_on, cycle.filing_deadline = date(2026, 10, 29), LAST_DAY
    cycle.save()
    return cycle


def extended(*, now: datetime = BEFORE, **fields: Any) -> WindowExtension:
    facts = {
        "cycle_id": announced_cycle().pk,
        "track": "result",
        "last_day": NEW_DAY,
        "reason": "تعطّلت البوابة ثلاثة أيام.",
        "submission": uuid.uuid4(),
        "by": staff("supervisor"),
        "now": now,
    }
    return extend_window(**{**facts, **fields})


def test_extension_is_one_act_however_many_results() -> None:
    for _each in range(3):
        result_of(head())
    with CaptureQueriesContext(connection) as caught:
        extended()
    writes = [q["sql"] for q in caught if q["sql"].startswith(("UPDATE", "INSERT"))]
    assert not [sql for sql in writes if "eligibilityresult" in sql]
    assert sum("beneficiaries_cycle" in sql for sql in writes) <= 3


@pytest.mark.parametrize(
    ("sent", "is_accepted"),
    [
        pytest.param(LAST_SECOND, True, id="last-second"),
        pytest.param(TOO_LATE, False, id="after-it"),
    ],
)
def test_window_closes_at_the_midnight_of_the_new_day(sent: datetime, is_accepted: bool) -> None:
    person = head()
    result = result_of(person)
    extended()
    opened = draft(result, person, now=AFTER)
    if not is_accepted:
        with pytest.raises(FilingWindowClosed) as caught:
            submit_objection(objection=opened, has_declared=True, now=sent)
        assert caught.value.deadline == NEW_DAY
        return
    filed = submit_objection(objection=opened, has_declared=True, now=sent)
    assert (filed.status, filed.deadline) == (ObjectionStatus.SUBMITTED, NEW_DAY)


def test_payments_are_extended_apart_from_results() -> None:
    person = head()
    result, line = result_of(person), PaymentLineFactory.create(person=person)
    extended(track="payment", last_day=date(2027, 3, 1))
    open_draft(contested=line, filed_by=person, now=riyadh("2027-03-01 12:00:00"))
    with pytest.raises(FilingWindowClosed):
        open_draft(contested=result, filed_by=person, now=AFTER)


def test_open_draft_follows_and_its_writer_is_told_once() -> None:
    person = head()
    opened = draft(result_of(person), person, now=BEFORE)
    extended()
    assert follow_extensions(now=BEFORE) == 1
    assert follow_extensions(now=BEFORE) == 0
    opened.refresh_from_db()
    assert opened.deadline == NEW_DAY
    assert texts_to(person) == ["draft_extended"]
    assert stop_overdue_drafts(now=AFTER) == 0
    assert stop_overdue_drafts(now=TOO_LATE) == 1


def test_stopping_job_before_the_drafts_followed_stops_nothing() -> None:
    person = head()
    draft(result_of(person), person, now=BEFORE)
    extended()
    assert stop_overdue_drafts(now=AFTER) == 0


def test_stopped_draft_opens_again_with_what_was_written() -> None:
    person = head()
    stopped = draft(result_of(person), person, now=BEFORE)
    stop_overdue_drafts(now=AFTER)
    extension = extended(now=AFTER)
    with time_machine.travel(AFTER, tick=False):
        assert extend() == 1
    stopped.refresh_from_db()
    assert (stopped.status, stopped.deadline) == (ObjectionStatus.DRAFT, NEW_DAY)
    assert list(stopped.events.values_list("from_status", "to_status"))[-2:] == [
        ("draft", "stopped"),
        ("stopped", "draft"),
    ]
    assert texts_to(person) == ["draft_stopped", "draft_extended"]
    filed = submit_objection(objection=stopped, has_declared=True, now=LAST_SECOND)
    assert filed.reference
    extension.refresh_from_db()
    assert (extension.revived, extension.told) == (1, 1)
    assert extension.finished_at == AFTER


def test_stopped_draft_goes_on_before_the_worker_came(client: Client) -> None:
    person = head()
    stopped = draft(result_of(person), person, now=BEFORE)
    stop_overdue_drafts(now=AFTER)
    extended(now=AFTER)
    with time_machine.travel(AFTER, tick=True):
        sign_in(client, person)
        step = reverse("objections:step", args=[stopped.uuid, "review"])
        shown = client.get(step)
        assert shown["Location"] == reverse("objections:new") + f"?result={stopped.result_id}"
        client.post(shown["Location"])
        assert client.post(step, {"declaration": "on"}).status_code == 302
    stopped.refresh_from_db()
    assert stopped.reference
    assert follow_extensions(now=AFTER) == 0
    assert Objection.objects.count() == 1


def test_nobody_is_told_of_what_was_objected_to_or_corrected() -> None:
    person, other = head(), head()
    draft(result_of(person), person, now=BEFORE)
    submitted(Objection.objects.get().contested, person, now=BEFORE)
    corrected = result_of(other)
    draft(corrected, other, now=BEFORE)
    corrected.superseded_on = date(2027, 1, 15)
    corrected.save()
    extended()
    assert follow_extensions(now=BEFORE) == 0


def test_broken_off_walk_goes_on_and_tells_nobody_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extensions, "_FOLLOW_AT_ONCE", 2)
    people = [head() for _each in range(5)]
    for person in people:
        draft(result_of(person), person, now=BEFORE)
    extended()
    batches = iter([False, True])
    assert follow_extensions(now=BEFORE, is_over=lambda: next(batches)) == 2
    assert follow_extensions(now=BEFORE) == 3
    assert Message.objects.filter(template="draft_extended").count() == 5
    assert set(Objection.objects.values_list("deadline", flat=True)) == {NEW_DAY}


def test_second_extension_tells_those_of_the_first_again_with_the_later_day() -> None:
    person = head()
    opened = draft(result_of(person), person, now=BEFORE)
    extended()
    later = extended(last_day=date(2027, 3, 1))
    assert later.previous_last_day == NEW_DAY
    assert follow_extensions(now=BEFORE) == 1
    opened.refresh_from_db()
    assert opened.deadline == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        pytest.param({"last_day": LAST_DAY}, "too_early", id="same-day"),
        pytest.param({"last_day": date(2027, 1, 1)}, "too_early", id="earlier"),
        pytest.param({"last_day": date(2027, 1, 30), "now": AFTER}, "past", id="passed"),
        pytest.param({"last_day": date(2072, 2, 20)}, "too_late", id="mistyped-year"),
        pytest.param({"reason": " \u200f "}, "reason", id="no-reason"),
        pytest.param({"track": "payment"}, "not_announced", id="nothing-of-the-track"),
    ],
)
def test_refusals(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(ExtensionRefused) as caught:
        extended(**fields)
    assert caught.value.why == why
    assert not WindowExtension.objects.exists()


def test_same_form_twice_extends_once() -> None:
    submission = uuid.uuid4()
    assert extended(submission=submission) == extended(submission=submission)
    assert WindowExtension.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [{"last_day": LAST_DAY}, {"reason": ""}],
    ids=["gives-no-time", "no-reason"],
)
def test_database_refuses_an_impossible_extension(fields: dict[str, Any]) -> None:
    extension = extended()
    with pytest.raises(IntegrityError), transaction.atomic():
        WindowExtension.objects.filter(pk=extension.pk).update(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Cycle.objects.update(results_open_until=LAST_DAY)


# Reminders -------------------------------------------------------------------------


def test_extended_results_are_reminded_of_the_new_day_only() -> None:
    person = head()
    result_of(person)
    extended(now=riyadh("2027-01-10 10:00:00"))
    assert reminded(BEFORE_14) == set()
    assert reminded(riyadh("2027-02-06 09:00:00")) == {
        ("closing:result14:2027-02-20", person.mobile)
    }


def test_new_day_whose_own_round_is_done_gets_a_round_for_the_extended_cycle() -> None:
    person = head()
    result_of(person)
    queue_reminders(now=riyadh("2027-02-06 09:00:00"))
    assert ReminderRound.objects.get(closes_on=NEW_DAY, kind="result14").finished_at
    extended(now=riyadh("2027-02-06 10:00:00"))
    later = riyadh("2027-02-06 10:10:00")
    event = ("closing:result14:2027-02-20", person.mobile)
    assert event in reminded(later)
    assert queue_reminders(now=later) == 0


def test_reminders_of_both_days_stand_in_the_messages_of_the_portal() -> None:
    person = head()
    result_of(person)
    queue_reminders(now=BEFORE_14)
    extended(now=BEFORE)
    queue_reminders(now=riyadh("2027-02-06 09:00:00"))
    assert closing_days(person) == ["2027-02-20", "2027-01-27"]


def closing_days(person: Person) -> list[str]:
    told = read_inbox(person.pk, now=LAST_SECOND).told
    return [one.what for one in told if one.kind == "result_closing"]


# Pages -----------------------------------------------------------------------------


def test_citizen_sees_the_new_day_everywhere(client: Client) -> None:
    person = head()
    result = result_of(person)
    opened = draft(result, person, now=BEFORE)
    extended()
    with time_machine.travel(AFTER, tick=True):
        sign_in(client, person)
        for address in (
            reverse("portal:home"),
            reverse("portal:profile"),
            reverse("portal:result", args=[result.pk]),
            reverse("objections:index"),
            reverse("objections:new") + f"?result={result.pk}",
            reverse("objections:step", args=[opened.uuid, "statement"]),
        ):
            page = client.get(address).content.decode()
            assert "20 فبراير 2027" in page, address
            assert "27 يناير 2027" not in page, address


FORM = {"track": "result", "last_day": "٢٠٢٧-٠٢-٢٠", "reason": "تعطّلت البوابة."}


def extend_url() -> str:
    return reverse("admin:objections_windowextension_extend", args=[announced_cycle().pk])


def test_supervisor_reads_whom_it_reaches_and_extends_with_a_second_click(client: Client) -> None:
    person, stopped = head(), head()
    draft(result_of(person), person, now=BEFORE)
    draft(result_of(stopped), stopped, now=BEFORE)
    stop_overdue_drafts(now=AFTER)
    result_of(head())
    with time_machine.travel(AFTER, tick=True):
        sign_in_staff(client, "supervisor")
        address = extend_url()
        cycle_page = reverse("admin:beneficiaries_cycle_change", args=[announced_cycle().pk])
        assert address in client.get(cycle_page).content.decode()
        sent = FORM | {"submission": str(uuid.uuid4())}
        assert client.get(address).status_code == 200
        page = client.post(address, sent | {"action": "check"}).content.decode()
        assert "20 فبراير 2027" in page
        assert "13 رمضان 1448" in page
        assert '<bdi dir="ltr" class="num">3</bdi>' in page
        assert '<bdi dir="ltr" class="num">2</bdi>' in page
        assert not WindowExtension.objects.exists()
        done = client.post(address, sent | {"action": "extend"})
        again = client.post(address, sent | {"action": "extend"})
        assert done["Location"] == again["Location"]
        assert "تعطّلت البوابة." in client.get(done["Location"]).content.decode()
        assert "تعطّلت البوابة." in client.get(cycle_page).content.decode()
        listed = client.get(reverse("admin:objections_windowextension_changelist"))
        assert listed.status_code == 200


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"last_day": "2027-01-01"}, "27 يناير 2027"),
        ({"last_day": "غدا"}, "2027-02-10"),
        ({"last_day": "2072-01-01"}, "2027"),
        ({"reason": ""}, "اكتب"),
        ({"track": "payment"}, ""),
        ({"submission": "x"}, ""),
    ],
)
def test_bad_input_is_said_and_kept(client: Client, fields: dict[str, str], said: str) -> None:
    with time_machine.travel(AFTER, tick=True):
        sign_in_staff(client, "supervisor")
        sent = FORM | {"submission": str(uuid.uuid4()), "action": "check"} | fields
        response = client.post(extend_url(), sent)
    page = response.content.decode()
    assert response.status_code == 200
    assert "invalid-feedback" in page or "alert" in page
    assert said in page
    assert sent["reason"] in page
    assert not WindowExtension.objects.exists()


@pytest.mark.parametrize("role", [None, "agent", "caseworker", "approver", "auditor"])
def test_others_of_staff_may_not_extend(client: Client, role: str | None) -> None:
    sign_in_staff(client, role)
    sent = FORM | {"submission": str(uuid.uuid4()), "action": "extend"}
    assert client.post(extend_url(), sent).status_code == 403
    assert client.get(extend_url()).status_code == 403


def test_citizen_and_stranger_are_led_away(client: Client) -> None:
    address = extend_url()
    assert client.get(address).status_code == 302
    sign_in(client, head())
    assert client.post(address, FORM | {"action": "extend"}).status_code == 302
    assert not WindowExtension.objects.exists()
