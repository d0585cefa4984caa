"""One answer to many by real workers: killed, stopped, two at once, and no ticket twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from notifications.models import Message
from sawtak.bulk.models import BulkAnswer, BulkState
from sawtak.models import ReplyTemplate, Ticket, TicketEvent, TicketMessage
from sawtak.services import reply_from_sender
from sawtak.tasks import answer_many
from tests import personas
from tests.sawtak import tickets
from tests.worker import CeleryWorker, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

StartWorker = Callable[..., CeleryWorker]

LIST = "/admin/sawtak/ticket/"
COUNT = 8
HELD = 3
"""The place of the ticket at which a worker is made to wait."""


@pytest.fixture
def made() -> list[Ticket]:
    """Make tickets of different people."""
    now = timezone.now()
    return [
        tickets.file(now=now, mobile=f"+96650000010{n}", full_name=f"مرسل {n}")
        for n in range(COUNT)
    ]


def begin(client: Client, chosen: list[Ticket], *, meanwhile: Callable[[], object] = int) -> str:
    """Choose tickets, look at the set, and begin; give the address of its page."""
    template = ReplyTemplate.objects.create(
        title_ar="تأخر الصرف",
        title_en="Late",
        text_ar="{name}: تصل الدفعة غدًا.",
        text_en="{name}: paid tomorrow.",
    )
    form = {"template": template.pk, "case": [ticket.pk for ticket in chosen]}
    address = client.post(f"{LIST}many/", form).headers["Location"]
    template.delete()
    assert client.get(address).status_code == 200
    meanwhile()
    bulk = BulkAnswer.objects.get()
    typed = {"action": "start", "digest": bulk.digest, "count": str(len(chosen))}
    assert client.post(address, typed).status_code == 302
    return address


@contextmanager
def locked(ticket: Ticket) -> Iterator[None]:
    """Hold the row of a ticket, so that whoever answers it waits until the block ends."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM sawtak_ticket WHERE id = %s FOR NO KEY UPDATE", [ticket.pk]
            )
        yield
    finally:
        other.rollback()
        other.close()


def waiting() -> int:
    """Count the connections of this database that wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])


def answered() -> list[int]:
    """Give the tickets that were answered, each as often as it was; hold that each was told."""
    events = TicketEvent.objects.filter(to_status="answered").order_by("ticket_id")
    ids = list(events.values_list("ticket_id", flat=True))
    words = TicketMessage.objects.filter(author__isnull=False).order_by("ticket_id")
    assert list(words.values_list("ticket_id", flat=True)) == ids
    told = Message.objects.filter(template="ticket_answered").values_list("recipient", flat=True)
    mobiles = Ticket.objects.filter(pk__in=ids).values_list("mobile", flat=True)
    assert sorted(told) == sorted(mobiles)
    return ids


def is_in(state: BulkState) -> bool:
    return BulkAnswer.objects.filter(state=state).exists()


def stop(client: Client, address: str) -> Any:
    try:
        return client.post(address, {"action": "stop"})
    finally:
        connections.close_all()


def test_two_workers_answer_each_ticket_once_and_leave_what_changed(
    start_worker: StartWorker, client: Client, made: list[Ticket]
) -> None:
    start_worker("one")
    start_worker("two")
    personas.sign_in_staff(client, "supervisor")
    changed = made[2]

    def write() -> None:
        now = timezone.now()
        reply_from_sender(ticket_id=changed.pk, text="وصلت.", attachments=[], now=now)
        for _turn in range(3):
            answer_many.apply_async(queue="default")

    address = begin(client, made, meanwhile=write)
    answer_many.apply_async(queue="default")
    wait_until(lambda: is_in(BulkState.DONE), what="all are answered")
    page = client.get(address)
    assert answered() == [ticket.pk for ticket in made if ticket != changed]
    assert (page.context["answered"], page.context["left"]) == (COUNT - 1, 1)
    assert [row.ticket for row in page.context["page"]] == [changed]
    assert changed.reference in page.content.decode()
    assert not TicketMessage.objects.filter(ticket=changed, author__isnull=False).exists()


def test_killed_half_way_none_is_answered_twice_and_none_is_missed(
    start_worker: StartWorker, client: Client, made: list[Ticket]
) -> None:
    doomed = start_worker("doomed")
    personas.sign_in_staff(client, "supervisor")
    with locked(made[HELD]):
        address = begin(client, made)
        wait_until(lambda: waiting() == 1, what="the worker is at the ticket")
        doomed.kill()
        assert answered() == [ticket.pk for ticket in made[:HELD]]
        assert client.get(address).context["waiting"] == COUNT - HELD
    start_worker("next")
    answer_many.apply_async(queue="default")  # what the scheduler does each minute
    wait_until(lambda: is_in(BulkState.DONE), what="all are answered")
    assert answered() == [ticket.pk for ticket in made]


def test_stopped_by_two_people_while_two_workers_answer(
    start_worker: StartWorker, client: Client, made: list[Ticket]
) -> None:
    first, second = start_worker("one"), start_worker("two")
    other = Client()
    people = [
        personas.sign_in_staff(client, "supervisor"),
        personas.sign_in_staff(other, "supervisor"),
    ]
    with ThreadPoolExecutor(2) as pool:
        with locked(made[HELD]):
            address = begin(client, made)
            wait_until(lambda: waiting() == 1, what="a worker is at the ticket")
            stops = [pool.submit(stop, client, address)]
            wait_until(lambda: waiting() == 2, what="the first stop waits for it")
            stops.append(pool.submit(stop, other, address))
            wait_until(lambda: waiting() == 3, what="the second waits too")
            # Whoever would answer the next one comes after whoever stops.
            answer_many.apply_async(queue="default")
            wait_until(lambda: waiting() == 4, what="another worker waits")
        assert [each.result().status_code for each in stops] == [302, 302]
    ids = [ticket.pk for ticket in made[: HELD + 1]]
    assert answered() == ids
    bulk = BulkAnswer.objects.get()
    assert (bulk.state, bulk.stopped_by) == (BulkState.STOPPED, people[0])
    again = answer_many.apply_async(queue="default")
    wait_until(
        lambda: f"{again.id}] succeeded" in first.log() + second.log(), what="a worker looked again"
    )
    assert answered() == ids
    page = other.get(address)
    assert (page.context["answered"], page.context["waiting"]) == (4, 4)
