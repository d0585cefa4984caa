"""What the pages of staff cost, of whoever has the most, for every reader.

Each page is shown for somebody of whom there is a row of every kind that it shows, and each of its
statements is asked of the planner, with sequential scans off: none may need to read a large table.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from beneficiaries.models import (
    ConfirmedNationalId,
    EligibilityResult,
    PaymentLine,
    Person,
    PersonChange,
    User,
)
from documents.models import Document, DocumentPage
from notifications.mail.models import Mail, MailAddress
from notifications.models import DoubtfulNumber, Message, StoppedNumber, StopWord
from objections.models import (
    BackPayLine,
    Decision,
    FilingExemption,
    LateAttempt,
    Objection,
    ObjectionDocument,
    ObjectionEvent,
    Team,
)
from objections.services.second_looks import ask_second_look
from objections.statuses import ObjectionStatus
from portal.models import CallTask, Contact, PersonFlag, PersonNote, PersonView, WorkEvent, WorkItem
from portal.people.services import set_flag, write_note
from portal.people.statuses import FlagKind
from portal.work.services import escalate
from sawtak.models import (
    Ticket,
    TicketAttachment,
    TicketEvent,
    TicketMessage,
    TicketNote,
    TicketRating,
    TicketRepeat,
)
from sawtak.services import add_note, take_ticket
from sawtak.services.joining import link_tickets, merge_ticket
from tests import personas
from tests.factories import PaymentLineFactory, ResultFactory
from tests.objections import cases
from tests.sawtak import tickets

pytestmark = pytest.mark.django_db

MOST_STATEMENTS: Final = 15
NOW: Final = cases.NOW
TODAY: Final = NOW.date()

LARGE: Final[tuple[type[Model], ...]] = (
    *(Person, PersonChange, EligibilityResult, PaymentLine, User, Document, DocumentPage),
    *(Message, Mail, MailAddress, DoubtfulNumber, StoppedNumber, StopWord),
    *(Objection, ObjectionDocument, ObjectionEvent, Decision, BackPayLine, LateAttempt),
    *(Ticket, TicketMessage, TicketEvent, TicketAttachment, TicketNote, TicketRepeat),
    *(TicketRating, CallTask, Contact, PersonFlag, PersonNote, PersonView, WorkItem, WorkEvent),
)
"""The tables that grow with the country."""


def facts_of(person: Person) -> dict[str, Any]:
    """Give what a person writes of themselves in a ticket."""
    names = ("mobile", "national_id", "full_name", "birth_date")
    return {name: getattr(person, name) for name in names} | {"now": NOW}


def flag(person: Person) -> None:
    """Set two flags on a person."""
    until = TODAY + timedelta(days=9)
    for kind in list(FlagKind)[:2]:
        by = personas.staff("supervisor")
        set_flag(person=person, kind=kind, reason="سبب التنبيه", until=until, by=by, now=NOW)


@pytest.fixture
def everybody(settings: Settings) -> Person:
    """Give somebody of whom there is a row of each kind that a person's page shows."""
    settings.EMAIL_BY = "mailbox"
    person = personas.head(national_id="1000000009")
    agent = personas.staff("agent")
    ConfirmedNationalId.objects.create(
        national_id=person.national_id, proof="خطاب السجل", confirmed_by=agent, confirmed_at=NOW
    )
    personas.adult_of(person)
    personas.child_of(person)
    result = ResultFactory.create(person=person)
    line = PaymentLineFactory.create(person=person)
    for row, track in ((result, "result"), (line, "payment")):
        cases.submitted(row, person)
        last_day = row.filing_deadline
        LateAttempt.objects.create(
            **{track: row},
            person=person,
            on=last_day + timedelta(days=1),
            at=NOW,
            last_day=last_day,
            channel="online",
        )
    ticket = tickets.file(**facts_of(person))
    message = Message.objects.filter(person_id=person.pk).earliest("id")
    CallTask.objects.create(
        message=message,
        matter="answer",
        person=person,
        mobile=person.mobile,
        ticket=ticket,
        call_by=TODAY,
        opened_at=NOW,
    )
    Contact.objects.create(
        submission=uuid4(), channel="phone", agent=agent, person=person, started_at=NOW
    )
    keep_numbers(person)
    change_city(person)
    write_note(person=person, text="جارتها ترد على الجوال عنها.", by=agent, now=NOW)
    flag(person)
    return person


