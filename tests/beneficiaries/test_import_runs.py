"""The record of an import: seen while it is under way, true at its end, and after a kill."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from beneficiaries.errors import InvalidCycle, UnreadableFile
from beneficiaries.imports.recording import living, settle_dead, shown_status, take
from beneficiaries.imports.register import import_register
from beneficiaries.imports.results import import_results
from beneficiaries.imports.staging import take_turn
from beneficiaries.imports.uploads import work_on
from beneficiaries.models import Cycle, EligibilityResult, ImportRun
from beneficiaries.statuses import Phase, RunStatus
from tests import personas
from tests.beneficiaries.files import REGISTER_HEADER, RESULTS_HEADER, register_row, write
from tests.factories import CycleFactory, PersonFactory, ResultFactory, national_id
from tests.locks import waits_for_a_lock
from tests.worker import ROOT, own_environ, wait_until

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
CYCLE = "2026-11"


def results_of(people, path):
    rows = [f"{person.national_id},eligible,,720.00" for person in people]
    return write(path, RESULTS_HEADER, rows)


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        process.kill()
        process.wait()


def uploaded(folder, person, *, name="a.csv", sar="720.00", **facts):
    """Give an upload that waits for a worker."""
    write(folder / name, RESULTS_HEADER, [f"{person.national_id},eligible,,{sar}"])
    return ImportRun.objects.create(
        **{
            "kind": "results",
            "cycle_code": CYCLE,
            "file_name": name,
            "stored_name": name,
            "size_bytes": 1,
            "status": RunStatus.WAITING,
            "attempts": 0,
            "asked_at": NOW,
        }
        | facts
    )


@pytest.fixture
def imports_folder(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "imports": {**settings.STORAGES["imports"], "OPTIONS": {"location": str(tmp_path)}},
    }
    return tmp_path


@pytest.mark.django_db
@pytest.mark.parametrize("status", [RunStatus.WAITING, RunStatus.RUNNING])
def test_an_upload_never_goes_before_an_earlier_one_of_its_kind(imports_folder, status):
    person = personas.head()
    first = uploaded(imports_folder, person, name="old.csv", sar="100.00", status=status)
    second = uploaded(imports_folder, person, name="new.csv", sar="200.00")
    other_kind = uploaded(imports_folder, person, name="x.csv", kind="register", cycle_code="")
    work_on(second.pk, now=NOW)
    second.refresh_from_db()
    assert second.status == RunStatus.WAITING
    work_on(other_kind.pk, now=NOW)
    other_kind.refresh_from_db()
    assert other_kind.status != RunStatus.WAITING
    ImportRun.objects.filter(pk=first.pk).update(status=RunStatus.WAITING)
    for run in (first, second):
        work_on(run.pk, now=NOW)
    assert str(EligibilityResult.objects.get().entitlement_sar) == "200.00"


@pytest.mark.django_db(transaction=True)
def test_an_upload_waits_while_another_of_its_kind_is_at_work(imports_folder):
    run = uploaded(imports_folder, personas.head())
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            take_turn(cursor, "results")
            work_on(run.pk, now=NOW)
            run.refresh_from_db()
            assert (run.status, run.attempts, run.refusal) == (RunStatus.WAITING, 0, "")
            assert (run.started_at, run.ended_at) == (None, None)
            cursor.execute("ROLLBACK")
    finally:
        other.close()
    assert run.pk in settle_dead(ImportRun, can_resume=lambda run: True, now=NOW)
    work_on(run.pk, now=NOW)
    run.refresh_from_db()
    assert (run.status, run.attempts, run.rows_created) == (RunStatus.DONE, 1, 1)


# What is written -------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_run_says_what_came_of_which_file(tmp_path):
    person = personas.head()
    path = write(
        tmp_path / "r.csv",
        RESULTS_HEADER,
        [
            f"{person.national_id},eligible,,720.00",
            "1000000009,eligible,,1.00",
            f"{national_id(99)},eligible,,1.00",
            "1000000009,eligible,,1.00",
            "broken",
        ],
    )
    import_results(CYCLE, path, now=NOW)
    run = ImportRun.objects.get()
    assert (run.kind, run.cycle_code, run.file_name) == ("results", CYCLE, "r.csv")
    assert (run.status, run.size_bytes) == (RunStatus.DONE, path.stat().st_size)
    assert (run.rows_read, run.rows_created, run.rows_changed, run.rows_rejected) == (5, 1, 0, 4)
    assert run.started_at == NOW
    assert run.ended_at is not None
    assert run.rejections == [
        {"kind": "national_id:checksum", "count": 2, "lines": [3, 5]},
        {"kind": "national_id:unknown_person", "count": 1, "lines": [4]},
        {"kind": "row:columns", "count": 1, "lines": [6]},
    ]


@pytest.mark.django_db
def test_of_a_kind_the_first_lines_are_kept_and_all_are_counted(tmp_path):
    path = write(tmp_path / "r.csv", RESULTS_HEADER, ["1,eligible,,1.00"] * 30)
    counts = import_results(CYCLE, path, now=NOW)
    assert counts.rejected == 30
    assert ImportRun.objects.get().rejections == [
        {"kind": "national_id:length", "count": 30, "lines": [2, 3, 4, 5, 6]}
    ]


@pytest.mark.django_db
def test_the_command_sums_the_rejected_rows_up_by_kind(tmp_path):
    person = personas.head()
    path = write(
        tmp_path / "r.csv",
        RESULTS_HEADER,
        [f"{person.national_id},maybe,,1.00", "x", *["1,eligible,,1.00"] * 6],
    )
    out = StringIO()
    with pytest.raises(CommandError, match="8 rows were rejected"):
        call_command("import_results", CYCLE, str(path), stdout=out, stderr=StringIO())
    assert out.getvalue().splitlines()[1:] == [
        "  6 × national_id: too short or too long (lines 4, 5, 6, 7, 8 …)",
        "  1 × not as many columns as the first line has (lines 3)",
        "  1 × status: not one of the words that it may be (lines 2)",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "code", "detail"),
    [
        (b"", "empty", ""),
        (b"PK\x03\x04\x14\x00", "workbook", ""),
        ("national_id,status".encode("utf-16"), "utf16", ""),
        (b"national_id,status\x00", "not_text", ""),
        (b"national_id,status\n1,2\n", "columns", "reason_codes, entitlement_sar"),
    ],
    ids=["empty", "workbook", "utf-16", "nul", "header"],
)
def test_a_file_that_is_refused_leaves_a_run_that_says_why(tmp_path, data, code, detail):
    path = tmp_path / "r.csv"
    path.write_bytes(data)
    with pytest.raises(UnreadableFile):
        import_results(CYCLE, path, now=NOW)
    run = ImportRun.objects.get()
    assert (run.status, run.refusal, run.refusal_detail) == (RunStatus.REFUSED, code, detail)
    assert not Cycle.objects.exists()


@pytest.mark.django_db
def test_what_is_no_cycle_is_refused_on_the_record(tmp_path):
    with pytest.raises(InvalidCycle):
        import_results("2026-13", tmp_path / "r.csv", now=NOW)
    assert (ImportRun.objects.get().status, ImportRun.objects.get().refusal) == (
        RunStatus.REFUSED,
        "no_cycle",
    )


@pytest.mark.django_db
def test_an_error_is_recorded_by_its_kind_and_nothing_is_kept(tmp_path, monkeypatch):
    path = results_of([personas.head()], tmp_path / "r.csv")
    monkeypatch.setattr("beneficiaries.imports.of_cycle.end_import", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        import_results(CYCLE, path, now=NOW)
    run = ImportRun.objects.get()
    assert (run.status, run.refusal, run.refusal_detail) == (
        RunStatus.FAILED,
        "error",
        "ZeroDivisionError",
    )
    assert not EligibilityResult.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_how_far_it_is_can_be_read_while_its_transaction_is_open(tmp_path):
    path = results_of([personas.head()], tmp_path / "r.csv")
    seen = []
    other = connection.copy()

    def look(_step):
        with other.cursor() as cursor:
            cursor.execute("SELECT id, status, phase FROM beneficiaries_importrun")
            seen.append((*cursor.fetchone(), living(ImportRun)))

    import_results(CYCLE, path, now=NOW, report=look)
    other.close()
    run = ImportRun.objects.get()
    # What is told is what came before: the report is heard first, then the row is written.
    assert [row[1:] for row in seen] == [
        ("running", "", {run.pk}),
        ("running", Phase.READING, {run.pk}),
        ("running", Phase.CHECKING, {run.pk}),
    ]
    assert (run.status, run.phase, living(ImportRun)) == (RunStatus.DONE, "", set())


@pytest.mark.django_db(transaction=True)
def test_an_import_goes_on_when_the_server_ends_the_connection_of_its_progress(tmp_path):
    person = personas.head()
    path = results_of([person], tmp_path / "r.csv")
    ended = []
    other = connection.copy()

    def cut(_step):
        with other.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE 'UPDATE%importrun%'"
                " AND state = 'idle'"
            )
            ended.append(cursor.fetchone()[0])

    import_results(CYCLE, path, now=NOW, report=cut)
    other.close()
    assert sum(ended) >= 1
    assert ImportRun.objects.get().status == RunStatus.DONE
    assert EligibilityResult.objects.get().person == person


@pytest.mark.django_db
def test_a_run_that_another_worker_took_over_is_not_ended_by_the_first(tmp_path):
    run = ImportRun.objects.create(kind="results", cycle_code=CYCLE, file_name="r.csv", attempts=1)
    ImportRun.objects.filter(pk=run.pk).update(attempts=2)  # it seemed dead and was taken again
    with pytest.raises(UnreadableFile):
        import_results(CYCLE, tmp_path / "none.csv", now=NOW, run=run)
    run.refresh_from_db()
    assert (run.status, run.refusal, run.ended_at) == (RunStatus.RUNNING, "", None)


# A process that dies ------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_killed_half_way_leaves_nothing_and_runs_again(tmp_path, started):
    people = PersonFactory.create_batch(50)
    path = results_of(people, tmp_path / "r.csv")
    cycle = CycleFactory.create(code=CYCLE)
    command = [sys.executable, "manage.py", "import_results", CYCLE, str(path)]
    with transaction.atomic():
        # The last row of the file waits for this transaction, those before it are written by then.
        ResultFactory.create(person=people[-1], cycle=cycle, announced_on=None)
        process = subprocess.Popen(command, cwd=ROOT, env=own_environ(), stderr=subprocess.DEVNULL)
        started.append(process)
        wait_until(lambda: waits_for_a_lock() or process.poll() is not None, what="it writes")
        run = ImportRun.objects.get()
        assert (run.status, run.phase) == (RunStatus.RUNNING, Phase.WRITING)
        assert shown_status(run, living(ImportRun)) == RunStatus.RUNNING
        process.kill()
        process.wait()
        wait_until(lambda: not living(ImportRun), what="the server gives the dead one up")
        assert shown_status(run, living(ImportRun)) == RunStatus.BROKEN_OFF
        transaction.set_rollback(True)
    assert not EligibilityResult.objects.exists()
    call_command("import_results", CYCLE, str(path), stdout=StringIO(), stderr=StringIO())
    assert EligibilityResult.objects.filter(announced_on=None).count() == 50
    assert settle_dead(ImportRun, can_resume=lambda run: bool(run.stored_name), now=_later()) == []
    assert list(ImportRun.objects.order_by("pk").values_list("status", flat=True)) == [
        RunStatus.BROKEN_OFF,
        RunStatus.DONE,
    ]


def _later() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=5)


@pytest.mark.django_db
def test_a_dead_run_of_a_worker_waits_again_until_it_was_tried_often_enough():
    run = ImportRun.objects.create(kind="results", stored_name="a/b.csv", started_at=NOW)
    for attempt in (2, 3):
        assert settle_dead(ImportRun, can_resume=lambda run: True, now=_later()) == [run.pk]
        assert take(ImportRun, run.pk, now=NOW).attempts == attempt
        assert take(ImportRun, run.pk, now=NOW) is None
    assert settle_dead(ImportRun, can_resume=lambda run: True, now=_later()) == []
    run.refresh_from_db()
    assert run.status == RunStatus.BROKEN_OFF


@pytest.mark.django_db
def test_a_run_that_began_just_now_is_not_called_dead():
    run = ImportRun.objects.create(kind="results", started_at=NOW)
    settle_dead(ImportRun, can_resume=lambda run: True, now=NOW + timedelta(seconds=30))
    run.refresh_from_db()
    assert run.status == RunStatus.RUNNING


@pytest.mark.django_db
def test_the_day_of_the_register_is_on_the_record(tmp_path):
    path = write(tmp_path / "r.csv", REGISTER_HEADER, [register_row("1000000008")])
    import_register(path, as_of=date(2026, 11, 1), now=NOW)
    assert ImportRun.objects.get().as_of == date(2026, 11, 1)
