"""One scheduler sends at a time, by the clock in Riyadh, whatever dies meanwhile (O27 b, c)."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.beat import Scheduler
from celery.schedules import crontab
from django.db import OperationalError, connection
from django.utils import timezone

from portal import scheduler
from portal.models import SchedulerTurn
from portal.scheduler import LEASE_SECONDS, LOOK_SECONDS, OneAtATime, Turn
from tests.worker import ROOT, celery_after, own_environ, wait_until

IMPATIENT = """
import portal.celery, portal.scheduler
portal.scheduler.LEASE_SECONDS, portal.scheduler.LOOK_SECONDS = 2, 0.2
portal.celery.app.conf.beat_schedule = {
    "often": {"task": "notifications.drain", "schedule": 0.5, "args": ["codes"],
              "options": {"queue": "scheduler-test", "expires": 1}},
}
"""


def lapse() -> None:
    """Let the lease of whoever has it run out."""
    SchedulerTurn.objects.update(until=timezone.now() - timedelta(days=3650))


# The row ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_second_waits_until_the_first_has_not_renewed() -> None:
    first, second = Turn(), Turn()
    assert first.take() == {}
    assert second.take() is None
    assert first.renew()
    lapse()
    assert second.take() == {}
    assert first.take() is None
    assert not first.renew()


@pytest.mark.django_db
def test_lease_that_ran_out_is_not_renewed_even_where_nobody_took_it() -> None:
    turn = Turn()
    turn.take()
    lapse()
    assert not turn.renew()


@pytest.mark.django_db
def test_turn_that_is_given_back_is_free_at_once() -> None:
    first, second = Turn(), Turn()
    first.take()
    second.give_back()  # not its own: nothing happens
    assert second.take() is None
    first.give_back()
    assert second.take() == {}


@pytest.mark.django_db
def test_what_went_out_is_handed_on() -> None:
    first, second = Turn(), Turn()
    first.take()
    at = timezone.now()
    first.note("sweep", now=at)
    first.give_back()
    assert second.take() == {"sweep": at}


def test_a_dead_scheduler_is_followed_within_a_minute() -> None:
    assert LEASE_SECONDS + 2 * LOOK_SECONDS < 60


# What it sends ------------------------------------------------------------------------------


class Sent(list[tuple[str, datetime]]):
    """What a scheduler handed over, and whether the broker takes it."""

    broker_is_away = False


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    sent = Sent()

    def take(self: Scheduler, entry: Any, *_: Any, **__: Any) -> None:
        if sent.broker_is_away:
            raise OSError("away")
        sent.append((entry.name, timezone.now()))

    monkeypatch.setattr(Scheduler, "apply_async", take)
    monkeypatch.setattr(Scheduler, "producer", None)
    monkeypatch.setattr(scheduler.threading.Thread, "start", lambda self: None)
    return sent


def application(zone: str = "Asia/Riyadh", **jobs: Any) -> Celery:
    app = Celery("test", set_as_current=False)
    app.conf.update(timezone=zone, enable_utc=True, result_expires=None)
    app.conf.beat_schedule = {
        name: {"task": f"tasks.{name}", "schedule": schedule} for name, schedule in jobs.items()
    }
    return app


def look(one: OneAtATime, *, times: int = 40) -> None:
    """Have a scheduler look again and again within the same moment."""
    for _ in range(times):
        one.tick()


@pytest.fixture
def utc_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


@pytest.mark.django_db
@pytest.mark.usefixtures("utc_machine")
def test_nine_in_riyadh_is_six_in_utc_on_a_machine_in_utc(sent: Sent, time_machine: Any) -> None:
    time_machine.move_to(at("2026-11-25T05:00:00+00:00"), tick=False)
    one = OneAtATime(application(daily=crontab(hour=9, minute=0)))
    for minute in range(120):
        moment = at("2026-11-25T05:00:00+00:00") + timedelta(minutes=minute)
        time_machine.move_to(moment, tick=False)
        look(one, times=2)
    assert sent == [("daily", at("2026-11-25T06:00:00+00:00"))]


@pytest.mark.django_db
@pytest.mark.usefixtures("utc_machine")
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
def test_changed_zone_makes_no_flood(sent: Sent, time_machine: Any, zone: str) -> None:
    jobs = {
        **{f"at-{hour}": crontab(hour=hour, minute=0) for hour in range(24)},
        "hourly": crontab(minute=5),
        "minutely": 60.0,
    }
    time_machine.move_to(at("2026-11-24T12:30:00+00:00"), tick=False)
    one = OneAtATime(application(**jobs))
    for hour in range(25):
        time_machine.move_to(at("2026-11-24T12:30:00+00:00") + timedelta(hours=hour), tick=False)
        look(one, times=10)
    one.turn.give_back()
    before = len(sent)
    assert before >= 24

    other = OneAtATime(application(zone, **jobs))
    look(other, times=200)
    again = [name for name, _ in sent[before:]]
    assert len(again) == len(set(again))  # a run that the change made due, once
    look(other, times=200)
    assert len(sent) == before + len(again)


@pytest.mark.django_db
def test_nights_that_were_missed_are_made_up_once(sent: Sent, time_machine: Any) -> None:
    time_machine.move_to(at("2026-11-20T12:00:00+03:00"), tick=False)
    one = OneAtATime(application(nightly=crontab(hour=3, minute=20)))
    one.tick()
    one.turn.give_back()
    time_machine.move_to(at("2026-11-25T12:00:00+03:00"), tick=False)
    other = OneAtATime(application(nightly=crontab(hour=3, minute=20)))
    look(other)
    assert [name for name, _ in sent] == ["nightly"]


@pytest.mark.django_db
def test_job_that_could_not_be_sent_is_due_again(sent: Sent, time_machine: Any) -> None:
    time_machine.move_to(at("2026-11-25T03:19:00+03:00"), tick=False)
    one = OneAtATime(application(nightly=crontab(hour=3, minute=20)))
    one.tick()
    sent.broker_is_away = True
    time_machine.move_to(at("2026-11-25T03:20:10+03:00"), tick=False)
    assert one.tick() == LOOK_SECONDS
    sent.broker_is_away = False
    time_machine.move_to(at("2026-11-25T03:50:00+03:00"), tick=False)
    look(one)
    assert [name for name, _ in sent] == ["nightly"]


@pytest.mark.django_db
def test_nothing_is_sent_where_the_lease_ran_out_while_it_waited(
    sent: Sent, time_machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    time_machine.move_to(at("2026-11-25T12:00:00+03:00"), tick=False)
    one, other = OneAtATime(application(often=5.0)), Turn()
    one.tick()
    time_machine.move_to(at("2026-11-25T12:01:00+03:00"), tick=False)

    def long_wait(self: Any) -> None:
        lapse()
        other.take()

    monkeypatch.setattr(Scheduler, "producer", property(long_wait))
    assert one.tick() == LOOK_SECONDS
    assert sent == []
    assert one.tick() == LOOK_SECONDS
    assert sent == []


@pytest.mark.django_db
def test_lost_database_sends_nothing_and_ends_nothing(
    sent: Sent, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    one = OneAtATime(application(often=0.0))

    def away(self: Turn) -> None:
        raise OperationalError("secret address")

    with monkeypatch.context() as lost:
        lost.setattr(Turn, "take", away)
        lost.setattr(connection, "close", lambda: None)
        assert one.tick() == LOOK_SECONDS
    assert sent == []
    assert "does not reach the database (OperationalError)" in caplog.text
    look(one, times=3)
    assert sent


@pytest.mark.django_db
def test_each_look_shows_that_it_lives(tmp_path: Path, sent: Sent) -> None:
    sign = tmp_path / "schedule"
    OneAtATime(application(), schedule_filename=str(sign)).tick()
    assert sign.exists()


def test_scheduler_that_hangs_ends_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler.threading.Thread, "start", lambda self: None)
    ended: list[int] = []
    monkeypatch.setattr(scheduler.os, "_exit", ended.append)
    one = OneAtATime(application())
    one._looked_at -= scheduler.HANGS_SECONDS
    one._end_when_it_hangs()
    assert ended == [1]


# Two processes ------------------------------------------------------------------------------


class Beat:
    """A scheduler's process that looks often and has one job."""

    def __init__(self, log: Path) -> None:
        self.path = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [
                    *celery_after(IMPATIENT),
                    *("beat", "--loglevel", "INFO"),
                    *("--pidfile", "", "--schedule", f"{log}.sign"),
                ],
                cwd=ROOT,
                env=own_environ(),
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def log(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def says(self, words: str) -> bool:
        return words in self.log()

    def sent_at(self) -> list[str]:
        return [line[:23] for line in self.log().splitlines() if "Sending due task" in line]

    @property
    def has_turn(self) -> bool:
        holder = f":{self.process.pid}:"
        return SchedulerTurn.objects.filter(
            holder__contains=holder, until__gt=timezone.now()
        ).exists()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
        self.process.wait()


@pytest.fixture
def start_beat(transactional_db: None, tmp_path: Path) -> Iterator[Callable[[], Beat]]:
    started: list[Beat] = []

    def start() -> Beat:
        started.append(Beat(tmp_path / f"beat-{len(started)}.log"))
        return started[-1]

    yield start
    for beat in started:
        beat.end()


def database_is_restarted(*beats: Beat) -> None:
    """End every other connection and refuse new ones until all have noticed, as a restart does."""
    name = connection.settings_dict["NAME"]
    with connection.cursor() as here:
        here.execute("SELECT pg_backend_pid()")
        [ours] = here.fetchone()
    with connection._nodb_cursor() as cursor:
        allow = f"ALTER DATABASE {connection.ops.quote_name(name)} ALLOW_CONNECTIONS"
        cursor.execute(f"{allow} false")
        try:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND pid <> %s",
                [name, ours],
            )
            for beat in beats:
                wait_until(partial(beat.says, "does not reach the database"), seconds=20)
        finally:
            cursor.execute(f"{allow} true")