def keep_numbers(person: Person) -> None:
    """Have a mobile be doubtful and stopped, and an address with a mail."""
    DoubtfulNumber.objects.create(mobile=person.mobile, since=NOW, reason="twilio 30005")
    StoppedNumber.objects.create(mobile=person.mobile, since=NOW, word="قف")
    StopWord.objects.create(
        mobile=person.mobile, is_stop=True, word="قف", at=NOW, gateway="twilio", gateway_id="1"
    )
    MailAddress.objects.create(person_id=person.pk, address="sara@example.com", proved_at=NOW)
    Mail.objects.create(
        event="costs:1",
        person_id=person.pk,
        address="sara@example.com",
        template="ticket_received",
        language="ar",
        subject="وصل طلبك",
        body="وصل طلبك.",
        queued_at=NOW,
        not_before=NOW,
    )


def change_city(person: Person) -> None:
    """Have a person change their city on the day of the page."""
    PersonChange.objects.create(
        person=person,
        field="city",
        old_value="جدة",
        new_value="الرياض",
        source="owner",
        changed_at=NOW,
    )


@pytest.fixture
def ticket() -> Ticket:
    """Give a ticket that somebody has, with a row of each kind that its page shows."""
    person = personas.head()
    facts = facts_of(person)
    agent = personas.staff("agent")
    first = tickets.file(attachments=[tickets.checked()], **facts)
    same = tickets.file(message="لم تصل الدفعة بعد.", **facts)
    other = tickets.file(message="كيف أحدّث رقم الحساب؟", **facts)
    take_ticket(ticket_id=first.pk, agent=agent, seen_status="new", now=NOW)
    merge_ticket(ticket_id=same.pk, into_id=first.pk, by=agent, seen_status="new", now=NOW)
    link_tickets(ticket_id=first.pk, other_id=other.pk, by=agent, now=NOW)
    add_note(ticket_id=first.pk, author=agent, text="اتصلنا بالمصرف.", now=NOW)
    TicketRating.objects.create(ticket=first, stars=3, rated_at=NOW)
    TicketRepeat.objects.create(ticket=first, sent_at=NOW, submission_key="again")
    flag(person)
    in_a_team(WorkItem.objects.get(ticket=first))
    first.refresh_from_db()
    return first


def in_a_team(item: WorkItem) -> None:
    """Have a case be a team's and escalated."""
    item.team = Team.objects.create(name_ar="فريق الدفعات", name_en="Payments team")
    item.save(update_fields=["team"])
    case = item.objection or item.ticket
    assert case is not None
    lead = personas.staff("supervisor")
    escalate(kind=item.kind, case_id=case.pk, by=lead, note="تأخرت كثيرًا", now=NOW)


@pytest.fixture
def case() -> Objection:
    """Give a case in its second look, with a row of each kind that its page shows."""
    person = personas.head()
    PaymentLineFactory.create(
        cycle__code="2026-10", paid_on=TODAY, person=person, entitled_sar=0, paid_sar=0
    )
    adult = personas.adult_of(person)
    cases.submitted(cases.result_of(adult), adult)
    tickets.file(**facts_of(person))
    filed = cases.submitted(cases.result_of(person), person)
    as_entered_late(filed)
    link = filed.documents.get()
    DocumentPage.objects.create(document=link.document, number=1, width=8, height=8)
    decided = cases.decided(
        filed,
        personas.staff("caseworker"),
        decision=ObjectionStatus.PARTLY_ACCEPTED,
        back_pay={"2026-10": Decimal("720.50")},
    )
    ask_second_look(
        objection=decided,
        asked_by=person,
        actor=personas.user_of(person),
        statement="لم يُقرأ المستند الثاني.",
        checked=[cases.pdf("آخر.pdf", pages=2)],
        now=NOW,
    )
    flag(person)
    change_city(person)
    in_a_team(WorkItem.objects.get(objection=decided))
    return decided


def as_entered_late(filed: Objection) -> None:
    """Have an objection be one that staff entered within an exemption."""
    exemption = FilingExemption.objects.create(
        result=filed.result,
        person=filed.person,
        last_day=TODAY + timedelta(days=99),
        reason="كان في المستشفى.",
        granted_by=personas.staff("supervisor"),
        granted_at=NOW,
        submission=uuid4(),
    )
    Objection.objects.filter(pk=filed.pk).update(
        exemption=exemption,
        entered_by=personas.staff("agent"),
        entered_at=NOW,
        channel="phone",
    )


