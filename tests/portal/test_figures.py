"""The figures of the service: what counts, on which day, for whom, in what time."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any, Final

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from access.references import ReferenceKind, new_reference
from beneficiaries.services import user_of
from objections.models import Objection, ObjectionEvent
from objections.services import ask_second_look
from objections.statuses import ObjectionStatus
from portal.figures.counting import count_days
from portal.figures.measures import (
    HALF,
    NINE_OF_TEN,
    OF_EVENTS,
    Measure,
    hours_within,
    step_of,
    within,
)
from portal.figures.models import CaseFigure, CountedDay, OutcomeFigure, PublicFigure
from portal.figures.statement import CASES, facts_of
from portal.work.models import RoutingRule
from saudi.days_off import days_off
from saudi.gregorian import RIYADH, riyadh_date
from sawtak.models import Ticket, TicketEvent
from sawtak.rules import ANSWER_WORKING_DAYS
from tests.objections.cases import approved, documents_wanted, proposed
from tests.personas import staff
from tests.plans import copy_rows, plan_of
from tests.portal.working import TUESDAY, filed, objection_filed, team_of

pytestmark = pytest.mark.django_db

NOW: Final = datetime(2026, 9, 29, 15, tzinfo=RIYADH)
"""A Tuesday after National Day, 23 September, and a weekend."""

ANSWERS: Final = {
    "first": ("awaiting_citizen", "answered", "closed"),
    "answered": ("answered", "closed"),
}


def figures() -> Counter[tuple[Any, ...]]:
    """Give what is counted of events, by all that tells rows apart."""
    rows = CaseFigure.objects.filter(measure__in=OF_EVENTS)
    return Counter(
        {
            (
                row.day,
                row.kind,
                row.matter,
                row.channel,
                row.team_id,
                row.measure,
                row.step,
            ): row.cases
            for row in rows
        }
    )


def of(measure: str, **narrow: Any) -> int:
    """Give how many cases a measure has."""
    return sum(row.cases for row in CaseFigure.objects.filter(measure=measure, **narrow))


def moved(ticket: Ticket, to_status: str, at: datetime, actor: Any = None) -> None:
    """Write a step of a ticket, as the services do."""
    TicketEvent.objects.create(
        ticket=ticket, at=at, actor=actor, from_status=ticket.status, to_status=to_status
    )
    ticket.status, ticket.changed_at = to_status, at
    ticket.save()


def _random_history(chance: random.Random, agents: list[Any]) -> None:
    for number in range(60):
        at = NOW - timedelta(
            minutes=chance.randrange(1, 16 * 24 * 60), seconds=chance.randrange(60)
        )
        ticket = Ticket.objects.create(
            reference=new_reference(ReferenceKind.TICKET),
            submission_key=f"history{number}",
            category=chance.choice(["payments", "complaint"]),
            channel=chance.choice(["web", "contact"]),
            full_name="سالم التجريبي",
            mobile="+966500000007",
            received_at=at,
            changed_at=at,
        )
        TicketEvent.objects.create(ticket=ticket, at=at, from_status="", to_status="new")
        for _step in range(chance.randrange(5)):
            at += timedelta(minutes=chance.choice([7, 45, 300, 1500, 9000]))
            following, actor = chance.choice(
                [
                    ("in_progress", chance.choice(agents)),
                    ("in_progress", None),
                    ("awaiting_citizen", chance.choice(agents)),
                    ("answered", chance.choice(agents)),
                    ("closed", chance.choice(agents)),
                ]
            )
            if at < NOW and following != ticket.status:
                moved(ticket, following, at, actor)


def _expected(teams: dict[int, int], *, days: int) -> Counter[tuple[Any, ...]]:
    """Count from the events one by one, by the definitions of docs/adr/0030."""
    hours, off = settings.PROGRAMME.working_hours, days_off()
    first_day = riyadh_date(NOW) - timedelta(days=days - 1)
    found: Counter[tuple[Any, ...]] = Counter()

    def count(ticket: Ticket, at: datetime, measure: str, team: int | None, step: int = 0) -> None:
        if riyadh_date(at) >= first_day:
            key = (riyadh_date(at), "ticket", ticket.category, ticket.channel, team, measure, step)
            found[key] += 1

    for ticket in Ticket.objects.all():
        events = list(ticket.events.all())
        count(ticket, ticket.received_at, "received", None)
        for measure, statuses in ANSWERS.items():
            by_staff = [e for e in events if e.actor_id and e.to_status in statuses]
            if not by_staff:
                continue
            event = by_staff[0]
            team = teams.get(event.actor_id or 0)
            worked = hours.working_time(ticket.received_at, event.at, off)
            count(ticket, event.at, measure, team, step_of(worked.total_seconds() / 60))
            said = [e for e in events if e.id < event.id and not e.actor_id][-1].at
            used = hours.count_working_days(riyadh_date(said), riyadh_date(event.at), off)
            if measure == "answered" and used > ANSWER_WORKING_DAYS:
                count(ticket, event.at, "late", team)
        for event in events:
            if event.from_status in ANSWERS["answered"] and event.to_status == "in_progress":
                count(ticket, event.at, "reopened", None)
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_tables_are_what_counting_event_by_event_gives(seed: int) -> None:
    agents = [staff("agent"), staff("agent")]
    team = team_of(name="فريق الرد")
    team.memberships.create(member=agents[0], joined_at=NOW - timedelta(days=40))
    _random_history(random.Random(seed), agents)
    count_days(days=12, now=NOW)
    expected = _expected({agents[0].pk: team.pk}, days=12)
    assert {measure for *_, measure, _step in expected} == set(OF_EVENTS) - {Measure.RATED}
    assert figures() == expected
    count_days(days=12, now=NOW)
    assert figures() == expected


def test_a_time_is_known_to_half_an_hour_up_to_forty() -> None:
    chance = random.Random(7)
    minutes = sorted(chance.uniform(0, 2400) for _ in range(201))
    steps = Counter(step_of(each) for each in minutes)
    for share, true in ((HALF, minutes[100]), (NINE_OF_TEN, minutes[180])):
        assert 0 <= within(steps, share) - true / 60 <= 0.5
    with pytest.raises(ValueError, match="no cases"):
        within({}, HALF)
    assert hours_within(step_of(10**7)) > 400


def test_an_objection_counts_on_each_step() -> None:
    case, clerk = objection_filed(), staff("caseworker")
    documents_wanted(case, clerk, now=TUESDAY + timedelta(hours=3))
    decision = proposed(case, clerk, now=TUESDAY + timedelta(days=1))
    approved(decision, staff("approver"), now=TUESDAY + timedelta(days=1, hours=1))
    count_days(days=3, now=TUESDAY + timedelta(days=2))
    found = {(m, day): s for day, *_, m, s in figures()}
    assert found == {
        ("received", date(2026, 11, 24)): 0,
        ("first", date(2026, 11, 24)): 6,
        ("answered", date(2026, 11, 25)): 26,  # eight hours on Tuesday, five on Wednesday
    }
    case.refresh_from_db()
    assert list(OutcomeFigure.objects.values_list("reason", "outcome", "cases")) == [
        (code, "accepted", 1) for code in sorted(case.reason_codes)
    ]


def test_a_second_look_opens_again_and_is_no_second_answer() -> None:
    case = objection_filed()
    rejected = proposed(case, staff("caseworker"), decision=ObjectionStatus.REJECTED, now=TUESDAY)
    approved(rejected, staff("approver"), now=TUESDAY)
    case.refresh_from_db()
    later = TUESDAY + timedelta(days=1)
    ask_second_look(
        objection=case,
        asked_by=case.person,
        actor=user_of(case.person),
        statement="أرفقت عقدًا آخر يوضّح مدة الإيجار.",
        checked=[],
        now=later,
    )
    count_days(days=3, now=later)
    assert (of("answered"), of("reopened"), of("waiting")) == (1, 1, 1)


def test_what_came_in_counts_for_the_team_of_the_rules() -> None:
    team = team_of()
    RoutingRule.objects.create(kind="ticket", matter="payments", team=team)
    filed()
    filed(category="complaint")
    count_days(days=1, now=TUESDAY)
    assert (of("received", team=team), of("received", team=None)) == (1, 1)
    assert (of("waiting", team=team), of("waiting", team=None)) == (1, 1)


def test_what_is_late_now_is_overdue_and_an_older_count_stays() -> None:
    filed()
    count_days(days=1, now=TUESDAY)
    later = TUESDAY + timedelta(days=7)
    count_days(days=9, now=later)
    assert [
        (row.day, row.measure)
        for row in CaseFigure.objects.filter(kind="ticket").order_by("id")
        if row.measure in {Measure.WAITING, Measure.OVERDUE}
    ] == [
        (TUESDAY.date(), "waiting"),
        (later.date(), "waiting"),
        (later.date(), "overdue"),
    ]
    assert CountedDay.objects.get(day=TUESDAY.date()).counted_at == later


def test_public_figures_are_of_whole_days() -> None:
    agent, ticket = staff("agent"), filed()
    moved(ticket, "answered", TUESDAY + timedelta(hours=2), agent)
    count_days(days=2, now=TUESDAY + timedelta(hours=3))
    assert not PublicFigure.objects.exists()
    count_days(days=2, now=TUESDAY + timedelta(days=1))
    assert list(
        PublicFigure.objects.order_by("channel").values_list(
            "kind", "channel", "answered", "late", "half_within"
        )
    ) == [("ticket", "", 1, 0, 2.5), ("ticket", "web", 1, 0, 2.5)]


def test_events_are_found_by_their_time() -> None:
    objection_filed()
    filed()
    for model in (ObjectionEvent, TicketEvent):
        copy_rows(model, 3000, at="one.at - n * interval '1 day'")
    copy_rows(
        Ticket,
        1000,
        reference="(7000000000 + n)::text",
        submission_key="'copy' || n",
        received_at="one.received_at - n * interval '1 day'",
    )
    plan = plan_of(
        f"{CASES} SELECT count(*) FROM cases",
        facts_of(TUESDAY.date(), TUESDAY.date()),
        of=[ObjectionEvent, TicketEvent, Objection, Ticket],
    )
    for index in ("sawtak_ticketevent_at", "objections_event_at", "ticket_received"):
        assert index in plan, plan


def test_command_counts_as_many_days_as_it_is_told() -> None:
    call_command("count_figures", days=3)
    assert CountedDay.objects.count() == 3
    with pytest.raises(CommandError):
        call_command("count_figures", days=0)
