"""What goes wrong with an export: it is said, nothing half is given, nothing else is lost."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
import time_machine
from django.core.files.storage import storages
from django.test import Client
from pytest_django import Settings

from access.exports.files import Format
from beneficiaries.imports.models import MOST_ATTEMPTS
from beneficiaries.imports.recording import LOCK_WITHIN
from beneficiaries.statuses import RunStatus
from portal.exports import making
from portal.exports.models import Export, ExportDownload
from tests.personas import sign_in_staff
from tests.portal.working import TUESDAY, filed, queued, team_of
from tests.sawtak.tickets import page
from tests.worker import ROOT

pytestmark = pytest.mark.django_db

ASK = "/admin/portal/export/ask/"
LIST = "/admin/portal/export/"
KINDS = get_args(Format)
LONG = "نص طويل " * 200


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """Give the folder of exports, on the Tuesday; a worker makes every file but for one test."""
    options = {**settings.STORAGES["exports"]["OPTIONS"], "location": tmp_path}
    settings.STORAGES = {
        **settings.STORAGES,
        "exports": {**settings.STORAGES["exports"], "OPTIONS": options},
    }
    settings.LIMITS = {**settings.LIMITS, "export_rows_at_once": 0}
    with time_machine.travel(TUESDAY, tick=False):
        yield tmp_path


def ask(client: Client, query: str = "tickets/?status=all", kind: str = "csv") -> Any:
    return client.post(f"{ASK}{query}", {"format": kind, "submission": str(uuid.uuid4())})


def asked(client: Client, query: str = "tickets/?status=all", kind: str = "csv") -> Export:
    """Ask a worker for a file and give its record."""
    assert ask(client, query, kind).status_code == 302
    return Export.objects.latest("pk")


def shown(client: Client, run: Export) -> str:
    return page(client.get(f"{LIST}{run.pk}/change/"))


@contextmanager
def disk_with(most_bytes: int) -> Iterator[None]:
    """Have this process write no file beyond a size, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_more_rows_than_a_sheet_has_stop_the_start() -> None:
    read = [sys.executable, "-c", "from django.conf import settings; settings.LIMITS"]
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    for rows, is_taken in (("1048575", True), ("1048576", False)):
        done = subprocess.run(
            read,
            cwd=ROOT,
            env={**environ, "LIMITS_EXPORT_ROWS": rows},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode == 0) is is_taken
        assert ("LIMITS_EXPORT_ROWS may be at most 1048575" in done.stderr) is not is_taken


def test_filter_that_names_what_is_gone_lets_nothing_out(client: Client, folder: Path) -> None:
    sign_in_staff(client, "supervisor")
    team = team_of()
    ours, _others = (filed(mobile=f"+96650000001{n}") for n in range(2))
    place = queued(ours)
    place.team = team
    place.save()
    run = asked(client, f"work/?view=all&team={team.pk}")
    assert team.name_ar in run.narrowed_ar
    place.team = None
    place.save()
    team.delete()
    making.work_on(run.pk, now=TUESDAY)
    run.refresh_from_db()
    assert (run.status, run.refusal, run.rows) == (RunStatus.REFUSED, "narrowing_gone", 0)
    assert "لم يعد موجودًا" in shown(client, run)
    assert not list(folder.iterdir())


def test_right_that_is_gone_is_told_as_that(client: Client) -> None:
    user = sign_in_staff(client, "supervisor")
    filed()
    run = asked(client)
    user.groups.clear()
    making.work_on(run.pk, now=TUESDAY)
    sign_in_staff(client, "auditor")
    assert "لم يعد لك حق" in shown(client, run)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at_once", [0, 100], ids=["by-a-worker", "at-once"])
