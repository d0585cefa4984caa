"""What somebody left behind: a contact nobody ended, a known problem that misleads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import InternalError, transaction
from django.db.utils import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from beneficiaries.models import User
from portal.contacts import services
from portal.contacts.errors import ContactIsOver, KnownAlready
from portal.contacts.known import put_back_problem, suggested_problems, withdraw_problem
from portal.contacts.models import Contact, KnownProblem, KnownProblemEvent
from portal.contacts.overview import left_open
from portal.contacts.services import Arrival
from portal.contacts.statuses import ContactChannel, ContactStep, KnownStep, Outcome
from sawtak.services import TicketDetails
from tests import personas

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WHY = "انتهت نوبة الزميل."
PROBLEM = "لا يصل رمز الدخول"
SOLUTION = "تحديث الجوال في الملف"


def page(response: Any) -> str:
    return str(response.content.decode())


def begun(by: User, now: datetime = NOW) -> Contact:
    arrival = Arrival(ContactChannel.PHONE)
    return services.start_contact(submission=uuid4(), arrival=arrival, by=by, now=now)


def with_ticket(contact: Contact) -> Contact:
    services.open_ticket(
        contact_id=contact.pk,
        details=TicketDetails(
            mobile="+966500000009",
            full_name="أم خالد",
            category="payments",
            message="لم تصل الدفعة منذ شهرين.",
            national_id="",
            birth_date=None,
        ),
        language="ar",
        by=contact.agent,
        now=NOW,
    )
    return contact


def known(by: User) -> KnownProblem:
    """Give a known problem with the contact that named it."""
    ended = services.end_contact(
        contact_id=begun(by).pk,
        outcome=Outcome.ANSWERED,
        problem=PROBLEM,
        cause="",
        solution=SOLUTION,
        by=by,
        now=NOW,
    )
    assert ended.known is not None
    return ended.known


def address(row: Contact | KnownProblem) -> str:
    return reverse(f"admin:portal_{row._meta.model_name}_change", args=[row.pk])


# A contact that nobody ended ------------------------------------------------------------


def test_a_supervisor_sees_what_was_left_open_and_ends_it_with_a_reason(client: Client) -> None:
    agent = personas.staff("agent", display_name="نورة العتيبي")
    now = timezone.now()
    contact, new = begun(agent, now - timedelta(hours=5)), begun(agent, now)
    supervisor = personas.sign_in_staff(client, "supervisor", display_name="هدى القحطاني")
    day = page(client.get("/admin/"))
    assert address(contact) in day
    assert address(new) not in day  # somebody is on the phone
    assert "لإنهائها" not in day
    refused = client.post(address(contact), {"action": "end_for", "reason": " "})
    assert refused.context["end_for_form"].errors
    assert Contact.objects.get(pk=contact.pk).is_open
    ended = client.post(address(contact), {"action": "end_for", "reason": WHY}, follow=True)
    assert ended.redirect_chain == [(address(contact), 302)]
    contact.refresh_from_db()
    assert (contact.outcome, contact.agent) == (Outcome.LEFT_OPEN, agent)
    last = contact.events.last()
    assert (last.step, last.actor, last.reason) == (ContactStep.ENDED_FOR, supervisor, WHY)
    assert address(contact) not in page(client.get("/admin/"))
    client.force_login(agent, backend=personas.STAFF_BACKEND)
    assert WHY in page(client.get(address(contact)))  # its agent reads why


def test_the_agent_who_comes_back_is_told_who_ended_it_and_keeps_the_words(client: Client) -> None:
    agent = personas.sign_in_staff(client, "agent")
    supervisor = personas.staff("supervisor", display_name="هدى القحطاني")
    contact = begun(agent)
    services.end_for_colleague(contact_id=contact.pk, reason=WHY, by=supervisor, now=NOW)
    answer = client.post(
        address(contact),
        {"action": "end", "outcome": "answered", "problem": PROBLEM, "solution": SOLUTION},
    )
    shown = page(answer)
    assert "هدى القحطاني" in shown
    assert SOLUTION in shown
    assert not KnownProblem.objects.exists()


def test_the_end_says_what_was_filed_before_and_is_taken_once() -> None:
    agent, supervisor = personas.staff("agent"), personas.staff("supervisor")
    contact = with_ticket(begun(agent))
    ended = services.end_for_colleague(contact_id=contact.pk, reason=WHY, by=supervisor, now=NOW)
    assert ended.outcome == Outcome.TICKET
    with pytest.raises(ContactIsOver):
        services.end_for_colleague(contact_id=contact.pk, reason=WHY, by=supervisor, now=NOW)
    assert contact.events.filter(step=ContactStep.ENDED_FOR).count() == 1


def test_only_who_leads_ends_what_a_colleague_has(client: Client) -> None:
    contact = begun(personas.staff("agent"))
    for role in ("agent", "caseworker", "auditor"):
        personas.sign_in_staff(client, role)
        assert 'value="end_for"' not in page(client.get(address(contact)))
        answer = client.post(address(contact), {"action": "end_for", "reason": WHY})
        assert answer.status_code == 403, role
    contact.refresh_from_db()
    assert contact.is_open


@pytest.mark.parametrize(("minutes", "is_shown"), [(119, False), (121, True)])
def test_two_hours_make_a_contact_left_open(minutes: int, is_shown: bool) -> None:
    begun(personas.staff("agent"), NOW - timedelta(minutes=minutes))
    assert bool(left_open(now=NOW, most=8)) is is_shown


# A known problem that misleads ----------------------------------------------------------


def test_a_problem_out_of_use_is_offered_to_nobody_and_stays_where_it_was_named(
    client: Client,
) -> None:
    agent = personas.staff("agent")
    problem = known(agent)
    named = Contact.objects.get(known=problem)
    supervisor = personas.sign_in_staff(client, "supervisor")
    refused = client.post(address(problem), {"action": "withdraw", "reason": ""})
    assert refused.context["form"].errors
    client.post(address(problem), {"action": "withdraw", "reason": "تغيّر الإجراء."})
    problem.refresh_from_db()
    assert not problem.is_active
    assert suggested_problems("رمز الدخول") == []
    assert problem.problem in page(client.get("/admin/portal/knownproblem/?state=out"))
    assert problem.problem not in page(client.get("/admin/portal/knownproblem/?state=used"))

    client.force_login(agent, backend=personas.STAFF_BACKEND)
    shown = page(client.get(address(named)))
    assert SOLUTION in shown
    assert address(problem) in shown
    assert "تغيّر الإجراء." in page(client.get(address(problem)))
    fresh = begun(agent)
    used = client.post(address(fresh), {"action": "end", "use": str(problem.pk), "problem": "رمز"})
    assert used.context["outcome_form"]["solution"].value() == ""  # the page was older
    end = {"action": "end", "outcome": "answered", "problem": PROBLEM, "solution": SOLUTION}
    done = page(client.post(address(fresh), end, follow=True))
    assert "هذه المشكلة موقوفة" in done
    problem.refresh_from_db()
    assert (problem.is_active, problem.uses) == (False, 2)

    put_back_problem(known_id=problem.pk, reason="عاد الإجراء.", by=supervisor, now=NOW)
    assert suggested_problems("رمز الدخول") == [problem]
    steps = [(each.step, each.actor, each.reason) for each in problem.events.all()]
    assert steps == [
        (KnownStep.WITHDRAWN, supervisor, "تغيّر الإجراء."),
        (KnownStep.PUT_BACK, supervisor, "عاد الإجراء."),
    ]


def test_the_second_of_two_is_told_and_only_who_leads_may(client: Client) -> None:
    problem = known(personas.staff("agent"))
    for role in ("agent", "caseworker", "auditor"):
        personas.sign_in_staff(client, role)
        answer = client.post(address(problem), {"action": "withdraw", "reason": WHY})
        assert answer.status_code == 403, role
    supervisor = personas.sign_in_staff(client, "supervisor")
    withdraw_problem(known_id=problem.pk, reason=WHY, by=supervisor, now=NOW)
    again = client.post(address(problem), {"action": "withdraw", "reason": "سبب آخر"})
    assert again.status_code == 200
    assert WHY in page(again)
    assert "سبب آخر" in page(again)
    with pytest.raises(KnownAlready):
        withdraw_problem(known_id=problem.pk, reason=WHY, by=supervisor, now=NOW)
    assert problem.events.count() == 1


def test_the_database_keeps_why_a_problem_went_out_of_use() -> None:
    by = personas.staff("supervisor")
    withdraw_problem(known_id=known(by).pk, reason=WHY, by=by, now=NOW)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        KnownProblemEvent.objects.all().delete()
