"""The queue of work as staff see it, and a case's place in it on the page of the case."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from beneficiaries.models import User
from objections.models import Objection
from portal.work.clock import fill_due
from portal.work.kinds import Priority
from portal.work.models import RoutingRule, WorkItem, WorkLook
from portal.work.presence import LOOKS_FOR, version_of
from portal.work.services import escalate, put_off
from portal.work.sweeping import sweep_work
from saudi.gregorian import riyadh_today
from sawtak.models import Category, Ticket, TicketMessage
from sawtak.services import close_ticket, take_ticket
from tests import personas
from tests.portal.working import objection_filed, queued, team_of
from tests.sawtak import tickets

pytestmark = pytest.mark.django_db

QUEUE = "/admin/portal/workitem/"


def browser(role: str) -> Client:
    client = Client()
    personas.sign_in_staff(client, role)
    return client


def user_in(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


def shown(client: Client, **query: str) -> str:
    response = client.get(QUEUE, query)
    assert response.status_code == 200
    return str(response.content.decode())


def filed(**fields: Any) -> Ticket:
    return tickets.file(now=timezone.now(), **fields)


def case_page(ticket: Ticket) -> str:
    return reverse("admin:sawtak_ticket_change", args=[ticket.pk])


def taken_by(client: Client) -> Ticket:
    ticket = filed()
    take_ticket(
        ticket_id=ticket.pk,
        agent=user_in(client),
        seen_status="new",
        now=timezone.now(),
    )
    return ticket


def test_both_kinds_stand_in_one_list_in_the_order_of_their_days() -> None:
    ticket = filed()
    case = objection_filed(now=timezone.now())
    fill_due()
    WorkItem.objects.filter(objection=case).update(due_on=riyadh_today() - timedelta(days=1))
    page = shown(browser("supervisor"), view="all")
    assert page.index(str(case.reference)) < page.index(ticket.reference)
    assert case_page(ticket) in page
    assert reverse("admin:objections_objection_change", args=[case.pk]) in page
    page = shown(browser("supervisor"), view="all", city="الرياض")
    assert ticket.reference not in page
    assert str(case.reference) in page


def test_a_role_sees_its_kinds_and_nobody_else_the_queue() -> None:
    ticket, case = filed(), objection_filed(now=timezone.now())
    page = shown(browser("supervisor"), view="all")
    assert ticket.reference in page
    assert str(case.reference) in page
    assert browser("administrator").get(QUEUE).status_code == 403
    assert Client().get(QUEUE).status_code == 302


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ({"matter": "tickets"}, True),
        ({"matter": "payments"}, True),
        ({"matter": "objections"}, False),
        ({"channel": "web"}, True),
        ({"channel": "phone"}, False),
        ({"priority": "1"}, True),
        ({"priority": "3"}, False),
        ({"view": "nobody"}, True),
        ({"view": "mine"}, False),
        ({"view": "<script>"}, True),
        ({"team": "999999"}, True),
    ],
)
def test_the_list_is_narrowed_by_what_an_address_offers(
    query: dict[str, str], is_found: bool
) -> None:
    RoutingRule.objects.create(matter="payments", priority=Priority.URGENT)
    ticket = filed(category=Category.PAYMENTS)
    page = shown(browser("supervisor"), **{"view": "all"} | query)
    assert (ticket.reference in page) == is_found


def test_a_page_costs_the_same_with_more_cases(django_assert_max_num_queries: Any) -> None:
    client = browser("supervisor")
    for _each in range(3):
        filed()
        objection_filed(now=timezone.now())
    shown(client, view="all")
    with django_assert_max_num_queries(15):
        shown(client, view="all")


def test_the_button_takes_what_is_due_first_and_opens_it() -> None:
    client, ticket = browser("agent"), filed()
    response = client.post(f"{QUEUE}next/", follow=True)
    assert response.redirect_chain[-1][0] == case_page(ticket)
    assert queued(ticket).assigned_to == user_in(client)
    response = client.post(f"{QUEUE}next/", follow=True)
    assert "لا توجد حالة تنتظرك" in response.content.decode()
    assert client.get(f"{QUEUE}next/").status_code == 405
    assert browser("auditor").post(f"{QUEUE}next/").status_code == 403


def test_a_row_of_the_queue_leads_to_its_case() -> None:
    ticket = filed()
    response = browser("agent").get(f"{QUEUE}{queued(ticket).pk}/change/")
    assert (response.status_code, response["Location"]) == (302, case_page(ticket))
    assert browser("agent").get(f"{QUEUE}999999/change/").status_code == 404


# On the page of a case ------------------------------------------------------------------


def test_a_case_is_put_off_and_brought_back_on_its_page() -> None:
    client = browser("agent")
    ticket = taken_by(client)
    fill_due()
    until = queued(ticket).due_on
    assert until is not None
    sent = {"action": "put_off", "later-until": until.isoformat(), "later-note": "رد البنك"}
    page = client.post(case_page(ticket), sent, follow=True).content.decode()
    assert "أُجّلت الحالة" in page
    assert "رد البنك" in page
    assert queued(ticket).snoozed_until == until
    client.post(case_page(ticket), {"action": "take_up"})
    assert queued(ticket).snoozed_until is None


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"later-until": "1999-01-01", "later-note": "رد البنك"}, "اختر يومًا من الأيام المعروضة"),
        ({"later-until": "", "later-note": "رد البنك"}, "اختر يومًا"),
        ({"later-until": "لا", "later-note": "رد البنك"}, "اختر يومًا من الأيام المعروضة"),
    ],
)
def test_a_wrong_day_keeps_what_was_written(sent: dict[str, str], said: str) -> None:
    client = browser("agent")
    ticket = taken_by(client)
    response = client.post(case_page(ticket), {"action": "put_off", **sent})
    page = response.content.decode()
    assert response.status_code == 200
    assert said in page
    assert "رد البنك" in page
    assert queued(ticket).snoozed_until is None


@pytest.mark.parametrize(
    ("name", "field"),
    [("escalate", "up-note"), ("give_to_team", "team-note"), ("put_off", "later-note")],
)
def test_what_is_missing_in_the_queue_forms_is_said_above_both_pages(name: str, field: str) -> None:
    lead = browser("supervisor")
    ticket, case = taken_by(lead), objection_filed(now=timezone.now())
    for address in (
        case_page(ticket),
        reverse("admin:objections_objection_change", args=[case.pk]),
    ):
        page = lead.post(address, {"action": name}).content.decode()
        assert "<title>خطأ:" in page
        assert f'href="#id_{field}"' in page


def test_the_days_a_case_comes_back_on_fit_the_width_of_their_choice() -> None:
    client = browser("agent")
    page = client.get(case_page(taken_by(client))).content.decode()
    offered = re.findall(r'<option value="\d{4}-\d\d-\d\d"[^>]*>([^<]+)', page)
    assert offered
    assert [label for label in offered if "هـ" in label] == []


def test_an_escalation_is_seen_and_ended_by_a_supervisor() -> None:
    client, lead = browser("agent"), browser("supervisor")
    ticket = taken_by(client)
    client.post(case_page(ticket), {"action": "escalate", "up-note": "قضية إعلامية"})
    assert ticket.reference in shown(lead, view="escalated")
    assert "قضية إعلامية" in lead.get(case_page(ticket)).content.decode()
    sent = {"action": "settle", "settled-note": "أتواصل معه اليوم"}
    assert client.post(case_page(ticket), sent).status_code == 403
    lead.post(case_page(ticket), sent)
    assert queued(ticket).escalated_at is None


def test_a_supervisor_gives_an_objection_to_a_team() -> None:
    lead = browser("supervisor")
    case, team = objection_filed(now=timezone.now()), team_of()
    sent = {
        "action": "give_to_team",
        "team-team": str(team.pk),
        "team-priority": "1",
        "team-note": "أسرة بلا دخل",
    }
    address = reverse("admin:objections_objection_change", args=[case.pk])
    page = lead.post(address, sent, follow=True).content.decode()
    assert "أسرة بلا دخل" in page
    assert (queued(case).team, queued(case).priority) == (team, Priority.URGENT)
    assert case.reference is not None
    assert case.reference in shown(lead, view="all", team=str(team.pk))
    nobodys = objection_filed(now=timezone.now())
    of_no_team = shown(lead, view="all", team="none")
    assert (str(nobodys.reference) in of_no_team, case.reference in of_no_team) == (True, False)


def test_what_somebody_else_did_first_is_told() -> None:
    client = browser("agent")
    ticket = taken_by(client)
    WorkItem.objects.filter(ticket=ticket).update(assigned_to=personas.staff("agent"))
    page = client.post(case_page(ticket), {"action": "escalate", "up-note": "س"}).content.decode()
    assert "هذه الحالة ليست عندك" in page


def test_put_off_cases_of_both_kinds_are_in_their_view() -> None:
    lead = browser("supervisor")
    user, now = user_in(lead), timezone.now()
    case, ticket = objection_filed(now=now), filed()
    fill_due()
    for kind, each in (("objection", case), ("ticket", ticket)):
        put_off(
            kind=kind,
            case_id=each.pk,
            by=user,
            until=riyadh_today() + timedelta(days=1),
            note="رد الجهة",
            now=now,
        )
        escalate(kind=kind, case_id=each.pk, by=user, note="عاجلة", now=now)
    page = shown(lead, view="later")
    assert ticket.reference in page
    assert str(Objection.objects.get(pk=case.pk).reference) in page
    assert ticket.reference not in shown(lead, view="escalated")


# The rules ------------------------------------------------------------------------------


def test_an_administrator_writes_a_rule_and_a_wrong_one_is_refused() -> None:
    client, team = browser("administrator"), team_of()
    address = reverse("admin:portal_routingrule_add")
    sent = {
        "position": "1",
        "kind": "ticket",
        "matter": "result",
        "team": str(team.pk),
        "priority": "2",
        "is_active": "on",
    }
    assert "ليس من النوع الذي اخترته" in client.post(address, sent).content.decode()
    page = client.post(address, sent | {"matter": "payments"}, follow=True).content.decode()
    assert "حُفظت القاعدة" in page
    assert queued(filed(category=Category.PAYMENTS)).team == team
    assert browser("agent").get(address).status_code == 403


# Two at once ----------------------------------------------------------------------------


def looked_at(client: Client, ticket: Ticket, version: str = "") -> str:
    address = reverse("admin:portal_workitem_looking", args=["ticket", ticket.pk])
    response = client.post(address, {"version": version or version_of("ticket", ticket.pk)})
    assert response.status_code == 200
    return str(response.content.decode())


def test_who_else_looks_at_a_case_is_shown_while_they_do() -> None:
    first, second = browser("agent"), browser("supervisor")
    ticket = filed()
    assert "مفتوحة الآن" not in first.get(case_page(ticket)).content.decode()
    page = second.get(case_page(ticket)).content.decode()
    assert str(user_in(first)) in page
    assert str(user_in(second)) in looked_at(first, ticket)
    WorkLook.objects.filter(user=user_in(second)).update(seen_at=timezone.now() - LOOKS_FOR)
    assert str(user_in(second)) not in looked_at(first, ticket)


@pytest.mark.parametrize("change", ["words", "step"])
def test_a_change_of_the_case_is_told_to_whoever_has_it_open(change: str) -> None:
    client = browser("agent")
    ticket = taken_by(client)
    before = version_of("ticket", ticket.pk)
    assert "تغيّرت" not in looked_at(client, ticket, before)
    if change == "words":
        TicketMessage.objects.create(ticket=ticket, text="زيادة", written_at=timezone.now())
    else:
        close_ticket(
            ticket_id=ticket.pk,
            agent=user_in(client),
            reason="مكرر",
            seen_status="in_progress",
            now=timezone.now(),
        )
    assert "تغيّرت" in looked_at(client, ticket, before)


@pytest.mark.parametrize(
    ("kind", "pk", "status"),
    [("ticket", 1, 403), ("objection", 1, 403), ("person", 1, 404), ("ticket", 10**30, 404)],
)
def test_who_looks_is_told_to_those_who_may_see_the_case(kind: str, pk: int, status: int) -> None:
    address = reverse("admin:portal_workitem_looking", args=[kind, pk])
    assert browser("administrator").post(address).status_code == status
    assert browser("administrator").get(address).status_code == 405
    assert not WorkLook.objects.exists()


def test_old_looks_are_taken_away() -> None:
    client, ticket = browser("agent"), filed()
    client.get(case_page(ticket))
    WorkLook.objects.update(seen_at=timezone.now() - timedelta(hours=2))
    sweep_work(now=timezone.now())
    assert not WorkLook.objects.exists()


@pytest.mark.parametrize("role", ["supervisor", "auditor"])
def test_whoever_may_only_read_a_rule_reads_it_in_the_words_of_the_list(role: str) -> None:
    rule = RoutingRule.objects.create(matter="payments", priority=Priority.URGENT)
    page = browser(role).get(reverse("admin:portal_routingrule_change", args=[rule.pk]))
    text = page.content.decode()
    assert "الدفعات المالية" in text
    assert "بلا فريق · عاجلة" in text
    assert "payments" not in text
