"""Objections in the staff site: the clock of a case, and its history in words."""

from __future__ import annotations

from datetime import date

import pytest

from objections.clock import case_clock
from objections.services import add_wanted_documents
from objections.services.review import request_documents
from objections.statuses import ObjectionStatus
from tests import personas
from tests.objections import cases
from tests.objections.staff_pages import address, filed, page

pytestmark = pytest.mark.django_db


# The clock ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "elapsed", "state"),
    [
        # Received on Thursday 12 November 2026; Friday and Saturday are no working days.
        (date(2026, 11, 12), 0, ""),
        (date(2026, 11, 14), 0, ""),
        (date(2026, 11, 15), 1, ""),
        (date(2026, 11, 24), 8, "is-soon"),
        (date(2026, 11, 26), 10, "is-soon"),
        (date(2026, 11, 29), 11, "is-late"),
    ],
    ids=["same-day", "weekend", "day-1", "two-left", "due-today", "late"],
)
def test_the_clock_counts_working_days(today, elapsed, state):
    clock = case_clock(filed(), today=today)
    assert clock is not None
    assert (clock.elapsed_days, clock.state) == (elapsed, state)
    assert clock.shown_days <= clock.usual_days


def test_the_clock_words_the_days_in_arabic():
    objection = filed()
    texts = [
        clock.text
        for day in (24, 25, 26, 29)
        if (clock := case_clock(objection, today=date(2026, 11, day)))
    ]
    assert len(set(texts)) == 4
    assert all("day" not in text for text in texts)


def test_the_clock_stands_while_the_citizen_is_waited_for():
    worker = personas.staff("caseworker")
    objection = cases.documents_wanted(filed(), worker, now=cases.riyadh("2026-11-16 10:00:00"))

    def clock(day: int, month: int = 11) -> tuple[int, str]:
        shown = case_clock(objection, today=date(2026, month, day))
        assert shown is not None
        return shown.elapsed_days, shown.state

    # Two working days, Sunday and Monday, had passed as it was asked.
    assert [clock(day) for day in (16, 17, 26)] == [(2, "is-paused")] * 3
    # Documents were due by 8 December. From the next day on the clock runs.
    assert [clock(day, 12) for day in (8, 9, 10)] == [(2, "is-paused"), (3, ""), (4, "")]
    add_wanted_documents(
        objection=objection,
        checked=[cases.pdf("آخر.pdf", pages=2)],
        actor=personas.user_of(objection.filed_by),
        now=cases.riyadh("2026-11-23 08:00:00"),
    )
    objection.refresh_from_db()
    assert (objection.awaited_days, objection.wanted_on) == (5, None)
    assert [clock(day) for day in (23, 24)] == [(2, ""), (3, "")]


def test_a_second_wait_is_added_to_the_first():
    worker = personas.staff("caseworker")
    objection = filed()
    for asked, came in ((16, 17), (18, 22)):
        objection = (
            cases.documents_wanted(objection, worker, now=cases.riyadh(f"2026-11-{asked} 10:00:00"))
            if objection.status == ObjectionStatus.SUBMITTED
            else request_documents(
                objection_id=objection.pk,
                caseworker=worker,
                text="أرسل الفاتورة.",
                due_on=date(2026, 12, 8),
                seen=cases.seen(objection),
                now=cases.riyadh(f"2026-11-{asked} 10:00:00"),
            )
        )
        objection = add_wanted_documents(
            objection=objection,
            checked=[cases.pdf(f"{asked}.pdf", pages=asked)],
            actor=personas.user_of(objection.filed_by),
            now=cases.riyadh(f"2026-11-{came} 08:00:00"),
        )
    assert objection.awaited_days == 1 + 2


def test_a_decided_case_has_no_clock():
    objection = cases.decided(filed(), personas.staff("caseworker"))
    assert case_clock(objection, today=date(2026, 11, 24)) is None


def test_what_was_changed_with_the_objection_is_named_in_arabic(client):
    caseworker = personas.sign_in_staff(client, "caseworker")
    owner = personas.head(mobile="+966500000002", city="جدة")
    objection = cases.taken(cases.submitted(cases.result_of(owner), owner), caseworker)
    owner.changes.create(
        field="mobile",
        old_value="+966500000001",
        new_value="+966500000002",
        source="owner",
        changed_at=cases.NOW,
    )
    text = page(client.get(address(objection)))
    assert "<td>الجوال</td>" in text
    assert "0500000001" in text, "what it was on the day of the result"
    assert "0500000002" in text
    assert text.count("جدة") >= 2, "what did not change was so then"
    assert "+966500000002" not in text
