"""Calling people whom a message did not reach: which, once, by whom, and how it ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.staff import moment_text
from beneficiaries.models import Person, User
from notifications.models import DoubtfulNumber, Message
from notifications.numbers import WRONG_NUMBER
from notifications.outbox import queue_message
from notifications.receipts import take_report
from notifications.statuses import MessageStatus
from objections.models import Objection
from objections.statuses import ObjectionStatus
from portal.calls import rules, services
from portal.calls.errors import CallIsAnothers, CallIsOver
from portal.calls.services import end_call, sweep_calls, take_call
from portal.calls.statuses import CallMatter, CallStatus, CallStep
from portal.models import CallEvent, CallTask
from sawtak.models import Ticket
from sawtak.statuses import TicketStatus
from tests import personas
from tests.factories import GROUND, ResultFactory
from tests.sawtak import tickets

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
DUE = date(2026, 12, 8)


def objection(person: Person | None = None, **facts: Any) -> Objection:
    result = ResultFactory.create(person=person or personas.head())
    return Objection.objects.create(
        **{
            "reference": f"40267{result.pk:05}",
            "result": result,
            "person": result.person,
            "filed_by": result.person,
            "status": ObjectionStatus.DOCUMENTS_WANTED,
            **GROUND,
            "statement": "عقدي ساري.",
            "counted_from": result.announced_on,
            "deadline": result.filing_deadline,
            "opened_at": NOW,
            "submitted_at": NOW,
            "documents_due_on": DUE,
        }
        | facts
    )


def told(
    case: Objection | Ticket,
    template: str,
    *,
    status: str = MessageStatus.FAILED,
    age_days: int = 1,
) -> Message:
    """Give the message about a case, as it ended."""
    is_ticket = isinstance(case, Ticket)
    values = {"reference": str(case.reference)}
    if template == "objection_documents_wanted":
        values["due"] = "8 ديسمبر"
    event = f"{'ticket' if is_ticket else 'objection'}:{case.pk}:{template}"
    queue_message(
        event=event,
        to=case.mobile if isinstance(case, Ticket) else case.filed_by.mobile,
        template=template,
        values=values,
        language="ar",
        now=NOW - timedelta(days=age_days),
        person_id=case.person_id if is_ticket else case.filed_by.pk,
    )
    message = Message.objects.get(event=event)
    Message.objects.filter(pk=message.pk).update(status=status, error="code 30008")
    return message


def owed(**facts: Any) -> CallTask:
    """Give the call for a message about wanted documents."""
    told(objection(**facts), "objection_documents_wanted")
    sweep_calls(now=NOW)
    return CallTask.objects.latest("id")


def steps(task: CallTask) -> list[str]:
    return list(CallEvent.objects.filter(task=task).values_list("step", flat=True))


def taken(task: CallTask, by: User) -> CallTask:
    return take_call(task_id=task.pk, by=by, seen_assigned_to=None, now=NOW)


class TestWhichMessages:
    @pytest.mark.parametrize("status", [MessageStatus.FAILED, MessageStatus.UNCONFIRMED])
    def test_one_call_for_a_message_that_did_not_arrive(self, status: str) -> None:
        case = objection()
        message = told(case, "objection_documents_wanted", status=status)
        assert [sweep_calls(now=NOW), sweep_calls(now=NOW)] == [1, 0]
        task = CallTask.objects.get()
        assert (task.message, task.person, task.objection) == (message, case.filed_by, case)
        assert (task.mobile, task.status) == (case.filed_by.mobile, CallStatus.OPEN)
        assert steps(task) == [CallStep.OPENED]

    @pytest.mark.parametrize(
        "status",
        [
            status
            for status in MessageStatus
            if status not in {MessageStatus.FAILED, MessageStatus.UNCONFIRMED}
            and status != MessageStatus.SUPPRESSED
        ],
    )
    def test_no_call_for_any_other(self, status: str) -> None:
        told(objection(), "objection_documents_wanted", status=status)
        assert sweep_calls(now=NOW) == 0

    @pytest.mark.parametrize("template", ["objection_submitted", "objection_taken"])
    def test_no_call_about_what_loses_nobody_anything(self, template: str) -> None:
        told(objection(), template)
        assert sweep_calls(now=NOW) == 0

    def test_no_call_about_what_is_long_ago(self) -> None:
        told(objection(), "objection_rejected", age_days=31)
        assert sweep_calls(now=NOW) == 0

    @pytest.mark.parametrize(
        ("template", "status", "matter"),
        [
            ("ticket_answered", TicketStatus.ANSWERED, CallMatter.ANSWER),
            ("ticket_question", TicketStatus.AWAITING_CITIZEN, CallMatter.QUESTION),
        ],
    )
    def test_sender_who_is_not_proved_is_called_by_the_name_they_gave(
        self, template: str, status: str, matter: str
    ) -> None:
        ticket = tickets.file(mobile="+966500000123")
        Ticket.objects.filter(pk=ticket.pk).update(status=status)
        told(ticket, template)
        sweep_calls(now=NOW)
        task = CallTask.objects.get()
        assert (task.ticket, task.matter, task.person) == (ticket, matter, None)
        assert (task.name, task.reference) == (ticket.full_name, ticket.reference)

    def test_statements_do_not_grow_with_the_messages(self) -> None:
        counts = []
        for number in (1, 6):
            for _ in range(number):
                told(objection(), "objection_documents_wanted")
            with CaptureQueriesContext(connection) as captured:
                assert sweep_calls(now=NOW) == number
            counts.append(len(captured))
        assert counts[0] == counts[1] <= 12


class TestUntilWhen:
    @pytest.mark.parametrize(
        ("due_on", "day"),
        [
            pytest.param(None, TODAY + timedelta(days=3), id="nothing-presses"),
            pytest.param(TODAY + timedelta(days=14), TODAY + timedelta(days=3), id="far-off"),
            pytest.param(TODAY + timedelta(days=8), TODAY + timedelta(days=1), id="a-week-before"),
            pytest.param(TODAY + timedelta(days=2), TODAY, id="today-at-the-soonest"),
        ],
    )
    def test_day(self, due_on: date | None, day: date) -> None:
        assert rules.call_by(opened_on=TODAY, due_on=due_on) == day


class TestHowItEnds:
    def test_reached(self) -> None:
        task, agent = owed(), personas.staff("agent")
        taken(task, agent)
        end_call(task_id=task.pk, by=agent, outcome=CallStep.REACHED, note="فهم", now=NOW)
        task.refresh_from_db()
        assert (task.status, task.ended_at) == (CallStatus.DONE, NOW)
        assert steps(task) == [CallStep.OPENED, CallStep.TAKEN, CallStep.REACHED]
        last = CallEvent.objects.latest("id")
        assert (last.actor, last.note, last.at) == (agent, "فهم", NOW)

    def test_nobody_answers_twice_and_then_it_is_given_up(self) -> None:
        task, agent = owed(), personas.staff("agent")
        for _ in range(rules.MOST_CALLS):
            task.refresh_from_db()
            assert (task.status, task.assigned_to) == (CallStatus.OPEN, None)
            taken(task, agent)
            end_call(task_id=task.pk, by=agent, outcome=CallStep.NO_ANSWER, note="", now=NOW)
        task.refresh_from_db()
        assert (task.status, task.calls) == (CallStatus.GAVE_UP, 3)

    def test_wrong_number_is_doubtful_from_then_on(self) -> None:
        task, agent = owed(), personas.staff("agent")
        taken(task, agent)
        end_call(task_id=task.pk, by=agent, outcome=CallStep.WRONG_NUMBER, note="", now=NOW)
        task.refresh_from_db()
        assert task.status == CallStatus.GAVE_UP
        assert DoubtfulNumber.objects.get().mobile == task.mobile

    def test_sms_that_arrives_at_the_wrong_number_does_not_clear_it(self) -> None:
        task, agent = owed(), personas.staff("agent")
        DoubtfulNumber.objects.create(mobile=task.mobile, since=NOW, reason="twilio 30005")
        taken(task, agent)
        end_call(task_id=task.pk, by=agent, outcome=CallStep.WRONG_NUMBER, note="", now=NOW)
        Message.objects.filter(pk=task.message_id).update(
            status=MessageStatus.SENT, gateway="twilio", gateway_id="SM1"
        )
        take_report(
            gateway="twilio",
            gateway_id="SM1",
            reported="delivered",
            status=MessageStatus.DELIVERED,
            now=NOW,
        )
        assert DoubtfulNumber.objects.get().reason == WRONG_NUMBER

    def test_delivery_ends_it_by_itself(self) -> None:
        task = owed()
        Message.objects.filter(pk=task.message_id).update(status=MessageStatus.DELIVERED)
        sweep_calls(now=NOW)
        task.refresh_from_db()
        assert task.status == CallStatus.DONE
        assert steps(task) == [CallStep.OPENED, CallStep.DELIVERED]
        assert sweep_calls(now=NOW) == 0

    def test_delivery_that_no_sweep_has_seen_is_seen_by_whoever_takes_it(self) -> None:
        task = owed()
        Message.objects.filter(pk=task.message_id).update(status=MessageStatus.DELIVERED)
        with pytest.raises(CallIsOver):
            taken(task, personas.staff("agent"))
        assert steps(task) == [CallStep.OPENED, CallStep.DELIVERED]

    def test_documents_that_came_meanwhile_end_it(self) -> None:
        task = owed()
        Objection.objects.update(status=ObjectionStatus.UNDER_REVIEW)
        sweep_calls(now=NOW)
        task.refresh_from_db()
        assert task.status == CallStatus.DONE
        assert steps(task)[-1] == CallStep.OVERTAKEN

    def test_second_agent_is_told_who_has_it_and_may_take_it_then(self) -> None:
        task, first, second = owed(), personas.staff("agent"), personas.staff("agent")
        taken(task, first)
        with pytest.raises(CallIsAnothers) as refused:
            taken(task, second)
        assert refused.value.who == str(first)
        take_call(task_id=task.pk, by=second, seen_assigned_to=first.pk, now=NOW)
        with pytest.raises(CallIsAnothers):
            end_call(task_id=task.pk, by=first, outcome=CallStep.REACHED, note="", now=NOW)

    def test_what_is_over_stays_over(self) -> None:
        task, agent = owed(), personas.staff("agent")
        taken(task, agent)
        end_call(task_id=task.pk, by=agent, outcome=CallStep.REACHED, note="", now=NOW)
        with pytest.raises(CallIsOver):
            taken(task, agent)
        with pytest.raises(CallIsOver):
            end_call(task_id=task.pk, by=agent, outcome=CallStep.REACHED, note="", now=NOW)


class TestTwoAtOnce:
    def test_second_sweep_leaves_all_to_the_first(self) -> None:
        told(objection(), "objection_documents_wanted")
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [services._SWEEP_LOCK])
                assert sweep_calls(now=NOW) == 0
                assert not CallTask.objects.exists()
                cursor.execute("SELECT pg_advisory_unlock(%s)", [services._SWEEP_LOCK])
            assert sweep_calls(now=NOW) == 1
        finally:
            other.close()

    def test_message_of_no_case_that_is_there_leads_to_no_call(self) -> None:
        message = told(objection(), "objection_documents_wanted")
        Message.objects.filter(pk=message.pk).update(event="objection:999999999:documents")
        assert sweep_calls(now=NOW) == 0
        told(objection(), "objection_documents_wanted")
        assert sweep_calls(now=NOW) == 1


class TestStaffSite:
    @staticmethod
    def _page(task: CallTask) -> str:
        return reverse("admin:portal_calltask_change", args=[task.pk])

    def test_the_second_is_told_who_took_it_and_when(self, client: Client) -> None:
        task, first = owed(), personas.staff("agent")
        taken(task, first)
        personas.sign_in_staff(client, "supervisor")
        post = {"action": "take", "seen_assigned_to": ""}
        text = client.post(f"/en{self._page(task)}", post).content.decode()
        assert f"\u2068{first}\u2069 took this call on {moment_text(NOW)}" in text
        assert "Take it only if your colleague cannot call" in text

    def test_the_second_is_told_who_ended_it_how_and_when(self, client: Client) -> None:
        task, first = owed(), personas.sign_in_staff(client, "agent")
        taken(task, first)
        end_call(task_id=task.pk, by=first, outcome=CallStep.REACHED, note="", now=NOW)
        post = {"action": "end", "outcome": "no_answer", "note": "لم يجب"}
        text = client.post(f"/en{self._page(task)}", post).content.decode()
        assert f"\u2068{first}\u2069 changed this to «Told» first, on {moment_text(NOW)}" in text
        assert "لم يجب" in text
        assert "Nothing is left to do here." in text

    def test_the_auditor_is_told_that_the_role_only_reads(self, client: Client) -> None:
        task = owed()
        personas.sign_in_staff(client, "auditor")
        assert "دورك للقراءة فقط" in client.get(self._page(task)).content.decode()

    def test_agent_takes_and_ends_it(self, client: Client) -> None:
        task = owed()
        agent = personas.sign_in_staff(client, "agent")
        text = client.get(self._page(task)).content.decode()
        assert task.message.body in text
        client.post(self._page(task), {"action": "take", "seen_assigned_to": ""})
        answer = client.post(self._page(task), {"action": "end", "outcome": "reached", "note": ""})
        assert answer["Location"] == reverse("admin:portal_calltask_changelist")
        task.refresh_from_db()
        assert (task.status, task.assigned_to) == (CallStatus.DONE, agent)

    @pytest.mark.parametrize("seen", ["9" * 5000, "-1", "x", "٣"])
    def test_a_number_that_is_nobody_s_is_refused_in_words(self, client: Client, seen: str) -> None:
        task = owed()
        taken(task, personas.staff("agent"))
        personas.sign_in_staff(client, "agent")
        page = client.post(self._page(task), {"action": "take", "seen_assigned_to": seen})
        assert page.status_code == 200
        task.refresh_from_db()
        assert CallEvent.objects.filter(task=task, step=CallStep.TAKEN).count() == 1

    @pytest.mark.parametrize(
        ("role", "status"),
        [("auditor", 200), ("caseworker", 403), ("approver", 403), (None, 403)],
    )
    def test_others_read_it_at_most(self, client: Client, role: str | None, status: int) -> None:
        task = owed()
        personas.sign_in_staff(client, role)
        assert client.get(self._page(task)).status_code == status
        post = client.post(self._page(task), {"action": "take", "seen_assigned_to": ""})
        assert post.status_code == 403
        task.refresh_from_db()
        assert task.assigned_to is None

    def test_most_urgent_stands_first_with_what_waits(self, client: Client) -> None:
        told(objection(reference="4026714838"), "objection_rejected")
        told(
            objection(reference="4026714846", documents_due_on=TODAY + timedelta(days=8)),
            "objection_documents_wanted",
        )
        sweep_calls(now=NOW)
        personas.sign_in_staff(client, "agent")
        text = client.get("/en/admin/portal/calltask/").content.decode()
        assert text.index("4026714846") < text.index("4026714838")
        assert "Documents due" in text

    def test_work_page_counts_and_names_them(self, client: Client) -> None:
        task = owed()
        personas.sign_in_staff(client, "agent")
        text = client.get("/en/admin/").content.decode()
        assert task.name in text
        assert '(<bdi dir="ltr" class="num">1</bdi>)' in text

    def test_person_s_page_shows_the_call_and_the_doubt(self, client: Client) -> None:
        task = owed()
        DoubtfulNumber.objects.create(mobile=task.mobile, since=NOW, reason="twilio 30005")
        personas.sign_in_staff(client, "agent")
        page = reverse("admin:beneficiaries_person_change", args=[task.person_id])
        text = client.get(page, headers={"accept-language": "ar"}).content.decode()
        assert "رسائل الجوال لا تصل إلى هذا الرقم" in text
        assert self._page(task) in text
