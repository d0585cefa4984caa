"""Announcing payments: lines become visible, each window counts from its deposit day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from beneficiaries.models import Cycle, PaymentLine
from notifications.models import Campaign, Message
from portal.announcing import PAYMENTS, announce
from tests import personas
from tests.factories import PaymentLineFactory, ResultFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)
DEPOSIT = date(2026, 11, 10)
LAST_DAY = date(2027, 2, 8)


@pytest.fixture
def cycle():
    return Cycle.objects.create(code="2026-11")


def waiting(cycle, person=None, **facts) -> PaymentLine:
    return PaymentLineFactory.create(
        person=person or personas.head(), cycle=cycle, announced_on=None, **facts
    )


def run(**changed):
    return announce(
        **({"cycle_code": "2026-11", "on": TODAY, "now": NOW, "matter": PAYMENTS} | changed)
    )


@pytest.mark.parametrize(
    ("facts", "counted_from", "last_day"),
    [
        pytest.param({}, DEPOSIT, LAST_DAY, id="paid"),
        pytest.param(
            {"status": "none", "entitled_sar": Decimal(0), "paid_sar": Decimal(0)},
            DEPOSIT,
            LAST_DAY,
            id="none",
        ),
        pytest.param(
            {"paid_on": date(2026, 12, 10)}, date(2026, 12, 10), date(2027, 3, 10), id="to-come"
        ),
        pytest.param({"status": "sent"}, None, None, id="sent"),
        pytest.param({"status": "refused"}, None, None, id="refused"),
    ],
)
def test_window_counts_from_the_deposit(cycle, facts, counted_from, last_day):
    line = waiting(cycle, **facts)
    done = run()
    line.refresh_from_db()
    assert line.announced_on == TODAY
    assert (line.counted_from, line.filing_deadline) == (counted_from, last_day)
    assert (done.announced, done.corrected, done.deadline) == (1, 0, None)


def test_results_and_the_cycle_itself_stay_as_they_are(cycle):
    waiting(cycle)
    result = ResultFactory.create(person=personas.head(), cycle=cycle, announced_on=None)
    run()
    result.refresh_from_db()
    cycle.refresh_from_db()
    assert result.announced_on is None
    assert cycle.announced_on is None


def test_what_was_announced_keeps_its_days(cycle):
    line = waiting(cycle)
    run()
    assert run().announced == 0
    line.refresh_from_db()
    assert (line.announced_on, line.filing_deadline) == (TODAY, LAST_DAY)


def test_line_that_is_deposited_later_counts_from_that_day(cycle):
    person = personas.head()
    sent = PaymentLineFactory.create(person=person, cycle=cycle, status="sent")
    paid = waiting(cycle, person, paid_on=date(2026, 11, 18))
    assert run().corrected == 1
    sent.refresh_from_db()
    paid.refresh_from_db()
    assert sent.superseded_on == TODAY
    assert paid.counted_from == date(2026, 11, 18)


def test_correction_of_a_settled_line_gives_the_whole_window(cycle):
    person = personas.head()
    old = PaymentLineFactory.create(person=person, cycle=cycle)
    new = waiting(cycle, person, paid_sar=Decimal(100))
    run()
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.superseded_on, old.filing_deadline) == (TODAY, LAST_DAY)
    assert (new.counted_from, new.filing_deadline) == (TODAY, date(2027, 2, 23))


def test_campaign_has_a_key_of_its_own_and_says_no_amount(cycle):
    person = personas.head()
    waiting(cycle, person)
    ResultFactory.create(person=person, cycle=cycle, announced_on=None)
    announce(cycle_code="2026-11", on=TODAY, now=NOW)
    run()
    assert set(Campaign.objects.values_list("key", flat=True)) == {"2026-11", "2026-11:payments"}
    told = Message.objects.get(campaign__key="2026-11:payments")
    assert told.recipient == person.mobile
    assert "504" not in told.body
    waiting(cycle)
    run()
    assert Campaign.objects.filter(key="2026-11:payments:2").exists()


@time_machine.travel(NOW, tick=False)
def test_command_announces_and_the_second_person_starts(cycle):
    waiting(cycle)
    personas.staff("approver", username="approver")
    out = StringIO()
    call_command(
        "announce", "2026-11", "--payments", "--approved-by", "approver", stdout=out, stderr=out
    )
    assert "1 payment lines announced as of 2026-11-25" in out.getvalue()
    assert "90 days from each deposit day" in out.getvalue()
    assert "The campaign 2026-11:payments was started" in out.getvalue()
