"""A ticket's files between their arrival and the scanner's word: who sees, opens and is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from documents.intake import CheckedFile, check_upload
from documents.models import Document
from documents.scanning import scan_waiting
from notifications.models import Message
from sawtak.attachments import tell_of_refused
from sawtak.models import Ticket
from sawtak.services import ask_sender, close_ticket, reply_from_sender, withdraw_ticket
from sawtak.tasks import tell
from tests.documents.files import upload
from tests.documents.scanner import Scanner, harmful_pdf, running_scanner
from tests.factories import StaffFactory
from tests.personas import head, sign_in, sign_in_staff
from tests.sawtak.tickets import NOW, checked, file, page, texts_sent

pytestmark = pytest.mark.django_db

TOLD = "ticket_file_refused"
WAITS, FINE, REFUSED = "وصل، وينتظر الفحص", "وصل وفُحص", "لم يُقبل"
HARMFUL = "في هذا الملف شيء ضار، ولن يفتحه أحد."


@pytest.fixture(autouse=True)
def scanner(settings: Settings, tmp_path: Path) -> Iterator[Scanner]:
    default = settings.STORAGES["default"]
    storage = {**default, "OPTIONS": {**default["OPTIONS"], "location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    with running_scanner() as running:
        settings.CLAMAV_ADDRESS = running.address
        yield running


def harmful(name: str = "ضار.pdf") -> CheckedFile:
    return check_upload(upload(name, harmful_pdf()))


def own_ticket(client: Client, *files: CheckedFile) -> Ticket:
    """File as somebody of the register whose browser is signed in, so that they read all of it."""
    person = head()
    sign_in(client, person)
    return file(
        attachments=list(files),
        national_id=person.national_id,
        birth_date=person.birth_date,
        mobile=person.mobile,
    )


def urls_of(ticket: Ticket) -> list[tuple[str, str]]:
    """Give the sender's and the staff's address of each file."""
    kept = Document.objects.filter(of_ticket__message__ticket=ticket).order_by("id")
    return [
        (
            reverse("sawtak:attachment", args=[ticket.reference, document.uuid]),
            reverse("admin:sawtak_ticket_document", args=[ticket.pk, document.uuid]),
        )
        for document in kept
    ]


@pytest.mark.parametrize(
    ("is_harmful", "is_scanned", "said", "sender_opens", "staff_open"),
    [
        pytest.param(False, False, WAITS, True, False, id="waits"),
        pytest.param(False, True, FINE, True, True, id="fine"),
        pytest.param(True, True, REFUSED, False, False, id="refused"),
    ],
)
def test_page_says_the_state_and_links_only_what_opens(
    client: Client,
    is_harmful: bool,
    is_scanned: bool,
    said: str,
    sender_opens: bool,
    staff_open: bool,
) -> None:
    ticket = own_ticket(client, harmful() if is_harmful else checked())
    if is_scanned:
        assert scan_waiting(now=NOW) == 1
    [(own_url, staff_url)] = urls_of(ticket)
    seen = page(client.get(reverse("sawtak:ticket", args=[ticket.reference])))
    assert said in seen
    assert (own_url in seen) == sender_opens
    assert (HARMFUL in seen) == is_harmful
    assert (client.get(own_url).status_code == 200) == sender_opens
    sign_in_staff(client, "agent")
    seen = page(client.get(reverse("admin:sawtak_ticket_change", args=[ticket.pk])))
    assert said in seen
    assert (staff_url in seen) == staff_open
    assert ("وجد الفاحص" in seen) == is_harmful
    assert (client.get(staff_url).status_code == 200) == staff_open


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("status", "advice"),
    [
        ("new", "مع ردك"),
        ("awaiting_citizen", "مع ردك"),
        ("closed", "مع ردك"),
        ("withdrawn", "أرسل طلبًا جديدًا"),
    ],
)
def test_advice_is_one_that_can_be_followed(client: Client, status: str, advice: str) -> None:
    ticket, agent = own_ticket(client, harmful()), StaffFactory.create()
    scan_waiting(now=NOW)
    if status == "awaiting_citizen":
        ask_sender(ticket_id=ticket.pk, agent=agent, text="؟", seen_status="new", now=NOW)
    elif status == "closed":
        close_ticket(ticket_id=ticket.pk, agent=agent, reason="مكرر", seen_status="new", now=NOW)
    elif status == "withdrawn":
        withdraw_ticket(ticket_id=ticket.pk, now=NOW)
    assert advice in page(client.get(reverse("sawtak:ticket", args=[ticket.reference])))


def test_sender_is_told_once_a_message_and_never_of_what_is_in_it() -> None:
    ticket = file(attachments=[harmful(), harmful("آخر.pdf"), checked()])
    assert tell_of_refused(now=NOW) == 0, "nothing is scanned yet"
    scan_waiting(now=NOW)
    assert tell_of_refused(now=NOW) == 2
    assert tell() == tell_of_refused(now=NOW) == 0
    [text] = texts_sent(TOLD)
    assert ticket.reference in text
    assert "ضار" not in text


def test_file_of_a_reply_is_told_of_anew() -> None:
    ticket = file(attachments=[harmful()])
    scan_waiting(now=NOW)
    tell_of_refused(now=NOW)
    ask_sender(
        ticket_id=ticket.pk, agent=StaffFactory.create(), text="؟", seen_status="new", now=NOW
    )
    reply_from_sender(ticket_id=ticket.pk, text="هذا", attachments=[harmful()], now=NOW)
    scan_waiting(now=NOW)
    assert tell_of_refused(now=NOW) == 1
    assert len(texts_sent(TOLD)) == 2


def test_closed_ticket_and_full_hour_of_a_mobile_are_told_on_the_page_alone(
    settings: Settings,
) -> None:
    closed = file(attachments=[harmful()])
    close_ticket(
        ticket_id=closed.pk, agent=StaffFactory.create(), reason="مكرر", seen_status="new", now=NOW
    )
    file(attachments=[harmful()])
    settings.LIMITS = {**settings.LIMITS, "ticket_sms_per_mobile_hour": 2}
    scan_waiting(now=NOW)
    assert tell_of_refused(now=NOW) == 2
    assert not Message.objects.filter(template=TOLD).exists()
