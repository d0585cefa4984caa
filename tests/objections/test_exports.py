"""The programme's file of decisions: each goes out once, all of a file or nothing of it."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from objections.exports import (
    NothingToExport,
    NotReconciled,
    export_decisions,
    finish_files,
    making,
    repeat_export,
)
from objections.exports.rows import COLUMNS, safe_cell
from objections.models import DecisionExport, Objection
from objections.statuses import ObjectionStatus
from tests.factories import PaymentLineFactory
from tests.objections.cases import NOW, approved, decided, proposed, result_of, submitted
from tests.objections.test_concurrency import at_once
from tests.personas import head, staff

pytestmark = pytest.mark.django_db


def decided_one(
    outcome: ObjectionStatus = ObjectionStatus.ACCEPTED, *, person: Any = None, **fields: Any
) -> Objection:
    person = person or head()
    return decided(submitted(result_of(person), person), staff(), decision=outcome, **fields)


def export(folder: Path) -> making.Exported:
    return export_decisions(folder=folder, by=None, account="programme", now=NOW)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder of the exports' own; it is not there yet."""
    return tmp_path / "exports"


def rows_of(path: Path) -> list[dict[str, str]]:
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def with_money() -> Objection:
    """An accepted objection with money for October, a replaced reason and a formula in it."""
    person = head(national_id="1000000008")
    case = submitted(result_of(person), person)
    PaymentLineFactory.create(cycle__code="2026-10", paid_on=NOW.date())
    return decided(case, staff(), back_pay={"2026-10": Decimal("720.50")})


def test_file_has_each_decision_in_force_with_its_money(
    with_money: Objection, folder: Path
) -> None:
    rejected = decided_one(ObjectionStatus.REJECTED)
    proposed(submitted(result_of(person := head()), person), staff())
    done = export(folder)
    assert done.path.read_bytes().startswith(b"\xef\xbb\xbf")
    first, second = rows_of(done.path)
    decision = with_money.decisions.get()
    assert tuple(first) == COLUMNS
    assert first == {
        "decision_id": str(decision.pk),
        "reference": with_money.reference,
        "national_id": "1000000008",
        "cycle": "2026-10",
        "track": "result",
        "outcome": "accepted",
        "reason_codes": "TEST_ACCEPTED",
        "effective_cycle": "2027-01",
        "back_pay": "2026-10=720.50",
        "back_pay_total_sar": "720.50",
        "decided_at": "2026-11-12T21:14:07+03:00",
        "replaces_decision_id": "",
        "replace_reason": "",
    }
    assert (second["reference"], second["outcome"]) == (rejected.reference, "rejected")
    made = done.export
    assert (made.accepted, made.partly_accepted, made.rejected) == (1, 0, 1)
    assert (made.back_pay_sar, made.rows) == (Decimal("720.50"), 2)
    assert done.path.stat().st_mode & 0o777 == 0o600


def test_decision_goes_out_once(folder: Path) -> None:
    decided_one()
    export(folder)
    with pytest.raises(NothingToExport):
        export(folder)
    second = decided_one()
    [row] = rows_of(export(folder).path)
    assert row["reference"] == second.reference
    assert DecisionExport.objects.count() == 2


def test_replaced_decision_goes_out_and_names_the_one_it_replaces(
    folder: Path,
) -> None:
    case = decided_one(ObjectionStatus.REJECTED)
    first = case.decisions.get()
    export(folder)
    for answer in ("قبلناه.", "قبلنا جزءًا."):
        later = proposed(case, staff(), answer=answer, supersede_reason="=1+1 وصل العقد")
        approved(later, staff())
    [row] = rows_of(export(folder).path)
    assert row["decision_id"] == str(case.decisions.latest("id").pk)
    assert row["replaces_decision_id"] == str(first.pk), "the one between never went out"
    assert row["replace_reason"] == "'=1+1 وصل العقد"


@pytest.mark.parametrize("value", ["=1", "+9", "-1", "@a", "\tx", "\rx", "\nx"])
def test_no_cell_is_a_formula(value: str) -> None:
    assert safe_cell(value) == f"'{value}"
    assert safe_cell(f"a{value}") == f"a{value}"


def test_earlier_file_is_written_again_only_on_demand(with_money: Objection, folder: Path) -> None:
    first = export(folder)
    approved(
        proposed(
            with_money, staff(), decision=ObjectionStatus.REJECTED, supersede_reason="خطأ في الجمع"
        ),
        staff(),
    )
    again = repeat_export(first.export, folder=folder, by=staff(), account="x", now=NOW)
    assert again.path != first.path
    assert again.path.read_bytes() == first.path.read_bytes()
    assert (again.export.repeats, again.export.back_pay_sar) == (first.export, Decimal("720.50"))
    assert not again.export.decisions.exists()


