"""A cycle's payments: a line a person, the same status and day across a household."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from beneficiaries.errors import InvalidCycle
from beneficiaries.imports.payments import COLUMNS, import_payments
from beneficiaries.models import Cycle, ImportRun, PaymentLine, Person
from tests import personas
from tests.beneficiaries.files import rejected, write
from tests.factories import CycleFactory, PaymentLineFactory, national_id

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
CYCLE = "2026-11"
HEADER = ",".join(COLUMNS)


@pytest.fixture
def person(db):
    return personas.head()


@pytest.fixture
def bring(tmp_path, db):
    def bring(*rows: str, cycle: str = CYCLE):
        path = write(tmp_path / "payments.csv", HEADER, rows)
        return path, import_payments(cycle, path, now=NOW)

    return bring


def row(person, *, entitled="720.00", paid="504.00", status="paid", day="2026-11-10", why=""):
    return f"{person.national_id},{entitled},{paid},{status},{day},{why}"


def told(person, **facts) -> PaymentLine:
    return PaymentLineFactory.create(person=person, cycle=CycleFactory(code=CYCLE), **facts)


def waiting() -> list[tuple]:
    lines = PaymentLine.objects.filter(announced_on=None).order_by("person")
    return list(lines.values_list("status", "entitled_sar", "paid_sar", "paid_on", "reason_codes"))


def test_lines_wait_in_a_cycle_that_is_made_for_them(bring, person):
    _, counts = bring(row(person, why="ABSENCE_DEDUCTION;INCOME_CHANGED"))
    assert (counts.created, counts.rejected) == (1, 0)
    assert Cycle.objects.get().code == CYCLE
    assert waiting() == [
        (
            "paid",
            Decimal("720.00"),
            Decimal("504.00"),
            date(2026, 11, 10),
            ["ABSENCE_DEDUCTION", "INCOME_CHANGED"],
        )
    ]
    line = PaymentLine.objects.get()
    assert line.household == person.household
    assert not PaymentLine.objects.announced().exists()
    run = ImportRun.objects.get()
    assert (run.kind, run.rows_read, run.rows_written) == ("payments", 1, 1)


def test_the_same_file_again_changes_nothing(bring, person):
    bring(row(person))
    _, counts = bring(row(person))
    assert (counts.created, counts.changed) == (0, 0)
    assert len(waiting()) == 1


def test_what_is_announced_already_leaves_nothing_waiting(bring, person):
    told(person)
    _, counts = bring(row(person, why="ABSENCE_DEDUCTION"))
    assert counts.written == 0
    assert waiting() == []


def test_unpaid_line_without_a_day_is_known_again(bring, person):
    told(person, status="sent", paid_sar=Decimal("720.00"))
    _, counts = bring(row(person, status="sent", paid="720.00", day=""))
    assert counts.written == 0


def test_correction_waits_beside_what_was_announced(bring, person):
    told(person)
    bring(row(person, paid="720.00"))
    assert [line[2] for line in waiting()] == [Decimal("720.00")]
    _, counts = bring(row(person, why="ABSENCE_DEDUCTION"))
    assert counts.notes == ["1 waiting corrections withdrawn: as announced again"]
    assert waiting() == []


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"status": "settled"}, "status: not one of"),
        ({"day": ""}, "paid_on: needed where a payment is paid or none"),
        ({"status": "none", "paid": "0.00", "day": ""}, "paid_on: needed"),
        ({"status": "none", "paid": "1.00"}, "paid_sar: not 0.00 where nothing was paid"),
        ({"day": "10/11/2026x"}, "paid_on: not a date"),
        ({"day": "2026-02-30"}, "paid_on: not a date"),
        ({"day": "2096-11-10"}, "paid_on: not a date"),  # no page could write it in Hijri
        ({"paid": "-1"}, "paid_sar: not an amount"),
        ({"entitled": "many"}, "entitled_sar: not an amount"),
        ({"why": "BECAUSE"}, "reason_codes: BECAUSE unknown"),
    ],
)
def test_what_cannot_be_taken_is_kept_with_its_reason(bring, person, bad, reason):
    path, counts = bring(row(person, **bad))
    assert counts.rejected == 1
    assert reason in rejected(path)[0][1]
    assert waiting() == []


def test_unknown_person_and_second_row_are_rejected(bring, person):
    path, counts = bring(
        row(person), row(person), f"{national_id(99_999)},720.00,0.00,paid,2026-11-10,"
    )
    assert (counts.created, counts.rejected) == (1, 2)
    assert [line[1] for line in rejected(path)] == [
        "national_id: already in this file",
        "national_id: not in the register",
    ]


@pytest.mark.parametrize(
    "other", [{"day": "2026-11-11"}, {"status": "sent"}], ids=["other-day", "other-status"]
)
def test_household_that_says_two_things_is_rejected_whole(bring, person, other):
    adult, stranger = personas.adult_of(person), personas.head()
    path, counts = bring(row(person), row(adult, **other), row(stranger))
    assert (counts.created, counts.rejected) == (1, 2)
    assert {line[1] for line in rejected(path)} == {
        "status, paid_on: not the same for everybody of the household"
    }
    assert PaymentLine.objects.get().person == stranger


def test_part_of_a_household_may_not_contradict_the_rest(bring, person):
    adult = personas.adult_of(person)
    told(adult)
    _, counts = bring(row(person, day="2026-11-12"))
    assert counts.rejected == 1
    _, counts = bring(row(person))
    assert (counts.created, counts.rejected) == (1, 0)


def test_line_of_somebody_who_joined_since_binds_no_other_household(bring, person):
    joined = personas.outsider()
    told(joined)
    Person.objects.filter(pk=joined.pk).update(household=person.household, relation="spouse")
    _, counts = bring(row(person, day="2026-11-12"))
    assert (counts.created, counts.rejected) == (1, 0)


def test_whole_household_may_move_to_another_day(bring, person):
    adult = personas.adult_of(person)
    told(person)
    told(adult)
    _, counts = bring(row(person, day="2026-11-12"), row(adult, day="2026-11-12"))
    assert (counts.created, counts.rejected) == (2, 0)


def test_digits_and_marks_are_read_as_people_type_them(bring, person):
    _, counts = bring(row(person, entitled="٧٢٠٫00".replace("٫", "."), day="٢٠٢٦-١١-١٠"))
    assert counts.created == 1
    assert waiting()[0][3] == date(2026, 11, 10)


def test_cycle_that_is_none_is_refused(bring, person):
    with pytest.raises(InvalidCycle):
        bring(row(person), cycle="2026-13")


def test_command_tells_counts_and_fails_for_rejections(tmp_path, person):
    path = write(tmp_path / "p.csv", HEADER, [row(person), row(person)])
    out = StringIO()
    with pytest.raises(CommandError, match="1 rows were rejected"):
        call_command("import_payments", CYCLE, str(path), stdout=out, stderr=StringIO())
    assert "2 rows read, 1 new, 0 changed, 1 rejected" in out.getvalue()
