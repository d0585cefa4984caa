"""What is left behind: words of a session that ran out, cases of who left or lost a role."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from beneficiaries.models import User
from objections.services.review import return_proposal
from portal.models import WorkItem
from sawtak.models import Ticket
from sawtak.services import take_ticket
from tests import personas
from tests.objections import cases
from tests.sawtak import tickets
from tests.sawtak.test_two_at_once import address, opened

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-password-of-staff-7"
WORDS = "نعيد الإيداع غدًا إلى الحساب نفسه."


def with_password(role: str = "agent", **fields: Any) -> User:
    user = personas.staff(role, **fields)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, user: User, url: str) -> Any:
    form = {"username": user.username, "password": PASSWORD, "next": url}
    return client.post(f"/admin/login/?next={url}", form, follow=True)


def run_out(client: Client) -> None:
    """Let the session end as it does: the browser drops its cookie in the same second."""
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.cookies["session"]["max-age"] == settings.SESSION_COOKIE_AGE
    del client.cookies["session"]


@pytest.fixture
def agent(client: Client) -> User:
    user = with_password()
    sign_in(client, user, "/admin/")
    return user


# A session that ran out -----------------------------------------------------------------


def test_an_answer_survives_signing_in_again(client: Client, agent: User) -> None:
    ticket = tickets.file()
    seen = opened(client, ticket)
    run_out(client)
    away = client.post(address(ticket), {"action": "answer", "text": WORDS, **seen})
    assert away.url.startswith("/admin/login/")
    page = sign_in(client, agent, address(ticket))
    assert page.context["answer_form"]["text"].value() == WORDS
    assert "انتهت جلستك" in tickets.page(page)
    assert ticket.messages.count() == 1  # nothing is sent by itself
    again = client.get(address(ticket))
    assert WORDS not in tickets.page(again)  # shown once
    sent = {"action": "answer", "text": WORDS, **opened(client, ticket)}
    assert client.post(address(ticket), sent).status_code == 302


def test_nobody_else_reads_what_somebody_wrote(client: Client, agent: User) -> None:
    ticket = tickets.file()
    opened(client, ticket)
    run_out(client)
    client.post(address(ticket), {"action": "answer", "text": WORDS})
    colleague = with_password()
    assert WORDS not in tickets.page(sign_in(client, colleague, address(ticket)))
    client.logout()
    assert WORDS not in tickets.page(sign_in(client, agent, address(ticket)))


def test_of_a_stranger_and_after_signing_out_nothing_is_kept(client: Client, agent: User) -> None:
    ticket = tickets.file()
    stranger = Client()
    stranger.post(address(ticket), {"action": "answer", "text": WORDS})
    assert Session.objects.count() == 1  # the agent's
    opened(client, ticket)
    cookies = {name: cookie.value for name, cookie in client.cookies.items()}
    client.logout()
    client.cookies.load(cookies)  # the other tab had no answer yet
    client.post(address(ticket), {"action": "answer", "text": WORDS})
    assert WORDS not in tickets.page(sign_in(client, agent, address(ticket)))


def test_who_lost_the_right_meanwhile_can_copy_the_words(client: Client, agent: User) -> None:
    ticket = tickets.file()
    opened(client, ticket)
    run_out(client)
    client.post(address(ticket), {"action": "answer", "text": WORDS})
    agent.groups.set([Group.objects.get(name="caseworker")])
    assert WORDS in tickets.page(sign_in(client, agent, address(ticket)))


# Who left, who lost a role ---------------------------------------------------------------


def held(agent: User) -> Ticket:
    ticket = tickets.file()
    return take_ticket(ticket_id=ticket.pk, agent=agent, seen_status="new", now=tickets.NOW)


def changed(holder: User, **fields: Any) -> Any:
    """Change an account on its page."""
    client = Client()
    client.force_login(personas.staff("administrator"), backend=personas.STAFF_BACKEND)
    url = f"/admin/beneficiaries/user/{holder.pk}/change/"
    form = client.get(url).context["adminform"].form
    typed = {name: form[name].value() for name in form.fields}
    hidden = {each.html_name: each.value() or "" for each in form.hidden_fields()}
    sent = {**typed, **hidden, **fields}
    return client.post(url, {k: v for k, v in sent.items() if v not in (None, False)}, follow=True)


def test_the_cases_of_who_leaves_go_back_to_the_queue_and_their_team() -> None:
    agent, caseworker = personas.staff("agent"), personas.staff("caseworker")
    ticket, done = held(agent), tickets.file()
    owner = personas.head()
    objection = cases.taken(cases.submitted(cases.result_of(owner), owner), caseworker)
    page = tickets.page(changed(agent, is_active=False))
    assert "عادت حالة مفتوحة واحدة إلى القائمة" in page
    ticket.refresh_from_db()
    assert (ticket.assigned_to, ticket.status) == (None, "in_progress")
    last = ticket.events.last()
    assert (last.kind, last.reason) == ("put_back", str(agent))
    assert WorkItem.objects.get(ticket=ticket).assigned_to is None
    assert done.events.count() == 1
    changed(caseworker, groups=[Group.objects.get(name="agent").pk])
    objection.refresh_from_db()
    assert objection.assigned_to is None
    assert objection.events.last().kind == "put_back"


def test_another_name_takes_nobodys_cases_away() -> None:
    agent = personas.staff("agent")
    ticket = held(agent)
    changed(agent, display_name="اسم آخر")
    ticket.refresh_from_db()
    assert ticket.assigned_to == agent


def test_a_proposed_decision_stays_until_its_approver_returns_it() -> None:
    caseworker = personas.staff("caseworker")
    owner = personas.head()
    objection = cases.submitted(cases.result_of(owner), owner)
    decision = cases.proposed(objection, caseworker)
    changed(caseworker, is_active=False)
    objection.refresh_from_db()
    assert objection.assigned_to == caseworker
    # Returned, it is nobody's: who proposed it has left.
    return_proposal(
        objection_id=objection.pk,
        decision_id=decision.pk,
        approver=personas.staff("approver"),
        note="أضف سبب القبول.",
        seen=cases.seen(objection),
        now=cases.NOW,
    )
    objection.refresh_from_db()
    assert objection.assigned_to is None
    kinds = objection.events.order_by("-id").values_list("kind", flat=True)
    assert list(kinds[:2]) == ["put_back", "returned"]
