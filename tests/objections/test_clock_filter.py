"""The list's filter by the time for the answer finds what the clock of each case says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

import pytest
import time_machine
from django.contrib import admin
from django.db import connection
from django.test import RequestFactory

from objections.admin.filters import ObjectionAgeFilter
from objections.clock import case_clock
from objections.models import Objection
from objections.services import add_wanted_documents
from objections.services.review import request_documents
from objections.services.second_looks import ask_second_look
from objections.statuses import ObjectionStatus
from saudi.clock import WorkClock
from saudi.gregorian import RIYADH
from tests import personas
from tests.objections import cases
from tests.plans import count_rows

pytestmark = pytest.mark.django_db

DAYS: Final = [date(2026, 11, 12) + timedelta(days=number) for number in range(45)]

SAID: Final[dict[str, Callable[[WorkClock], bool]]] = {
    "today": lambda clock: clock.elapsed_days == 10,
    "soon": lambda clock: 7 <= clock.elapsed_days <= 10,
    "late": lambda clock: clock.state == "is-late",
    "twice": lambda clock: clock.elapsed_days > 20,
}


def filed() -> Objection:
    owner = personas.head()
    return cases.submitted(cases.result_of(owner), owner)


def asked(objection: Objection, *, at: datetime, due_on: date) -> None:
    """Ask for documents of a case that somebody has or takes."""
    if objection.assigned_to is None:
        cases.taken(objection, personas.staff("caseworker"), now=at)
    objection.refresh_from_db()
    assert objection.assigned_to is not None
    request_documents(
        objection_id=objection.pk,
        caseworker=objection.assigned_to,
        text="أرسل الصفحة الثانية.",
        due_on=due_on,
        seen=cases.seen(objection),
        now=at,
    )


def found(chosen: str) -> set[int]:
    """Give the cases that a choice of the filter finds now."""
    shown = admin.site._registry[Objection]
    request = RequestFactory().get("/")
    narrowed = ObjectionAgeFilter(request, {"age": [chosen]}, Objection, shown)
    return set(narrowed.queryset(request, Objection.objects.all()).values_list("pk", flat=True))


def test_the_filter_says_on_each_day_what_the_clock_of_each_case_says() -> None:
    filed()
    never_came = filed()
    asked(never_came, at=cases.riyadh("2026-11-16 10:00:00"), due_on=date(2026, 11, 23))
    came = filed()
    asked(came, at=cases.riyadh("2026-11-15 10:00:00"), due_on=date(2026, 12, 8))
    came.refresh_from_db()
    add_wanted_documents(
        objection=came,
        checked=[cases.pdf("آخر.pdf", pages=2)],
        actor=personas.user_of(came.filed_by),
        now=cases.riyadh("2026-11-18 08:00:00"),
    )
    asked(came, at=cases.riyadh("2026-11-22 10:00:00"), due_on=date(2026, 12, 6))
    looked_at = cases.decided(
        filed(), personas.staff("caseworker"), decision=ObjectionStatus.REJECTED
    )
    ask_second_look(
        objection=looked_at,
        asked_by=looked_at.filed_by,
        actor=personas.user_of(looked_at.filed_by),
        statement="لم يُقرأ المستند الثاني.",
        checked=[],
        now=cases.riyadh("2026-11-19 10:00:00"),
    )
    cases.decided(filed(), personas.staff("caseworker"))
    every = list(Objection.objects.all())
    seen: set[str] = set()
    for day in DAYS:
        hour, minute = (9, 0) if day.day % 2 else (0, 30)  # when it still is yesterday in UTC
        with time_machine.travel(
            datetime(day.year, day.month, day.day, hour, minute, tzinfo=RIYADH)
        ):
            clocks = {each.pk: case_clock(each, today=day) for each in every}
            running = {pk: clock for pk, clock in clocks.items() if clock}
            for chosen, said in SAID.items():
                wanted = {
                    pk
                    for pk, clock in running.items()
                    if clock.state != "is-paused" and said(clock)
                }
                assert found(chosen) == wanted, (day, chosen)
                seen |= {chosen} if wanted else set()
            paused = {pk for pk, clock in running.items() if clock.state == "is-paused"}
            assert found("paused") == paused, day
            seen |= {"paused"} if paused else set()
    assert seen == {*SAID, "paused"}, "each choice had something to find"


_MANY_LATE = """
    INSERT INTO objections_objection
    SELECT (jsonb_populate_record(o, jsonb_build_object(
        'id', o.id + n, 'uuid', gen_random_uuid(), 'reference', (4000000000 + n)::text,
        'result_id', o.result_id + n, 'submitted_at', o.submitted_at - interval '1 day' * (n %% 300)
    ))).*
    FROM objections_objection AS o, generate_series(1, 5000) AS n WHERE o.id = %s
"""


def test_what_is_due_today_is_found_without_looking_at_all_that_is_late() -> None:
    case = filed()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # rows without their people
        cursor.execute(_MANY_LATE, [case.pk])
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    count_rows([Objection])
    for chosen in ("today", "soon"):
        request = RequestFactory().get("/")
        shown = admin.site._registry[Objection]
        narrowed = ObjectionAgeFilter(request, {"age": [chosen]}, Objection, shown)
        rows = narrowed.queryset(request, Objection.objects.all())
        plan = rows.order_by("submitted_at", "id")[:51].explain()
        assert "objection_clock" in plan, (chosen, plan)