def test_failure_before_the_commit_leaves_nothing(
    with_money: Objection, folder: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(making, "_ensure_reconciled", _not_reconciled)
    with pytest.raises(NotReconciled):
        export(folder)
    assert list(folder.iterdir()) == []
    assert not DecisionExport.objects.exists()
    monkeypatch.undo()
    assert export(folder).export.rows == 1


def _not_reconciled(*_args: object) -> None:
    raise NotReconciled


def test_totals_are_held_to_what_the_database_counts(
    with_money: Objection, folder: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(making, "_read", lambda _decisions: iter(()))
    with pytest.raises(NotReconciled):
        export(folder)
    assert not with_money.decisions.exclude(export=None).exists()


def test_file_without_its_name_gets_it_at_the_next_run(
    with_money: Objection, folder: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(making, "_named", _no_room)
    with pytest.raises(OSError, match="no room"):
        export(folder)
    monkeypatch.undo()
    assert [path.suffix for path in folder.iterdir()] == [".unfinished"]
    (folder / "decisions-999999.csv.unfinished").write_text("of a run that was never committed")
    [path] = finish_files(folder)
    [row] = rows_of(path)
    assert row["reference"] == with_money.reference
    assert list(folder.iterdir()) == [path]
    assert finish_files(folder) == []


def _no_room(_path: Path) -> Path:
    raise OSError(28, "no room")


def test_command_tells_what_it_did_and_who_is_known(
    with_money: Objection, folder: Path, capsys: Any
) -> None:
    maker = staff(username="maker")
    call_command("export_decisions", folder=folder, by="maker")
    told = capsys.readouterr().out
    made = DecisionExport.objects.get()
    assert f"Export {made.pk}: 1 decisions" in told
    assert "accepted 1, partly accepted 0, rejected 0" in told
    assert "SAR 720.50" in told
    assert made.made_by == maker
    call_command("export_decisions", folder=folder)
    assert "No decision in force" in capsys.readouterr().out
    call_command("export_decisions", folder=folder, again=made.pk)
    for wrong in ({"again": made.pk + 1}, {"by": "nobody"}):
        with pytest.raises(CommandError):
            call_command("export_decisions", folder=folder, **wrong)


def test_folder_that_cannot_be_written_exports_nothing(with_money: Objection, folder: Path) -> None:
    folder.mkdir()
    (folder / "taken").write_text("a file")
    with pytest.raises(CommandError, match="run this again"):
        call_command("export_decisions", folder=folder / "taken")
    assert not DecisionExport.objects.exists()


def test_database_lets_a_decision_out_once(with_money: Objection, folder: Path) -> None:
    export(folder)
    for change in ("export_id = NULL", "export_id = export_id + 1"):
        with (
            pytest.raises(IntegrityError, match="was exported"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE objections_decision SET {change}")


@pytest.mark.django_db(transaction=True)
def test_two_exports_at_once_make_one_file(folder: Path) -> None:
    decided_one()
    decided_one()

    def run(_number: int) -> int:
        try:
            return export(folder).export.rows
        except NothingToExport:
            return 0

    assert sorted(at_once(2, run)) == [0, 2]
    assert len(list(folder.iterdir())) == 1


_KILLED_IN = """
import os, signal, sys
import django
django.setup()
from pathlib import Path
from django.db import connection
from django.utils import timezone
from objections.exports import export_decisions, making
connection.settings_dict["NAME"] = sys.argv[1]
setattr(making, sys.argv[3], lambda *args: os.kill(os.getpid(), signal.SIGKILL))
export_decisions(folder=Path(sys.argv[2]), by=None, account="x", now=timezone.now())
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["_ensure_reconciled", "_named"])
def test_killed_half_way_is_nothing_or_all(folder: Path, step: str) -> None:
    case = decided_one()
    database = str(connection.settings_dict["NAME"])
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED_IN, database, str(folder), step],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings"},
        cwd=Path(__file__).parents[2],
        timeout=60,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert [path.suffix for path in folder.iterdir()] == [".unfinished"]
    finished = finish_files(folder)
    if step == "_named":  # committed
        assert not Path(f"{finished[0]}.unfinished").exists()
        [row] = rows_of(finished[0])
        with pytest.raises(NothingToExport):
            export(folder)
    else:
        assert finished == []
        [row] = rows_of(export(folder).path)
    assert row["reference"] == case.reference
