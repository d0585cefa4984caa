"""A month with a mistake in its file: imported, announced, corrected, announced again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from beneficiaries.imports.payments import COLUMNS, import_payments
from beneficiaries.imports.results import import_results
from beneficiaries.models import AnnouncementRun, EligibilityResult, PaymentLine
from notifications.models import Message
from portal.announcing import PAYMENTS, RESULTS, announce
from tests import personas
from tests.beneficiaries.files import RESULTS_HEADER, write

pytestmark = pytest.mark.django_db

CYCLE = "2026-11"
FIRST, SECOND = date(2026, 11, 10), date(2026, 11, 24)
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def told_on(matter, on):
    return announce(cycle_code=CYCLE, on=on, now=NOW, matter=matter)


def test_only_results_that_a_corrected_file_changes_are_announced_again(tmp_path):
    wrong, right, added = (personas.head() for _ in range(3))
    first = [f"{wrong.national_id},ineligible,ASSETS,0.00", f"{right.national_id},eligible,,720.00"]
    import_results(CYCLE, write(tmp_path / "a.csv", RESULTS_HEADER, first), now=NOW)
    assert told_on(RESULTS, FIRST).announced == 2
    second = [
        f"{wrong.national_id},eligible,,720.00",
        f"{right.national_id},eligible,,720.00",
        f"{added.national_id},ineligible,PRISON,0.00",
    ]
    counts = import_results(CYCLE, write(tmp_path / "b.csv", RESULTS_HEADER, second), now=NOW)
    assert (counts.created, counts.changed) == (2, 0)
    done = told_on(RESULTS, SECOND)
    assert (done.announced, done.corrected) == (2, 1)
    rows = EligibilityResult.objects.order_by("announced_on", "person").values_list(
        "person", "status", "announced_on", "filing_deadline", "superseded_on"
    )
    assert list(rows) == [
        (wrong.pk, "ineligible", FIRST, date(2027, 2, 8), SECOND),
        (right.pk, "eligible", FIRST, date(2027, 2, 8), None),
        (wrong.pk, "eligible", SECOND, date(2027, 2, 22), None),
        (added.pk, "ineligible", SECOND, date(2027, 2, 22), None),
    ]
    assert {m.recipient for m in Message.objects.filter(campaign=done.campaign)} == {
        wrong.mobile,
        added.mobile,
    }
    again = import_results(CYCLE, tmp_path / "b.csv", now=NOW)
    assert (again.written, again.withdrawn) == (0, 0)
    assert told_on(RESULTS, SECOND).campaign is None


def test_only_lines_that_a_corrected_file_changes_are_announced_again(tmp_path):
    header = ",".join(COLUMNS)
    short, whole = personas.head(), personas.head()
    same = f"{whole.national_id},720.00,720.00,paid,2026-11-10,"
    first = [f"{short.national_id},720.00,504.00,paid,2026-11-10,ABSENCE_DEDUCTION", same]
    import_payments(CYCLE, write(tmp_path / "a.csv", header, first), now=NOW)
    assert told_on(PAYMENTS, FIRST).announced == 2
    second = [f"{short.national_id},720.00,700.00,paid,2026-11-10,ABSENCE_DEDUCTION", same]
    counts = import_payments(CYCLE, write(tmp_path / "b.csv", header, second), now=NOW)
    assert counts.created == 1
    done = told_on(PAYMENTS, SECOND)
    assert (done.announced, done.corrected) == (1, 1)
    rows = PaymentLine.objects.order_by("announced_on", "person").values_list(
        "person", "paid_sar", "announced_on", "counted_from", "filing_deadline", "superseded_on"
    )
    assert list(rows) == [
        (short.pk, Decimal(504), FIRST, FIRST, date(2027, 2, 8), SECOND),
        (whole.pk, Decimal(720), FIRST, FIRST, date(2027, 2, 8), None),
        (short.pk, Decimal(700), SECOND, SECOND, date(2027, 2, 22), None),
    ]
    assert [m.recipient for m in Message.objects.filter(campaign=done.campaign)] == [short.mobile]


def test_each_announcement_is_on_the_record(tmp_path):
    person = personas.head()
    rows = [f"{person.national_id},eligible,,720.00"]
    import_results(CYCLE, write(tmp_path / "a.csv", RESULTS_HEADER, rows), now=NOW)
    told_on(RESULTS, FIRST)
    told_on(RESULTS, SECOND)
    facts = AnnouncementRun.objects.order_by("id").values_list(
        "kind", "on", "status", "announced", "corrected", "campaign__key"
    )
    assert list(facts) == [
        ("results", FIRST, "done", 1, 0, CYCLE),
        ("results", SECOND, "done", 0, 0, None),
    ]