def readers(*, has_it: User | None = None) -> list[User]:
    """Give somebody of each role, somebody who may do everything, and whoever has the case."""
    some = [personas.staff(role) for role in personas.ROLES]
    return [*some, personas.staff(is_superuser=True), *([has_it] if has_it else [])]


def statements(reader: User, address: str) -> tuple[list[str], str]:
    """Give the statements of a page and its text, or nothing where the reader may not see it.

    Without what is read once in some seconds. A reason is given where one is asked for.
    """
    client = Client()
    client.force_login(reader, backend=personas.STAFF_BACKEND)
    with time_machine.travel(NOW, tick=False):
        first = client.get(address)
        if first.status_code == 403:
            return [], ""
        if b'value="why"' in first.content:
            client.post(address, {"action": "why", "why": "audit", "reason": "مراجعة نوفمبر"})
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address)
    assert response.status_code == 200
    return [query["sql"] for query in captured], response.content.decode()


def reads_whole_table(asked: Iterable[str]) -> list[str]:
    """Give the statements of a page for which no index can name the rows of a large table."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for statement in asked:
            cursor.execute(f"EXPLAIN {statement}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            if any(f"Seq Scan on {model._meta.db_table} " in plan for model in LARGE):
                found.append(f"{statement}\n{plan}")
        cursor.execute("SET LOCAL enable_seqscan = on")
    return found


def test_the_planner_is_asked_a_question_that_can_be_answered_no() -> None:
    [found] = reads_whole_table(
        [
            "SELECT 1 FROM beneficiaries_person WHERE full_name = 'سارة'",
            "SELECT 1 FROM beneficiaries_person WHERE national_id = '1000000008'",
        ]
    )
    assert "full_name" in found


def hold(reader: User, address: str) -> str:
    """Hold the page of a reader to its cost and its plans; give its text."""
    asked, text = statements(reader, address)
    assert len(asked) <= MOST_STATEMENTS, (reader.username, "\n".join(asked))
    assert not [each for each in asked if each.startswith("DECLARE")]  # each is three
    assert not reads_whole_table(asked)
    return text


def shown_cards(text: str) -> set[str]:
    """Give the names of the cards of a page that are there."""
    names = ("results", "payments", "objections", "late", "tickets", "notes", "flags", "stops")
    more = ("mails", "calls", "contacts", "sms", "household", "changes", "look", "docs", "hist")
    of_case = ("earlier", "past", "prop", "queue", "steps", "conv", "rating", "other", "related")
    return {name for name in (*names, *more, *of_case) if f'id="{name}"' in text}


def test_person_of_whom_there_is_everything(everybody: Person) -> None:
    address = reverse("admin:beneficiaries_person_change", args=[everybody.pk])
    *_roles, last = [hold(reader, address) for reader in readers()]
    assert shown_cards(last) == {
        *("results", "payments", "objections", "late", "tickets", "notes", "flags", "stops"),
        *("mails", "calls", "contacts", "sms", "household", "changes"),
    }
    assert "لا يجتاز" in last


def test_ticket_of_which_there_is_everything(ticket: Ticket) -> None:
    address = reverse("admin:sawtak_ticket_change", args=[ticket.pk])
    *_roles, everything, _owner = [
        hold(reader, address) for reader in readers(has_it=ticket.assigned_to)
    ]
    assert shown_cards(everything) >= {
        *("conv", "rating", "notes", "hist", "other", "related", "queue", "steps")
    }
    assert "سبب التنبيه" in everything


@pytest.mark.parametrize("state", ["waits", "taken", "proposed"])
def test_case_of_which_there_is_everything(case: Objection, state: str) -> None:
    worker = personas.staff("caseworker", is_superuser=state == "taken")
    if state == "taken":
        cases.taken(case, worker)
    if state == "proposed":
        cases.proposed(case, worker, back_pay={"2026-10": Decimal(720)})
    address = reverse("admin:objections_objection_change", args=[case.pk])
    has_it = None if state == "waits" else worker
    texts = [hold(reader, address) for reader in readers(has_it=has_it)]
    everything = texts[len(personas.ROLES)]
    assert shown_cards(everything) >= {
        *("look", "docs", "hist", "earlier", "past", "tickets", "queue", "steps"),
        *(["prop"] if state == "proposed" else []),
    }
    assert "سبب التنبيه" in everything
    assert ("back_pay_2026-10" in texts[-1]) is (state == "taken")
