"""What tests ask of the demonstration."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from io import StringIO

from django.core.management import call_command
from django.db.models.functions import Coalesce
from django.test import override_settings

from beneficiaries.models import (
    Cycle,
    EligibilityResult,
    PaymentLine,
    Person,
)
from notifications.models import (
    Message,
    PhoneMessage,
)
from objections.models import (
    Objection,
    ObjectionEvent,
)
from objections.statuses import ObjectionStatus
from portal.demo import people
from saudi.gregorian import RIYADH, riyadh_date
from sawtak.models import Ticket, TicketEvent
from sawtak.statuses import TicketStatus

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=RIYADH)

PASSWORD = "a demonstration's password"


def contestable(national_id: str) -> list[EligibilityResult]:
    """Give a person's results that are not eligible, the newest last."""
    return list(
        EligibilityResult.objects.current()
        .filter(person__national_id=national_id, status="ineligible")
        .order_by("cycle__code")
    )


@contextmanager
def quick_passwords() -> Iterator[None]:
    """Hash the staff's password quickly: how slowly it is hashed is not what is tested here."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


def load() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def check_accounts(today: date) -> None:
    """Judge the states of the accounts, whatever the day is."""
    [sara] = contestable(people.SARA)
    assert sara.cycle == Cycle.objects.first()
    assert sara.reason_codes == ["LEASE_NOT_PROVEN"]
    assert sara.filing_deadline - today > timedelta(days=40)
    assert not Objection.objects.filter(person__household=sara.person.household).exists()

    [khalid] = contestable(people.KHALID)
    assert (khalid.announced_on, khalid.filing_deadline) == (today - timedelta(days=90), today)
    assert not Objection.objects.filter(person=khalid.person).exists()

    [resident] = contestable(people.RESIDENT)
    assert resident.filing_deadline == today - timedelta(days=1)
    assert [o.status for o in resident.objections.all()] == [ObjectionStatus.STOPPED]
    assert Message.objects.filter(recipient="+966500000003", template="draft_stopped").exists()

    assert contestable(people.PAID_SHORT) == []
    head = Person.objects.get(national_id=people.PAID_SHORT)
    newest = PaymentLine.objects.current().filter(person=head).order_by("-paid_on")[0]
    assert (newest.status, newest.reason_codes) == ("paid", ["ABSENCE_DEDUCTION"])
    assert newest.is_short
    assert newest.counted_from <= today <= newest.filing_deadline
    assert not newest.objections.exists()

    [dependant] = contestable(people.ADULT_DEPENDANT)
    assert dependant.reason_codes == ["SHELTER"]
    assert dependant.person.household == sara.person.household

    objection = Objection.objects.get(person__national_id=people.ASKED_FOR_DOCUMENTS)
    assert objection.status == ObjectionStatus.DOCUMENTS_WANTED
    assert objection.documents_due_on > today
    ticket = Ticket.objects.get(person__national_id=people.ASKED_FOR_DOCUMENTS)
    assert (ticket.status, ticket.identity_match) == (TicketStatus.ANSWERED, "full")


def check_order_of_time() -> None:
    """Judge that rows were made in the order of their instants, each after its cause."""
    for times in (
        # A paper is entered after it came.
        Objection.objects.order_by("id").values_list(
            Coalesce("entered_at", "opened_at"), flat=True
        ),
        ObjectionEvent.objects.order_by("id").values_list("at", flat=True),
        Ticket.objects.order_by("id").values_list("received_at", flat=True),
        TicketEvent.objects.order_by("id").values_list("at", flat=True),
        PhoneMessage.objects.filter(message__campaign=None)
        .order_by("id")
        .values_list("received_at", flat=True),
    ):
        assert list(times) == sorted(times)
    for objection in Objection.objects.select_related("result", "payment"):
        assert riyadh_date(objection.opened_at) >= objection.counted_from
        is_exempted = objection.exemption_id is not None
        assert is_exempted or riyadh_date(objection.opened_at) <= objection.deadline


def check_messages(now: datetime) -> None:
    """Judge that what arrived lies on the phone, once, and that nothing came after now."""
    arrived = Message.objects.filter(status__in=("sent", "delivered"))
    assert arrived.count() == PhoneMessage.objects.count() > 0
    assert not arrived.exclude(gateway="phone").exists()
    assert not arrived.filter(sent_at__gt=now).exists()
    assert arrived.filter(attempts__outcome="sent").count() == arrived.count()
    assert not Message.objects.filter(queued_at__gt=now).exists()
    assert not ObjectionEvent.objects.filter(at__gt=now).exists()
    assert not TicketEvent.objects.filter(at__gt=now).exists()
