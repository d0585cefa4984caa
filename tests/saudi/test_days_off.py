"""The days off as staff keep them: loading, reading once a minute, what a change does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.test.utils import CaptureQueriesContext

from portal.celery import app
from saudi import calendar
from saudi import days_off as module
from saudi.apps import _load_holidays
from saudi.calendar import DaysOff, official_holidays
from saudi.days_off import days_off, load_holidays
from saudi.models import Holiday
from saudi.tasks import load_holidays_task

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_off_table")]

NOW = datetime(2026, 11, 24, 9, 0, 10, tzinfo=UTC)
NATIONAL_DAY = date(2027, 9, 23)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def empty_table() -> None:
    Holiday.objects.all().delete()


def test_loading_writes_the_years_around_today_once() -> None:
    expected = {day for year in (2025, 2026, 2027, 2028) for day in official_holidays(year)}
    assert load_holidays() == len(expected)
    assert set(Holiday.objects.values_list("day", flat=True)) == expected
    assert load_holidays() == 0


def test_loading_overwrites_nothing_that_staff_wrote() -> None:
    written = Holiday.objects.create(
        day=NATIONAL_DAY, name_ar="إجازة", name_en="A holiday", is_day_off=False, is_estimate=True
    )
    added = Holiday.objects.create(day=date(2027, 1, 5), name_ar="يوم حداد", name_en="Mourning")
    load_holidays()
    for row in (written, added):
        facts = Holiday.objects.values().get(pk=row.pk)
        row.refresh_from_db()
        assert facts == Holiday.objects.values().get(day=row.day)
    assert Holiday.objects.get(day=NATIONAL_DAY).name_en == "A holiday"
    assert not Holiday.objects.get(day=NATIONAL_DAY).is_day_off


def test_names_are_written_in_both_languages() -> None:
    load_holidays([2027])
    national = Holiday.objects.get(day=NATIONAL_DAY)
    assert (national.name_ar, national.name_en) == ("اليوم الوطني", "National Day Holiday")
    assert (national.is_day_off, national.is_estimate) == (True, False)
    assert Holiday.objects.get(day=date(2027, 3, 9)).is_estimate  # 1 Shawwal 1448


def test_scheduler_extends_the_table_as_years_pass(clock: time_machine.Coordinates) -> None:
    load_holidays()
    clock.move_to(datetime(2027, 1, 1, 0, 40, tzinfo=UTC))
    assert load_holidays_task() == len(official_holidays(2029))
    entry = app.conf.beat_schedule["load-holidays"]
    assert entry["task"] == load_holidays_task.name


def test_table_is_filled_after_a_migration() -> None:
    _load_holidays(apps=apps, using="default")
    assert Holiday.objects.filter(day=NATIONAL_DAY).exists()


@pytest.mark.parametrize("target", [("saudi", "0001_initial"), None], ids=["old-table", "no-table"])
def test_database_that_was_migrated_back_is_left_alone(target: tuple[str, str] | None) -> None:
    state = MigrationLoader(connection).project_state(target or [])
    _load_holidays(apps=state.apps, using="default")
    assert not Holiday.objects.exists()


def test_command_says_what_it_added() -> None:
    out = StringIO()
    call_command("load_holidays", "2031", stdout=out)
    assert out.getvalue() == f"{len(official_holidays(2031))} days added for 2031.\n"
    call_command("load_holidays", "2031", stdout=out)
    assert out.getvalue().endswith("0 days added for 2031.\n")


@pytest.mark.parametrize("year", ["1448", "soon"])
def test_command_refuses_what_is_no_gregorian_year(year: str) -> None:
    with pytest.raises(CommandError):
        call_command("load_holidays", year)


def test_a_change_is_seen_in_the_next_minute(clock: time_machine.Coordinates) -> None:
    load_holidays()
    assert NATIONAL_DAY in days_off()
    Holiday.objects.filter(day=NATIONAL_DAY).update(is_day_off=False)
    Holiday.objects.create(day=date(2026, 11, 30), name_ar="يوم حداد", name_en="Mourning")
    clock.shift(timedelta(seconds=49))
    assert NATIONAL_DAY in days_off()
    clock.shift(timedelta(seconds=1))
    assert NATIONAL_DAY not in days_off()
    mourning = days_off().get(date(2026, 11, 30))
    assert mourning is not None
    assert mourning.name("ar") == "يوم حداد"


def test_warm_process_asks_nothing() -> None:
    days_off()
    with CaptureQueriesContext(connection) as captured:
        assert NATIONAL_DAY in days_off()
    assert len(captured) == 0


def test_year_without_a_row_is_what_the_law_says() -> None:
    assert NATIONAL_DAY in days_off()
    load_holidays()
    assert date(2032, 9, 23) in days_off()


def test_year_that_is_loaded_needs_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    load_holidays()
    monkeypatch.setattr(calendar, "_official_holidays", {}.__getitem__)
    assert NATIONAL_DAY in days_off()
    assert date(2027, 9, 24) not in days_off()
    with pytest.raises(KeyError):
        date(2032, 9, 23) in days_off()  # noqa: B015 - asked for its error


def test_last_known_days_are_used_while_the_database_is_away(
    clock: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_holidays()
    Holiday.objects.filter(day=NATIONAL_DAY).update(is_day_off=False)
    assert NATIONAL_DAY not in days_off()

    def refuse() -> DaysOff:
        raise OperationalError("gone")

    monkeypatch.setattr(module, "_read", refuse)
    clock.shift(timedelta(minutes=1))
    assert NATIONAL_DAY not in days_off()
