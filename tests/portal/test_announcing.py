"""Announcing a cycle: results become visible, windows open, each is told once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from beneficiaries.errors import AnnouncementInFuture, InvalidCycle, UnknownCycle
from beneficiaries.models import AnnouncementRun, Cycle, EligibilityResult
from notifications.claims import claim
from notifications.errors import SamePersonRefused
from notifications.models import Campaign, Message
from notifications.statuses import Lane
from portal.announcing import MayNotStart, announce
from tests import personas
from tests.factories import ResultFactory, mobile

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ON = date(2026, 11, 10)
DEADLINE = date(2027, 2, 8)


@pytest.fixture
def cycle():
    return Cycle.objects.create(code="2026-11")


def waiting(cycle, person=None, **facts) -> EligibilityResult:
    facts = {"status": "ineligible"} | facts
    return ResultFactory.create(
        person=person or personas.head(), cycle=cycle, announced_on=None, **facts
    )


def run(**changed):
    return announce(**({"cycle_code": "2026-11", "on": ON, "now": NOW} | changed))


def test_results_become_visible_with_their_last_filing_day(cycle):
    result = waiting(cycle)
    done = run()
    result.refresh_from_db()
    assert (result.announced_on, result.filing_deadline) == (ON, DEADLINE)
    assert (done.announced, done.corrected, done.deadline) == (1, 0, DEADLINE)
    cycle.refresh_from_db()
    assert (cycle.announced_on, cycle.filing_deadline) == (ON, DEADLINE)


def test_leap_february_is_counted_in_days():
    leap = Cycle.objects.create(code="2023-12")
    result = waiting(leap)
    run(cycle_code="2023-12", on=date(2023, 12, 1))
    result.refresh_from_db()
    assert result.filing_deadline == date(2024, 2, 29)


def test_what_was_announced_keeps_its_date_and_nobody_is_told_twice(cycle):
    result = waiting(cycle)
    run()
    again = run(on=date(2026, 11, 25))
    result.refresh_from_db()
    assert result.announced_on == ON
    assert (again.announced, again.campaign) == (0, None)
    assert Message.objects.count() == 1


def test_rows_added_since_count_from_the_second_run_in_a_campaign_of_their_own(cycle):
    first = waiting(cycle)
    run()
    second = waiting(cycle)
    done = run(on=date(2026, 11, 20))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.announced_on, second.announced_on) == (ON, date(2026, 11, 20))
    assert list(Campaign.objects.order_by("pk").values_list("key", flat=True)) == [
        "2026-11",
        "2026-11:2",
    ]
    assert done.campaign is not None
    assert [m.recipient for m in done.campaign.messages.all()] == [second.person.mobile]
    cycle.refresh_from_db()
    assert cycle.announced_on == ON


def test_a_correction_replaces_the_announced_result_and_opens_its_own_window(cycle):
    old = waiting(cycle)
    run()
    new = waiting(cycle, old.person, status="eligible", entitlement_sar=Decimal("720.00"))
    done = run(on=date(2026, 11, 20))
    old.refresh_from_db()
    new.refresh_from_db()
    assert (done.announced, done.corrected) == (1, 1)
    assert (old.announced_on, old.filing_deadline) == (ON, DEADLINE)
    assert old.superseded_on == new.announced_on == date(2026, 11, 20)
    assert list(EligibilityResult.objects.current()) == [new]
    # Told again: the event is the second run's.
    assert Message.objects.filter(recipient=old.person.mobile).count() == 2


def test_other_cycles_wait_on(cycle):
    waiting(cycle)
    other = waiting(Cycle.objects.create(code="2026-12"))
    run()
    other.refresh_from_db()
    assert other.announced_on is None


def test_each_mobile_is_told_once_and_who_has_none_through_the_head(cycle):
    head = personas.head(mobile=mobile(1))
    waiting(cycle, head)
    waiting(cycle, personas.adult_of(head, mobile=mobile(1)))
    waiting(cycle, personas.adult_of(head, mobile=mobile(2)))
    waiting(cycle, personas.child_of(personas.head(mobile=mobile(3), language="en")))
    waiting(cycle, personas.head(mobile=""))
    done = run()
    assert done.announced == 5
    assert done.campaign is not None
    assert (done.campaign.recipients, done.campaign.parts) == (3, 3)
    told = dict(Message.objects.values_list("recipient", "body"))
    assert set(told) == {mobile(1), mobile(2), mobile(3)}
    assert "نوفمبر 2026" in told[mobile(1)]
    assert "November 2026" in told[mobile(3)]


def leaving() -> int:
    """Give how many announcements a worker would take now."""
    return len(claim(lane=Lane.ANNOUNCEMENTS, now=NOW, gateway_name="phone"))


def test_the_campaign_waits_for_a_second_person(cycle):
    waiting(cycle)
    done = run(prepared_by=personas.staff("administrator"))
    assert done.campaign is not None
    assert done.campaign.status == "prepared"
    assert Message.objects.get().status == "held"


def test_a_second_person_with_the_right_starts_it(cycle):
    waiting(cycle)
    approver = personas.staff("approver")
    done = run(approved_by=approver, prepared_by=personas.staff("administrator"))
    assert done.campaign is not None
    assert (done.campaign.status, done.campaign.started_by) == ("started", approver)
    assert leaving() == 1


def test_who_prepared_it_cannot_start_it(cycle):
    result = waiting(cycle)
    supervisor = personas.staff("supervisor")
    with pytest.raises(SamePersonRefused):
        run(approved_by=supervisor, prepared_by=supervisor)
    result.refresh_from_db()
    assert result.announced_on is None
    told = AnnouncementRun.objects.get()
    assert (told.status, told.refusal) == ("refused", "not_allowed")


@pytest.mark.parametrize("role", ["agent", "caseworker", "auditor", None])
def test_a_clerk_without_the_right_starts_nothing_and_nothing_is_announced(cycle, role):
    result = waiting(cycle)
    with pytest.raises(MayNotStart):
        run(approved_by=personas.staff(role))
    result.refresh_from_db()
    assert result.announced_on is None
    assert not Campaign.objects.exists()


def test_an_approver_who_has_left_starts_nothing(cycle):
    waiting(cycle)
    with pytest.raises(MayNotStart):
        run(approved_by=personas.staff("approver", is_active=False))


def test_a_day_to_come_is_refused(cycle):
    waiting(cycle)
    with pytest.raises(AnnouncementInFuture) as refusal:
        run(on=date(2026, 11, 26))
    assert refusal.value.today == date(2026, 11, 25)


def test_today_is_the_day_in_riyadh(cycle):
    waiting(cycle)
    half_past_midnight_in_riyadh = datetime(2026, 11, 25, 21, 30, tzinfo=UTC)
    done = run(on=date(2026, 11, 26), now=half_past_midnight_in_riyadh)
    assert done.announced == 1


def test_a_malformed_cycle_is_refused():
    with pytest.raises(InvalidCycle):
        run(cycle_code="November")


def test_an_unknown_cycle_is_refused():
    with pytest.raises(UnknownCycle) as refusal:
        run(cycle_code="2031-01")
    assert refusal.value.code == "2031-01"


def test_a_second_person_named_later_starts_the_campaign_that_waits(cycle):
    waiting(cycle)
    run()
    approver = personas.staff("approver")
    later = run(approved_by=approver)
    assert later.campaign is None
    assert [(c.key, c.status, c.started_by) for c in later.started] == [
        ("2026-11", "started", approver)
    ]
    assert leaving() == 1
    assert run(approved_by=approver).started == ()


def test_statements_do_not_grow_with_the_rows(cycle, django_assert_max_num_queries):
    for _ in range(40):
        waiting(cycle)
    with django_assert_max_num_queries(30):
        assert run().announced == 40


@pytest.mark.django_db(transaction=True)
def test_an_announcement_that_breaks_leaves_nothing(monkeypatch):
    result = waiting(Cycle.objects.create(code="2026-11"))
    monkeypatch.setattr("portal.announcing.announce_results", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run()
    result.refresh_from_db()
    assert result.announced_on is None
    assert not Campaign.objects.exists()
    assert not Message.objects.exists()


# The command --------------------------------------------------------------------------------


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("announce", *arguments, stdout=out)
    return out.getvalue()


@time_machine.travel(NOW, tick=False)
def test_the_command_announces_as_of_today_and_says_until_when(cycle):
    result = waiting(cycle)
    words = command("2026-11")
    result.refresh_from_db()
    assert result.announced_on == date(2026, 11, 25)
    assert "1 results announced as of 2026-11-25" in words
    assert "2027-02-23" in words
    assert "waits for a second person" in words
    assert command("2026-11") == "2026-11: nothing is waiting to be announced.\n"


@time_machine.travel(NOW, tick=False)
def test_the_command_counts_from_a_past_day_and_starts_the_campaign(cycle):
    result = waiting(cycle)
    personas.staff("approver", username="approver")
    words = command("2026-11", "--on", "2026-11-10", "--approved-by", "approver")
    result.refresh_from_db()
    assert result.filing_deadline == DEADLINE
    assert "was started" in words


@time_machine.travel(NOW, tick=False)
def test_the_command_run_again_with_a_second_person_starts_what_waits(cycle):
    waiting(cycle)
    personas.staff("approver", username="approver")
    command("2026-11")
    words = command("2026-11", "--approved-by", "approver")
    assert "nothing is waiting to be announced" in words
    assert "The campaign 2026-11 was started (1 SMS, 1 parts)" in words


@time_machine.travel(NOW, tick=False)
def test_the_command_refuses_whoever_prepared_the_campaign(cycle):
    waiting(cycle)
    supervisor = personas.staff("supervisor", username="supervisor")
    run(prepared_by=supervisor)
    with pytest.raises(CommandError, match="name a second person"):
        command("2026-11", "--approved-by", "supervisor")
    assert Message.objects.get().status == "held"


@time_machine.travel(NOW, tick=False)
def test_the_command_shows_how_far_it_is(cycle):
    waiting(cycle)
    err = StringIO()
    call_command("announce", "2026-11", stdout=StringIO(), stderr=err)
    assert "preparing the SMS: 1" in err.getvalue()
    assert "making it visible" in err.getvalue()


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["2026-11", "--on", "2026-11-26"], "in the future"),
        (["2026-11", "--on", "soon"], "no date"),
        (["2026/11"], "no cycle"),
        (["2031-01"], "There is no cycle 2031-01"),
        (["2026-11", "--approved-by", "nobody"], "no staff account"),
        (["2026-11", "--approved-by", "agent"], "may not start"),
    ],
    ids=[
        "future",
        "no-date",
        "no-cycle",
        "unknown-cycle",
        "unknown-staff",
        "without-the-right",
    ],
)
def test_the_command_refuses_in_words(cycle, arguments, words):
    result = waiting(cycle)
    personas.staff("agent", username="agent")
    with pytest.raises(CommandError, match=words):
        command(*arguments)
    result.refresh_from_db()
    assert result.announced_on is None
