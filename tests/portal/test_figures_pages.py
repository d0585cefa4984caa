"""The page of the figures of the service: who sees it, what it says, where its numbers lead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client

from objections.statuses import ObjectionStatus
from portal.figures.counting import count_days
from portal.figures.models import PublicFigure
from portal.models import RoutingRule
from sawtak.services import answer_ticket, rate_ticket
from tests import personas
from tests.objections.cases import approved, proposed
from tests.personas import staff
from tests.portal.working import TUESDAY, filed, objection_filed, take, team_of
from tests.sawtak.tickets import page

pytestmark = pytest.mark.django_db

FIGURES = "/admin/portal/workitem/figures/"
BEHIND = f"{FIGURES}cases/"
LATER = TUESDAY + timedelta(hours=3)
DAY = "first_day=2026-11-24&last_day=2026-11-24"


@pytest.fixture(autouse=True)
def _on_the_tuesday() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


def signed_in(client: Client, role: str) -> Client:
    client.force_login(staff(role), backend=personas.STAFF_BACKEND)
    return client


def of_a_morning() -> tuple[str, str]:
    """Answer a ticket and decide an objection; count, and give their references."""
    agent, ticket = staff("agent"), filed()
    take(ticket, agent)
    answer_ticket(
        ticket_id=ticket.pk, agent=agent, text="تصل غدًا.", seen_status="in_progress", now=LATER
    )
    case = objection_filed()
    decision = proposed(case, staff("caseworker"), decision=ObjectionStatus.REJECTED, now=LATER)
    approved(decision, staff("approver"), now=LATER)
    case.refresh_from_db()
    count_days(days=1, now=LATER)
    return ticket.reference, str(case.reference)


@pytest.mark.parametrize(
    ("role", "may"),
    [("supervisor", True), ("auditor", True), ("agent", False), ("caseworker", False)],
)
def test_supervisors_and_auditors_see_the_figures(client: Client, role: str, may: bool) -> None:
    signed_in(client, role)
    assert (FIGURES in page(client.get("/admin/"))) is may
    for address in (FIGURES, f"{BEHIND}?{DAY}&measure=received"):
        assert client.get(address).status_code == (200 if may else 403)


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("days", [1, 7])
def test_each_number_leads_to_its_cases(client: Client, language: str, days: int) -> None:
    references = of_a_morning()
    signed_in(client, "supervisor")
    html = page(client.get(f"{language}{FIGURES}?days={days}"))
    links = {unescape(link) for link in re.findall(rf'href="([^"]*{BEHIND}[^"]*)"', html)}
    assert any("outcome=rejected" in link for link in links)
    for link in links:
        listed = page(client.get(link))
        assert any(reference in listed for reference in references) is ("day=2026-11-24&" in link)
    [answered] = [link for link in links if link.endswith("measure=answered") and days == 1] or [""]
    if answered:
        assert all(reference in page(client.get(answered)) for reference in references)


def test_the_cases_that_came_in_say_once_when(client: Client) -> None:
    of_a_morning()
    signed_in(client, "supervisor")
    columns = {
        measure: page(client.get(f"{BEHIND}?{DAY}&measure={measure}")).count('scope="col"')
        for measure in ("received", "answered")
    }
    assert columns == {"received": 3, "answered": 4}


def test_ratings_are_counted_for_the_team_and_lead_to_their_tickets(client: Client) -> None:
    agent = staff("agent")
    team = team_of(agent)
    for number, stars in enumerate((5, 4, 4), 1):
        ticket = filed(mobile=f"+96650000009{number}")
        take(ticket, agent)
        answer_ticket(
            ticket_id=ticket.pk, agent=agent, text="تصل غدًا.", seen_status="in_progress", now=LATER
        )
        rate_ticket(ticket_id=ticket.pk, stars=stars, comment="", now=LATER)
    unrated = filed(mobile="+966500000099")
    count_days(days=1, now=LATER)
    count_days(days=1, now=LATER)  # counted again it is the same
    signed_in(client, "supervisor")
    html = page(client.get(FIGURES))
    rated = {
        unescape(link)
        for link in re.findall(
            rf'href="([^"]*{BEHIND}[^"]*measure=rated[^"]*)"><bdi[^>]*>4\.3<', html
        )
    }
    assert any(f"team={team.pk}" in link for link in rated)
    assert any("matter=payments" in link for link in rated)
    for link in rated:
        listed = page(client.get(link))
        assert ticket.reference in listed
        assert unrated.reference not in listed
    # The public page says a mean from ten ratings on.
    PublicFigure.objects.update_or_create(
        kind="ticket",
        channel="",
        defaults={
            "first_day": LATER.date(),
            "last_day": LATER.date(),
            "answered": 40,
            "half_within": 2,
            "most_within": 9,
            "late": 1,
            "rated": 10,
            "stars": 43,
        },
    )
    assert "4.3" in page(client.get("/figures/"))
    PublicFigure.objects.update(rated=9)
    assert "4.3" not in page(client.get("/figures/"))


def test_nothing_counted_is_said(client: Client) -> None:
    html = page(signed_in(client, "supervisor").get(FIGURES))
    assert "لم تُحسب أرقام اليوم بعد" in html


def test_a_sensitive_reason_is_kept_from_who_may_not_see_it(client: Client) -> None:
    signed_in(client, "auditor")
    assert client.get(f"{BEHIND}?{DAY}&measure=answered&reason=UNKNOWN").status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        "",
        "measure=received",
        f"{DAY}&measure=waiting",
        f"{DAY}&measure=received&kind=person",
        f"{DAY}&measure=received&team=-1",
        f"{DAY}&measure=received&team=9999999999",
        f"{DAY}&measure=received&matter=%00",
        f"{DAY}&measure=received&outcome=draft",
        "first_day=2026-11-24&last_day=2026-11-23&measure=received",
        "first_day=2026-01-01&last_day=2026-11-23&measure=received",
        "first_day=0001-01-01&last_day=0001-01-02&measure=received",
    ],
)
def test_an_address_of_no_list_is_refused(client: Client, query: str) -> None:
    assert signed_in(client, "supervisor").get(f"{BEHIND}?{query}").status_code == 400


def test_days_that_are_no_span_are_refused(client: Client) -> None:
    assert signed_in(client, "supervisor").get(f"{FIGURES}?days=8").status_code == 400


def test_a_changed_rule_is_said_where_a_figure_leads_to_no_case(client: Client) -> None:
    ticket = filed()
    count_days(days=1, now=LATER)
    signed_in(client, "supervisor")
    link = f"{BEHIND}?{DAY}&measure=received&team=0"
    assert link in unescape(page(client.get(FIGURES)))
    assert ticket.reference in page(client.get(link))
    RoutingRule.objects.create(position=1, team=team_of(staff("agent")))
    html = page(client.get(link))
    assert "تُحسب هذه الحالات الآن لفريق آخر" in html
    (every,) = re.findall(r'href="([^"]*measure=received)"', unescape(html))
    assert ticket.reference in page(client.get(every))
    answered = page(client.get(f"{BEHIND}?{DAY}&measure=answered&team=0"))
    assert "في فريق آخر الآن" in answered