def test_of_two_schedulers_one_sends_whatever_happens(start_beat: Callable[[], Beat]) -> None:
    both = [start_beat(), start_beat()]
    wait_until(lambda: any(len(beat.sent_at()) > 2 for beat in both), what="one sends")

    database_is_restarted(*both)
    sent = sum(len(beat.sent_at()) for beat in both)
    wait_until(lambda: sum(len(beat.sent_at()) for beat in both) > sent + 2, what="one goes on")

    [holder] = [beat for beat in both if beat.has_turn]
    [waiter] = [beat for beat in both if beat is not holder]
    os.kill(holder.process.pid, signal.SIGSTOP)  # hangs, as a machine without memory does
    wait_until(lambda: waiter.has_turn, what="the other takes over")
    before = len(waiter.sent_at())
    wait_until(lambda: len(waiter.sent_at()) > before + 1, what="the other sends")
    sent_by_first = holder.sent_at()
    os.kill(holder.process.pid, signal.SIGCONT)
    wait_until(lambda: "another scheduler has the turn" in holder.log(), what="the first sees it")
    assert holder.sent_at() == sent_by_first

    waiter.end()  # killed
    wait_until(lambda: len(holder.sent_at()) > len(sent_by_first), what="the first takes over")
    in_order = sorted(
        (moment, number) for number, beat in enumerate(both) for moment in beat.sent_at()
    )
    handed_over = sum(one[1] != next_[1] for one, next_ in pairwise(in_order))
    assert handed_over <= 3  # perhaps at the restart, at the hanging and at the death
