"""A cycle's results: they wait, correct, or say nothing new."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from beneficiaries.errors import InvalidCycle
from beneficiaries.imports.results import import_results
from beneficiaries.models import Cycle, EligibilityResult, Person
from tests import personas
from tests.beneficiaries.files import RESULTS_HEADER, rejected, write
from tests.factories import PersonFactory, ResultFactory, national_id
from tests.plans import count_rows

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
CYCLE = "2026-11"
COUNTED = (Person, EligibilityResult)


@pytest.fixture
def person(db):
    return personas.head()


@pytest.fixture
def bring(tmp_path, db):
    def bring(*rows: str, cycle: str = CYCLE):
        path = write(tmp_path / "results.csv", RESULTS_HEADER, rows)
        return path, import_results(cycle, path, now=NOW)

    return bring


def announced(person, **facts) -> EligibilityResult:
    cycle, _ = Cycle.objects.get_or_create(code=CYCLE)
    return ResultFactory.create(person=person, cycle=cycle, **facts)


def waiting() -> list[tuple]:
    return list(
        EligibilityResult.objects.filter(announced_on=None).values_list(
            "status", "reason_codes", "entitlement_sar"
        )
    )


def test_results_wait_in_a_cycle_that_is_made_for_them(bring, person):
    other = personas.head()
    _, counts = bring(
        f"{person.national_id},ineligible,LEASE_NOT_PROVEN;ASSETS,0.00",
        f"{other.national_id},eligible,,1470.50",
    )
    assert (counts.created, counts.rejected) == (2, 0)
    assert Cycle.objects.get().code == CYCLE
    assert sorted(waiting()) == [
        ("eligible", [], Decimal("1470.50")),
        ("ineligible", ["ASSETS", "LEASE_NOT_PROVEN"], Decimal("0.00")),
    ]


def test_nobody_sees_what_waits(bring, person):
    bring(f"{person.national_id},eligible,,720.00")
    assert not EligibilityResult.objects.announced().exists()


def test_the_same_file_again_changes_nothing(bring, person):
    row = f"{person.national_id},eligible,,720.00"
    bring(row)
    _, counts = bring(row)
    assert (counts.created, counts.changed, counts.rejected) == (0, 0, 0)


def test_a_later_file_replaces_what_waits(bring, person):
    bring(f"{person.national_id},eligible,,720.00")
    _, counts = bring(f"{person.national_id},eligible,INCOME_CHANGED,300.00")
    assert (counts.created, counts.changed) == (0, 1)
    assert waiting() == [("eligible", ["INCOME_CHANGED"], Decimal("300.00"))]


def test_what_is_announced_already_leaves_nothing_waiting(bring, person):
    announced(person, reason_codes=["ASSETS", "LEASE_NOT_PROVEN"])
    _, counts = bring(f"{person.national_id},ineligible,LEASE_NOT_PROVEN;ASSETS,0.00")
    assert (counts.created, counts.changed) == (0, 0)
    assert waiting() == []


def test_something_else_waits_as_a_correction(bring, person):
    old = announced(person)
    bring(f"{person.national_id},eligible,,720.00")
    assert waiting() == [("eligible", [], Decimal("720.00"))]
    old.refresh_from_db()
    assert old.superseded_on is None


def test_a_correction_that_is_taken_back_no_longer_waits(bring, person):
    announced(person)
    bring(f"{person.national_id},eligible,,720.00")
    _, counts = bring(f"{person.national_id},ineligible,LEASE_NOT_PROVEN,0.00")
    assert waiting() == []
    assert counts.notes == ["1 waiting corrections withdrawn: as announced again"]


def test_a_result_that_was_replaced_before_may_come_again(bring, person):
    announced(person, superseded_on=date(2026, 11, 1))
    announced(person, status="eligible", entitlement_sar=Decimal("720.00"))
    bring(f"{person.national_id},ineligible,LEASE_NOT_PROVEN,0.00")
    assert waiting() == [("ineligible", ["LEASE_NOT_PROVEN"], Decimal("0.00"))]


def test_other_cycles_are_left_alone(bring, person):
    bring(f"{person.national_id},eligible,,720.00", cycle="2026-10")
    bring(f"{person.national_id},eligible,,500.00", cycle="2026-11")
    assert EligibilityResult.objects.count() == 2


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1000000024,eligible,,1.00", "national_id: not in the register"),
        ("1000000009,eligible,,1.00", "national_id: one of the digits is wrong"),
        ("{id},maybe,,1.00", "status: not one of eligible, ineligible"),
        ("{id},ineligible,BAD_LUCK,0.00", "reason_codes: BAD_LUCK unknown"),
        ("{id},ineligible,,0.00", "reason_codes: needed where somebody is not eligible"),
        ("{id},ineligible,ASSETS", "3 columns instead of 4"),
        ('{id},eligible,,"1,470.00"', "entitlement_sar: not an amount like 720.00"),
        ("{id},eligible,,-1.00", "entitlement_sar: not an amount like 720.00"),
        ("{id},eligible,,1.005", "entitlement_sar: not an amount like 720.00"),
        ("{id},eligible,,NaN", "entitlement_sar: not an amount like 720.00"),
        ("{id},eligible,,1e3", "entitlement_sar: not an amount like 720.00"),
        ("{id},eligible,,123456789.00", "entitlement_sar: not an amount like 720.00"),
        ("{id},eligible,,", "entitlement_sar: not an amount like 720.00"),
    ],
)
def test_a_wrong_row_is_rejected_and_no_other(bring, person, row, reason):
    other = personas.head()
    wrong = row.replace("{id}", person.national_id)
    path, counts = bring(wrong, f"{other.national_id},eligible,,720.00")
    assert rejected(path) == [(2, reason, wrong)]
    assert (counts.created, EligibilityResult.objects.get().person) == (1, other)


def test_a_person_twice_counts_once(bring, person):
    path, _ = bring(
        f"{person.national_id},eligible,,720.00", f"{person.national_id},eligible,,1.00"
    )
    assert [(line, reason) for line, reason, _ in rejected(path)] == [
        (3, "national_id: already in this file")
    ]
    assert waiting() == [("eligible", [], Decimal("720.00"))]


@pytest.mark.parametrize("cycle", ["2026", "2026-13", "11-2026", ""])
def test_a_malformed_cycle_is_refused(bring, cycle):
    with pytest.raises(InvalidCycle):
        bring("1,2,3,4", cycle=cycle)
    assert not Cycle.objects.exists()


def test_statements_do_not_grow_with_the_rows(bring, django_assert_max_num_queries):
    people = PersonFactory.create_batch(60)
    with django_assert_max_num_queries(28):
        bring(*(f"{person.national_id},eligible,,720.00" for person in people))
    assert EligibilityResult.objects.count() == 60


@pytest.mark.django_db(transaction=True)
def test_the_command_tells_what_it_did_and_fails_on_rejected_rows(tmp_path):
    person = personas.head()
    path = write(tmp_path / "r.csv", RESULTS_HEADER, [f"{person.national_id},eligible,,720.00"])
    out = StringIO()
    call_command("import_results", CYCLE, str(path), stdout=out, stderr=StringIO())
    assert out.getvalue() == "r.csv: 1 rows read, 1 new, 0 changed, 0 rejected.\n"
    write(path, RESULTS_HEADER, [f"{national_id(99)},eligible,,720.00"])
    with pytest.raises(CommandError, match="1 rows were rejected"):
        call_command("import_results", CYCLE, str(path), stdout=StringIO(), stderr=StringIO())
    with pytest.raises(CommandError, match="no cycle"):
        call_command("import_results", "11", str(path), stdout=StringIO(), stderr=StringIO())


def test_statistics_of_a_table_that_was_empty_do_not_make_it_read_once_a_row(bring):
    PersonFactory.create_batch(300)
    gone = ResultFactory.create_batch(300)
    EligibilityResult.objects.filter(pk__in=[result.pk for result in gone]).delete()
    Person.objects.all().delete()
    with connection.cursor() as cursor:
        count_rows(COUNTED)  # as after an import that was rolled back: pages without a row
        people = [personas.head() for _ in range(120)]
        for person in people:
            announced(person)
        before = _rows_read(cursor)
        _, counts = bring(*(f"{person.national_id},eligible,,99.00" for person in people))
        assert counts.created == 120
        assert _rows_read(cursor) - before < 10 * len(people)


def _rows_read(cursor) -> int:
    cursor.execute(
        """
        SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables
        WHERE relname IN ('beneficiaries_person', 'beneficiaries_eligibilityresult')
        """
    )
    return int(cursor.fetchone()[0])


@pytest.mark.parametrize("between", ["\t", "\n", "\r", "\n\\.\n"])
def test_codes_parted_by_tabs_or_line_ends_cost_their_own_row_and_no_other(bring, person, between):
    path, counts = bring(
        f'{person.national_id},ineligible,"BAD{between}LUCK",0.00',
        f"{person.national_id},eligible,,720.00",
    )
    assert (counts.created, counts.rejected) == (1, 1)
    [(line, reason, _row)] = rejected(path)
    assert line == 2
    assert reason.startswith("reason_codes: BAD ")


def test_reason_for_a_rejection_is_short_however_much_of_the_row_it_repeats(bring, person):
    path, counts = bring(f"{person.national_id},ineligible,{'X' * 60_000},0.00")
    assert counts.rejected == 1
    assert len(rejected(path)[0][1]) <= 300
