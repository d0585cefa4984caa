"""What is committed late is told once, what is rolled back never: with a worker awake (O25)."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from notifications.models import Attempt, Message, PhoneMessage
from notifications.outbox import queue_message
from notifications.statuses import MessageStatus
from objections.models import Objection
from objections.services import submit_objection
from objections.statuses import ObjectionStatus
from portal.sign_in import send_sign_in_code
from saudi.gregorian import riyadh_date
from sawtak.models import Category, Channel, Ticket
from sawtak.services import TicketDetails, file_ticket
from tests import personas
from tests.factories import ResultFactory
from tests.objections import cases
from tests.worker import CeleryWorker, wait_until

TICKET_MOBILE = "+966500000777"


@dataclass(frozen=True)
class Changes:
    """A change of each kind, and the number that must hear of it."""

    todo: dict[str, Callable[[], object]]
    told: dict[str, tuple[str, str]]


@pytest.fixture
def changes(celery_worker: CeleryWorker, settings: Any, tmp_path: Path) -> Changes:
    """Prepare an objection to submit, one to decide, a ticket to file and a person to sign in."""
    default = settings.STORAGES["default"]
    storage = {**default, "OPTIONS": {**default["OPTIONS"], "location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    now = timezone.now()
    filer, decided, citizen = personas.head(), personas.head(), personas.head()
    results = [
        ResultFactory.create(person=person, announced_on=riyadh_date(now))
        for person in (filer, decided)
    ]
    draft = cases.draft(results[0], filer, now=now)
    approver = personas.staff()
    case = cases.submitted(results[1], decided, now=now)
    proposal = cases.proposed(case, personas.staff(), now=now)
    wait_until(
        lambda: not Message.objects.exclude(status=MessageStatus.SENT).exists(),
        what="the messages of the preparation are out of the worker's hands",
    )
    Message.objects.all().delete()

    def submit() -> None:
        submit_objection(objection=draft, has_declared=True, now=timezone.now())

    def decide() -> None:
        cases.approved(proposal, approver, now=timezone.now())

    def file() -> None:
        file_ticket(
            details=TicketDetails(
                mobile=TICKET_MOBILE,
                full_name="سارة أحمد التجريبية",
                category=Category.PAYMENTS,
                message="لم تصل الدفعة.",
            ),
            attachments=[],
            submission_key=str(uuid.uuid4()),
            channel=Channel.WEB,
            language="ar",
            now=timezone.now(),
        )

    def ask_code() -> None:
        send_sign_in_code(
            national_id=citizen.national_id,
            address="192.0.2.1",
            language="ar",
            now=timezone.now(),
        )

    return Changes(
        todo={"objection": submit, "decision": decide, "ticket": file, "code": ask_code},
        told={
            "objection": (filer.mobile, "objection_submitted"),
            "decision": (decided.mobile, "objection_accepted"),
            "ticket": (TICKET_MOBILE, "ticket_received"),
            "code": (citizen.mobile, "sign_in_code"),
        },
    )


class HeldBack:
    """Runs changes in transactions of their own, all kept open until `end` is called."""

    def __init__(self, todo: dict[str, Callable[[], object]], *, roll_back: bool) -> None:
        self._may_end = threading.Event()
        self._done = threading.Barrier(len(todo) + 1, timeout=60)
        self._roll_back = roll_back
        self._threads = [
            threading.Thread(target=self._run, args=(change,)) for change in todo.values()
        ]

    def _run(self, change: Callable[[], object]) -> None:
        try:
            with transaction.atomic():
                change()
                self._done.wait()
                assert self._may_end.wait(60)
                transaction.set_rollback(self._roll_back)
        finally:
            connection.close()

    def begin(self) -> None:
        for thread in self._threads:
            thread.start()
        self._done.wait()

    def end(self) -> None:
        self._may_end.set()
        for thread in self._threads:
            thread.join()


@pytest.fixture
def hold_back() -> Iterator[Callable[..., HeldBack]]:
    held: list[HeldBack] = []

    def make(todo: dict[str, Callable[[], object]], *, roll_back: bool) -> HeldBack:
        held.append(HeldBack(todo, roll_back=roll_back))
        held[-1].begin()
        return held[-1]

    yield make
    for each in held:
        each.end()


def worker_has_passed(template: str, values: dict[str, str]) -> None:
    """Send a message through the lane and wait for it: the worker has looked at the lane since."""
    event = f"passed:{uuid.uuid4()}"
    with transaction.atomic():
        queue_message(
            event=event,
            to="+966500000999",
            template=template,
            values=values,
            language="ar",
            now=timezone.now(),
        )
    wait_until(
        lambda: Message.objects.filter(event=event, status=MessageStatus.SENT).exists(),
        what="the worker passed",
    )


def both_lanes_have_passed() -> None:
    worker_has_passed("sign_in_code", {"code": "048213"})
    worker_has_passed("ticket_taken", {"reference": "7026714831"})


@pytest.mark.usefixtures("celery_worker")
def test_late_commit_sends_exactly_one_sms_each(
    changes: Changes, hold_back: Callable[..., HeldBack]
) -> None:
    held = hold_back(changes.todo, roll_back=False)
    both_lanes_have_passed()
    for mobile, _ in changes.told.values():
        assert not PhoneMessage.objects.filter(recipient=mobile).exists()
    held.end()
    wait_until(
        lambda: Message.objects.filter(status=MessageStatus.SENT).count() == 6,
        what="all are sent",
    )
    both_lanes_have_passed()
    for mobile, template in changes.told.values():
        [received] = PhoneMessage.objects.filter(recipient=mobile).select_related("message")
        assert received.message.template == template
        assert Attempt.objects.filter(message=received.message).count() == 1


@pytest.mark.usefixtures("celery_worker")
def test_rolled_back_change_leaves_no_record_and_no_sms(
    changes: Changes, hold_back: Callable[..., HeldBack]
) -> None:
    held = hold_back(changes.todo, roll_back=True)
    both_lanes_have_passed()
    held.end()
    both_lanes_have_passed()
    mobiles = [mobile for mobile, _ in changes.told.values()]
    assert not Message.objects.filter(recipient__in=mobiles).exists()
    assert not PhoneMessage.objects.filter(recipient__in=mobiles).exists()
    assert not Ticket.objects.exists()
    assert set(Objection.objects.values_list("status", flat=True)) == {
        ObjectionStatus.DRAFT,
        ObjectionStatus.UNDER_REVIEW,
    }
