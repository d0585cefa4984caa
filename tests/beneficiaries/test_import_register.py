"""The register's file: what comes in, what is rejected, what is left alone."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from beneficiaries.errors import ImportRunning
from beneficiaries.imports.register import KIND, import_register
from beneficiaries.imports.staging import take_turn
from beneficiaries.models import Household, ImportRun, Person, PersonChange
from saudi.hijri import HijriDate
from tests import personas
from tests.beneficiaries.files import REGISTER_HEADER, register_row, rejected, rejected_file, write
from tests.factories import iban, mobile, national_id

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
AS_OF = date(2026, 11, 20)
A, B, C, D = (national_id(number) for number in (71, 72, 73, 74))


@pytest.fixture
def bring(tmp_path, db):
    def bring(*rows: str, as_of: date | None = AS_OF, header: str = REGISTER_HEADER, now=NOW):
        path = write(tmp_path / "register.csv", header, rows)
        return path, import_register(path, as_of=as_of, now=now)

    return bring


def test_a_household_comes_in_with_its_head_and_others_in_any_order(bring):
    _, counts = bring(
        register_row(B, household_id="H1", relation="child", mobile=""),
        register_row(A, household_id="H1", iban=iban(3), mobile="٠٥٠٠٠٠٠١٢٣"),
    )
    assert (counts.created, counts.changed, counts.rejected) == (2, 0, 0)
    head, child = Person.objects.get(national_id=A), Person.objects.get(national_id=B)
    assert head.household == child.household == Household.objects.get(register_id="H1")
    assert (head.relation, head.mobile, head.iban) == ("head", "+966500000123", iban(3))
    assert (child.mobile, child.birth_date, child.language) == ("", HijriDate(1410, 7, 1), "ar")
    assert {head.register_as_of, child.register_as_of} == {AS_OF}


def test_the_same_file_again_changes_nothing_and_says_so(bring):
    rows = [register_row(A, household_id="H1"), register_row(B, household_id="H1", relation="ward")]
    bring(*rows)
    before = list(Person.objects.order_by("pk").values())
    _, counts = bring(*rows)
    assert (counts.read, counts.created, counts.changed) == (2, 0, 0)
    assert list(Person.objects.order_by("pk").values()) == before
    assert not PersonChange.objects.exists()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"national_id": "1000000009"}, "national_id: one of the digits is wrong"),
        ({"national_id": "3000000007"}, "national_id: does not start with 1 or 2"),
        ({"national_id": "100000000"}, "national_id: too short or too long"),
        ({"national_id": "10000000O8"}, "national_id: not digits only"),
        ({"national_id": ""}, "national_id: empty"),
        ({"full_name": " \u200f "}, "full_name: empty"),
        ({"full_name": "س" * 151}, "full_name: longer than 150 characters"),
        ({"mobile": "0112345678"}, "mobile: not a mobile number"),
        ({"mobile": "+201000000001"}, "mobile: not a Saudi mobile"),
        ({"mobile": "05000000011"}, "mobile: too short or too long"),
        ({"birth_date_hijri": "1410/13/01"}, "birth_date_hijri: month out of range"),
        ({"birth_date_hijri": "1410/01/31"}, "birth_date_hijri: day out of range"),
        ({"birth_date_hijri": "1299/12/30"}, "birth_date_hijri: year out of range"),
        ({"birth_date_hijri": "1460/01/01"}, "birth_date_hijri: year in the future"),
        ({"birth_date_hijri": "1990-05-01"}, "birth_date_hijri: year in the future"),
        ({"birth_date_hijri": ""}, "birth_date_hijri: date empty"),
        ({"household_id": ""}, "household_id: empty"),
        ({"relation": "HEADS"}, "relation: not one of head, spouse, child, parent, sibling, ward"),
        ({"relation": "uncle"}, "relation: not one of head, spouse, child, parent, sibling, ward"),
        ({"iban": "SA0380000000608010167518"}, "iban: one of the digits is wrong"),
        ({"iban": "GB82WEST12345698765432"}, "iban: does not start with SA"),
    ],
)
def test_a_wrong_value_rejects_its_row_and_no_other(bring, changed, reason):
    wrong = register_row(**({"national_id": B} | changed))
    path, counts = bring(register_row(A), wrong, register_row(C))
    assert rejected(path) == [(3, reason, wrong)]
    assert counts.rejected == 1
    assert set(Person.objects.values_list("national_id", flat=True)) == {A, C}


@pytest.mark.parametrize(
    "birth_date", ["1300/01/01", "1444/02/30", "1433/12/30", "01/07/1410", "١٤١٠/٠٧/٠١"]
)
def test_what_the_register_says_of_a_birth_is_taken(bring, birth_date):
    _, counts = bring(register_row(A, birth_date_hijri=birth_date))
    assert counts.created == 1


def test_a_person_twice_in_a_file_counts_once(bring):
    second = register_row(A, full_name="الثاني")
    path, counts = bring(register_row(A, full_name="الأول"), second)
    assert (counts.created, rejected(path)) == (
        1,
        [(3, "national_id: already in this file", second)],
    )
    assert Person.objects.get().full_name == "الأول"


def test_a_household_without_a_head_is_unknown(bring):
    path, _ = bring(register_row(A), register_row(B, household_id="H9", relation="child"))
    assert [(line, reason) for line, reason, _ in rejected(path)] == [
        (3, "household_id: no head of this household in this file or in the register")
    ]


def test_who_belongs_to_a_rejected_head_is_rejected_too(bring):
    path, counts = bring(
        register_row(A, household_id="H1", iban="SA00"),
        register_row(B, household_id="H1", relation="child"),
        register_row(C),
    )
    assert [line for line, _, _ in rejected(path)] == [2, 3]
    assert counts.created == 1


def test_a_household_has_one_head_in_a_file(bring):
    path, _ = bring(register_row(A, household_id="H1"), register_row(B, household_id="H1"))
    assert [(line, reason) for line, reason, _ in rejected(path)] == [
        (3, "relation: this household has another head in this file")
    ]


def test_a_household_has_one_head_in_the_register(bring):
    bring(register_row(A, household_id="H1"))
    path, _ = bring(register_row(B, household_id="H1"), register_row(C))
    assert [(line, reason) for line, reason, _ in rejected(path)] == [
        (2, "relation: this household has another head in the register")
    ]
    assert Person.objects.get(relation="head", household__register_id="H1").national_id == A


def test_a_head_keeps_the_place_against_a_second_one_in_the_same_file(bring):
    bring(register_row(A, household_id="H1"))
    path, _ = bring(register_row(B, household_id="H1"), register_row(A, household_id="H1"))
    assert [line for line, _, _ in rejected(path)] == [2]


def test_a_household_passes_from_one_head_to_another(bring):
    bring(register_row(A, household_id="H1"), register_row(B, household_id="H1", relation="spouse"))
    _, counts = bring(
        register_row(B, household_id="H1"), register_row(A, household_id="H1", relation="parent")
    )
    assert (counts.changed, counts.rejected) == (2, 0)
    assert Person.objects.get(relation="head").national_id == B


def test_two_heads_may_change_places(bring):
    bring(register_row(A, household_id="H1"), register_row(B, household_id="H2"))
    _, counts = bring(register_row(A, household_id="H2"), register_row(B, household_id="H1"))
    assert counts.changed == 2
    assert Person.objects.get(national_id=A).household.register_id == "H2"


def test_a_child_moves_to_another_household(bring):
    bring(
        register_row(A, household_id="H1"),
        register_row(B, household_id="H2"),
        register_row(C, household_id="H1", relation="child"),
    )
    bring(register_row(C, household_id="H2", relation="child"))
    assert Person.objects.get(national_id=C).household.register_id == "H2"


def test_a_household_in_the_register_takes_new_people(bring):
    bring(register_row(A, household_id="H1"))
    _, counts = bring(register_row(B, household_id="H1", relation="child"))
    assert (counts.created, counts.rejected) == (1, 0)


def test_changed_contact_details_are_recorded(bring):
    bring(register_row(A, mobile="0500000100", city="جدة"))
    bring(register_row(A, mobile="0500000200", city="أبها", iban=iban(8)))
    changes = PersonChange.objects.order_by("field").values_list(
        "field", "old_value", "new_value", "source", "changed_by"
    )
    assert list(changes) == [
        ("city", "جدة", "أبها", "register", None),
        ("iban", "", iban(8), "register", None),
        ("mobile", "+966500000100", "+966500000200", "register", None),
    ]


def proved(day: date, hour: int = 12) -> Person:
    person = personas.head(
        mobile=mobile(500), household__register_id="H5", register_as_of=date(2026, 1, 1)
    )
    person.mobile_proved_at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    person.save()
    return person


@pytest.mark.parametrize(
    ("proved_on", "is_kept"),
    [(date(2026, 11, 21), True), (date(2026, 11, 20), True), (date(2026, 11, 19), False)],
    ids=["after-the-file", "on-its-day", "before-it"],
)
def test_a_mobile_proved_after_the_files_day_stays(bring, proved_on, is_kept):
    person = proved(proved_on)
    bring(register_row(person.national_id, household_id="H5", mobile="0500000200", city="حائل"))
    person.refresh_from_db()
    assert person.mobile == (mobile(500) if is_kept else "+966500000200")
    assert (person.mobile_proved_at is not None) == is_kept
    assert person.city == "حائل"
    assert PersonChange.objects.filter(field="mobile").exists() != is_kept


def test_an_instant_after_midnight_in_riyadh_is_the_next_day(bring):
    person = proved(date(2026, 11, 19), hour=22)  # 01:00 on the 20th in Riyadh
    bring(register_row(person.national_id, household_id="H5", mobile="0500000200"))
    person.refresh_from_db()
    assert person.mobile == mobile(500)


def test_an_empty_mobile_never_erases_a_proved_one(bring):
    person = proved(date(2026, 2, 1))
    bring(register_row(person.national_id, household_id="H5", mobile=""))
    person.refresh_from_db()
    assert person.mobile == mobile(500)
    assert person.mobile_proved_at is not None


def test_the_same_number_from_the_register_stays_proved(bring):
    person = proved(date(2026, 2, 1))
    bring(register_row(person.national_id, household_id="H5", mobile=mobile(500)))
    person.refresh_from_db()
    assert person.mobile_proved_at is not None


def test_an_older_file_leaves_newer_data_alone(bring):
    bring(register_row(A, city="جدة"), as_of=date(2026, 11, 20))
    path, counts = bring(register_row(A, city="أبها"), register_row(B), as_of=date(2026, 11, 19))
    assert Person.objects.get(national_id=A).city == "جدة"
    assert (counts.created, counts.changed, counts.rejected) == (1, 0, 0)
    assert counts.notes == ["1 rows left as they are: the register's data of them is newer"]
    assert not rejected_file(path).exists()


def test_the_same_data_of_a_later_day_moves_the_day(bring):
    bring(register_row(A, city="جدة"), as_of=date(2026, 11, 1))
    bring(register_row(A, city="جدة"), as_of=date(2026, 11, 20))
    bring(register_row(A, city="أبها"), as_of=date(2026, 11, 10))
    assert Person.objects.get().city == "جدة"


def test_without_a_day_the_files_own_day_counts(tmp_path, db):
    path = write(tmp_path / "r.csv", REGISTER_HEADER, [register_row(A)])
    # 22:30 UTC on the 9th is the 10th in Riyadh.
    written_at = datetime(2026, 11, 9, 22, 30, tzinfo=UTC).timestamp()
    os.utime(path, (written_at, written_at))
    import_register(path, as_of=None, now=NOW)
    assert Person.objects.get().register_as_of == date(2026, 11, 10)


def test_a_file_of_the_future_counts_as_todays(tmp_path, db):
    path = write(tmp_path / "r.csv", REGISTER_HEADER, [register_row(A)])
    written_at = datetime(2027, 1, 1, tzinfo=UTC).timestamp()
    os.utime(path, (written_at, written_at))
    import_register(path, as_of=None, now=NOW)
    assert Person.objects.get().register_as_of == date(2026, 11, 25)


def test_names_keep_their_spelling_and_lose_what_is_not_seen(bring):
    bring(register_row(A, full_name='"مُحَمَّد، ""أبو علي""\u202e\nبن\\سعد"'))
    assert Person.objects.get().full_name == 'مُحَمَّد، "أبو علي" بن\\سعد'


def test_words_are_read_in_any_case_and_spacing(bring):
    bring(register_row(A, relation=" Head\u200f ", full_name="  سارة   أحمد "))
    assert Person.objects.get().full_name == "سارة أحمد"


def test_broken_rows_are_kept_in_the_order_of_the_file(bring):
    path, counts = bring(
        register_row(A),
        "too,few",
        register_row(B, household_id="H9", relation="child"),
        register_row(C, iban="SA1"),
        register_row(D),
    )
    assert [line for line, _, _ in rejected(path)] == [3, 4, 5]
    assert (counts.read, counts.created, counts.rejected) == (5, 2, 3)


def test_a_clean_run_removes_the_rejected_rows_of_the_last(bring):
    path, _ = bring(register_row(A, iban="SA1"))
    assert rejected_file(path).exists()
    path, counts = bring(register_row(A))
    assert not rejected_file(path).exists()
    assert counts.rejected_path is None


def test_a_run_leaves_its_counts(bring):
    bring(register_row(A), register_row(B, iban="SA1"))
    run = ImportRun.objects.get()
    assert (run.kind, run.file_name, run.started_at) == ("register", "register.csv", NOW)
    assert (run.rows_read, run.rows_rejected, run.rows_written) == (2, 1, 1)
    assert run.ended_at is not None


def test_statements_do_not_grow_with_the_rows(tmp_path, db, django_assert_max_num_queries):
    rows = [register_row(national_id(number)) for number in range(3000, 5000)]
    path = write(tmp_path / "r.csv", REGISTER_HEADER, rows)
    with django_assert_max_num_queries(30):
        assert import_register(path, as_of=AS_OF, now=NOW).created == 2000


@pytest.mark.django_db(transaction=True)
def test_a_second_import_at_the_same_time_is_refused(tmp_path):
    path = write(tmp_path / "r.csv", REGISTER_HEADER, [register_row(A)])

    def another() -> str:
        try:
            import_register(path, as_of=AS_OF, now=NOW)
        except ImportRunning as error:
            return error.kind
        finally:
            connection.close()
        return "imported"

    with transaction.atomic(), connection.cursor() as cursor, ThreadPoolExecutor(1) as threads:
        take_turn(cursor, KIND)
        assert threads.submit(another).result() == "register"
    assert not Person.objects.exists()
    assert import_register(path, as_of=AS_OF, now=NOW).created == 1


@pytest.mark.django_db(transaction=True)
def test_an_import_that_breaks_leaves_nothing(tmp_path, monkeypatch):
    path = write(tmp_path / "r.csv", REGISTER_HEADER, [register_row(A), register_row(B, iban="X")])
    monkeypatch.setattr("beneficiaries.imports.register.end_import", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        import_register(path, as_of=AS_OF, now=NOW)
    assert not Person.objects.exists()
    assert [left.name for left in tmp_path.iterdir()] == ["r.csv"]


# The command --------------------------------------------------------------------------------


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("import_register", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_the_command_tells_what_it_did(tmp_path):
    path = write(tmp_path / "r.csv", REGISTER_HEADER, [register_row(A)])
    assert run(str(path)) == "r.csv: 1 rows read, 1 new, 0 changed, 0 rejected.\n"


@pytest.mark.django_db(transaction=True)
def test_the_command_fails_when_rows_were_rejected_and_keeps_the_others(tmp_path):
    path = write(tmp_path / "r.csv", REGISTER_HEADER, [register_row(A), register_row(B, iban="X")])
    with pytest.raises(CommandError, match="1 rows were rejected"):
        run(str(path))
    assert Person.objects.get().national_id == A
    assert [line for line, _, _ in rejected(path)] == [3]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none.csv"], "no such file"),
        (["empty.csv"], "empty"),
        (["header.csv"], "lacks"),
        (["good.csv", "--as-of", "2026-13-01"], "no date"),
        (["good.csv", "--as-of", "2070-01-01"], "future"),
    ],
    ids=["missing", "empty", "wrong-header", "no-date", "future"],
)
def test_the_command_says_why_nothing_was_imported(tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "header.csv").write_text("national_id,name\n1,2\n", encoding="utf-8")
    write(tmp_path / "good.csv", REGISTER_HEADER, [register_row(A)])
    with pytest.raises(CommandError, match=words):
        run(*arguments)
    assert not Person.objects.exists()
    assert not ImportRun.objects.exclude(status="refused").exists()


@pytest.mark.django_db(transaction=True)
def test_the_command_says_that_another_import_runs(tmp_path):
    path = write(tmp_path / "r.csv", REGISTER_HEADER, [register_row(A)])

    def another() -> str:
        try:
            run(str(path))
        except CommandError as error:
            return str(error)
        finally:
            connection.close()
        return "imported"

    with transaction.atomic(), connection.cursor() as cursor, ThreadPoolExecutor(1) as threads:
        take_turn(cursor, KIND)
        assert "Another import of register is running" in threads.submit(another).result()


@pytest.mark.django_db
def test_rejected_rows_are_read_by_whoever_may_read_the_input(tmp_path):
    path = write(tmp_path / "r.csv", REGISTER_HEADER, [register_row(A, iban="X")])
    path.chmod(0o600)
    with pytest.raises(CommandError, match="1 rows were rejected"):
        run(str(path))
    assert stat.S_IMODE(rejected_file(path).stat().st_mode) == 0o600


@pytest.mark.django_db
def test_nothing_is_imported_where_the_rejected_rows_cannot_be_kept(tmp_path):
    path = write(tmp_path / "r.csv", REGISTER_HEADER, [register_row(A), register_row(B, iban="X")])
    rejected_file(path).with_name("r.csv.rejected.csv.part").mkdir()
    with pytest.raises(CommandError, match="Nothing was imported"):
        run(str(path))
    assert not Person.objects.exists()


@pytest.mark.django_db
def test_the_command_tells_of_rows_that_were_left_alone(tmp_path):
    path = write(tmp_path / "r.csv", REGISTER_HEADER, [register_row(A)])
    run(str(path), "--as-of", "2026-01-02")
    assert "1 rows left as they are" in run(str(path), "--as-of", "01/01/2026")
