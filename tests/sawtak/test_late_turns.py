"""What is overtaken between the look and the lock, and what is left unsaid for a limit."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings
from django.utils import translation

from notifications.models import Message
from sawtak.bulk.services import answer_running, fix_set, start
from sawtak.errors import TransitionRefused
from sawtak.models import ReplyTemplate, Ticket, TicketMessage, TicketRepeat
from sawtak.services import Sender, reply_from_sender
from sawtak.services.joining import merge_ticket
from tests.factories import ResultFactory, StaffFactory
from tests.locks import waits_for_a_lock
from tests.personas import head, staff
from tests.sawtak.tickets import MOBILE, NOW, file, texts_sent
from tests.worker import wait_until

LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _arabic() -> Iterator[None]:
    with translation.override("ar"):
        yield


@pytest.mark.django_db(transaction=True)
def test_words_to_a_ticket_that_is_joined_meanwhile_are_refused() -> None:
    first, second = file(), file(message="أسأل مرة أخرى عن الدفعة.")
    refused: list[TransitionRefused] = []

    def reply() -> None:
        try:
            reply_from_sender(ticket_id=second.pk, text="وصلت.", attachments=[], now=LATER)
        except TransitionRefused as error:
            refused.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=reply)
    with transaction.atomic():
        merge_ticket(
            ticket_id=second.pk,
            into_id=first.pk,
            by=StaffFactory.create(),
            seen_status="new",
            now=LATER,
        )
        thread.start()
        wait_until(waits_for_a_lock, what="the reply waits for the ticket")
    thread.join(timeout=30)
    assert len(refused) == 1
    assert not TicketMessage.objects.filter(text="وصلت.").exists()


@pytest.mark.django_db
def test_request_that_comes_again_is_joined_without_an_sms_beyond_the_mobiles_limit() -> None:
    message = "لم تصل دفعة نوفمبر إلى حسابي حتى اليوم، واتصلت بالبنك فقال إن الحساب سليم ونشط."
    with override_settings(LIMITS={**settings.LIMITS, "ticket_sms_per_mobile_hour": 1}):
        first = file(message=message, sender=Sender())
        assert file(message=message, sender=Sender()) == first
    assert TicketRepeat.objects.get().ticket == first
    assert len(texts_sent("ticket_received")) == 1


@pytest.mark.django_db
def test_a_cycle_that_is_taken_back_leaves_the_answers_that_name_it_unsent() -> None:
    person = head(mobile=MOBILE)
    ResultFactory.create(person=person)
    ticket = file(national_id=person.national_id, birth_date=person.birth_date)
    template = ReplyTemplate.objects.create(
        title_ar="الدورة", title_en="Cycle", text_ar="دورة {cycle}", text_en="Cycle {cycle}"
    )
    agent = staff("supervisor")
    bulk = fix_set(tickets=[ticket], template=template, by=agent, is_cut=False, now=NOW)
    assert bulk.rows.get().state == "waiting"
    start(bulk_id=bulk.pk, by=agent, count=1, digest=bulk.digest, now=NOW)
    person.results.update(announced_on=None, filing_deadline=None)
    assert answer_running() == 1
    row = bulk.rows.get()
    assert (row.state, row.why) == ("left", "unfilled")
    assert Ticket.objects.get().status == "new"
    assert not Message.objects.filter(template="ticket_answered").exists()