def test_full_disk_is_told_and_leaves_nothing(
    client: Client, folder: Path, settings: Settings, kind: str, at_once: int
) -> None:
    settings.LIMITS = {**settings.LIMITS, "export_rows_at_once": at_once}
    sign_in_staff(client, "supervisor")
    for number in range(3):
        filed(mobile=f"+96650000001{number}", message=f"{number} {LONG}")
    with disk_with(2_000):
        assert ask(client, kind=kind).status_code == 302
        [run] = Export.objects.all()
        if not at_once:
            making.work_on(run.pk, now=TUESDAY)
    run.refresh_from_db()
    assert (run.status, run.refusal, run.rows) == (RunStatus.FAILED, "not_written", 0)
    told = shown(client, run)
    assert "تعذّر حفظ الملف" in told
    assert f"{LIST}{run.pk}/file/" not in told
    assert not list(folder.iterdir())
    # With room again it is asked for anew.
    response: Any = ask(client, kind=kind)
    making.work_on(Export.objects.latest("pk").pk, now=TUESDAY)
    assert Export.objects.filter(status=RunStatus.DONE, rows=3).count() == 1
    if at_once:
        assert b"".join(response.streaming_content)


def test_killed_too_often_it_is_broken_off_and_can_be_asked_for_anew(client: Client) -> None:
    sign_in_staff(client, "supervisor")
    filed()
    run = asked(client)
    now = TUESDAY + timedelta(seconds=1)
    for _attempt in range(MOST_ATTEMPTS):
        assert making.take(Export, run.pk, now=now) is not None
        now += LOCK_WITHIN + timedelta(seconds=1)
        making.sweep(now=now)
    run.refresh_from_db()
    assert run.status == RunStatus.BROKEN_OFF
    told = shown(client, run)
    assert "لم يُعدّ أي ملف. صدّر القائمة مرة أخرى" in told
    again = asked(client)
    making.work_on(again.pk, now=now)
    again.refresh_from_db()
    assert (again.status, again.rows) == (RunStatus.DONE, 1)


def test_process_that_was_taken_for_dead_changes_nothing(client: Client, folder: Path) -> None:
    sign_in_staff(client, "supervisor")
    filed()
    run = asked(client)
    began = TUESDAY + timedelta(seconds=1)
    slow = making.take(Export, run.pk, now=began)
    assert slow is not None
    making.sweep(now=began + LOCK_WITHIN + timedelta(seconds=1))
    making.work_on(run.pk, now=TUESDAY)
    run.refresh_from_db()
    assert (run.status, run.attempts) == (RunStatus.DONE, 2)
    with pytest.raises(making.TakenForDead):
        making._ensure_ours(slow)
    assert [path.name for path in folder.iterdir()] == [run.stored_name]


@pytest.mark.parametrize("damage", ["lost", "cut"])
def test_file_that_is_not_whole_any_more_is_not_given(
    client: Client, folder: Path, damage: str
) -> None:
    sign_in_staff(client, "supervisor")
    filed()
    run = asked(client)
    making.work_on(run.pk, now=TUESDAY)
    [path] = folder.iterdir()
    if damage == "lost":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1])
    response = client.get(f"{LIST}{run.pk}/file/", follow=True)
    assert response.redirect_chain
    assert "صدّر القائمة مرة أخرى" in page(response)
    assert not ExportDownload.objects.exists()


def test_sweep_removes_what_the_dead_left_and_no_file_of_others(
    client: Client, folder: Path
) -> None:
    sign_in_staff(client, "supervisor")
    filed()
    run = asked(client)
    making.work_on(run.pk, now=TUESDAY)
    run.refresh_from_db()
    decisions = folder / "decisions-000001.csv"
    half, scratch = folder / "7-1.csv", folder / "8-1.xlsx.abc"
    for path in (decisions, half):
        path.write_text("x", encoding="utf-8")
    scratch.mkdir()
    (scratch / "sheet").write_text("x", encoding="utf-8")
    for path in folder.iterdir():
        os.utime(path, (TUESDAY.timestamp(), TUESDAY.timestamp()))
    assert making.remove_old_files(now=TUESDAY + timedelta(hours=23)) == 0
    assert making.remove_old_files(now=TUESDAY + timedelta(hours=25)) == 3
    assert list(folder.iterdir()) == [decisions]
    assert not storages["exports"].exists(run.stored_name)
