"""A campaign under way: paused, resumed, stopped, counted, beside workers that claim."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from notifications import progress
from notifications.campaigns import (
    pause_campaign,
    resume_campaign,
    start_campaign,
    stop_campaign,
)
from notifications.claims import begin, claim, release, settle_lost_claims
from notifications.dead_letters import retry_message
from notifications.delivery import drain
from notifications.errors import CampaignAlreadyStarted, CampaignMoved, SamePersonRefused
from notifications.gateways.phone import PhoneGateway
from notifications.models import Attempt, Campaign, CampaignEvent, Message, PhoneMessage
from notifications.progress import (
    count_campaign,
    count_campaigns,
    is_done,
    mark_stopped,
    next_count_at,
    progress_of,
)
from notifications.rules import LOST_AFTER_SECONDS
from notifications.statuses import CampaignAct, CampaignStatus, Lane, MessageStatus
from tests.notifications.test_campaigns import NOW, people, prepare
from tests.personas import staff

BULK = Lane.ANNOUNCEMENTS


def started(count: int = 3, **changes: Any) -> Campaign:
    campaign = prepare(people(count), **changes)
    return start_campaign(campaign=campaign, started_by=staff("approver"), now=NOW)


def take(size: int = 20, at: datetime = NOW) -> list[Message]:
    return claim(lane=BULK, now=at, gateway_name="phone", size=size)


def statuses(campaign: Campaign) -> list[str]:
    return sorted(campaign.messages.values_list("status", flat=True))


def acts(campaign: Campaign) -> list[str]:
    return list(campaign.events.order_by("id").values_list("act", flat=True))


# What each step does ----------------------------------------------------------------------


@pytest.mark.django_db
def test_starting_writes_no_message() -> None:
    campaign = prepare(people(3))
    before = list(campaign.messages.order_by("id").values())
    start_campaign(campaign=campaign, started_by=staff("approver"), now=NOW)
    assert list(campaign.messages.order_by("id").values()) == before


@pytest.mark.django_db
def test_a_paused_campaign_keeps_what_waits_and_goes_on_where_it_was() -> None:
    campaign = started(5)
    first = take(2)
    pause_campaign(campaign=campaign, by=staff("supervisor"), now=NOW)
    assert take() == []
    resume_campaign(campaign=campaign, by=staff("supervisor"), now=NOW)
    rest = take()
    assert sorted(m.pk for m in [*first, *rest]) == sorted(
        campaign.messages.values_list("pk", flat=True)
    )
    assert acts(campaign) == ["prepared", "started", "paused", "resumed"]


@pytest.mark.django_db
def test_a_paused_campaign_does_not_hold_up_another() -> None:
    pause_campaign(campaign=started(30), by=staff("supervisor"), now=NOW)
    other = prepare(people(3, first=100), key="results:2026-12")
    start_campaign(campaign=other, started_by=staff("approver"), now=NOW)
    assert {message.campaign_id for message in take()} == {other.pk}


@pytest.mark.django_db
def test_campaigns_go_in_the_order_of_their_start_and_fill_one_claim() -> None:
    late = prepare(people(2, first=50), key="late")
    early = started(2)
    start_campaign(campaign=late, started_by=staff("approver"), now=NOW + timedelta(minutes=1))
    taken = take(3, at=NOW + timedelta(minutes=2))
    assert [message.campaign_id for message in taken] == [early.pk, early.pk, late.pk]


@pytest.mark.django_db
def test_what_was_claimed_and_not_tried_is_given_back_by_a_pause() -> None:
    campaign = started(3)
    held = take()
    pause_campaign(campaign=campaign, by=staff("supervisor"), now=NOW)
    with transaction.atomic():
        assert begin(held, now=NOW) == []
    assert not Attempt.objects.exists()
    assert statuses(campaign) == ["queued"] * 3
    assert take() == []


@pytest.mark.django_db
def test_a_stopped_campaign_sends_nothing_more_and_its_rest_is_marked() -> None:
    campaign = started(5)
    drain(lane=BULK, gateway=PhoneGateway(), clock=lambda: NOW, batches=0)
    gone = take(2)
    stop_campaign(campaign=campaign, by=staff("supervisor"), reason="نص خاطئ", now=NOW)
    assert take() == []
    assert mark_stopped(campaign) == 3
    assert statuses(campaign) == ["sending"] * 2 + ["stopped"] * 3
    release(gone)
    assert take() == []
    assert mark_stopped(campaign) == 2
    event = campaign.events.order_by("-id")[0]
    assert (event.act, event.reason, event.at) == (CampaignAct.STOPPED, "نص خاطئ", NOW)


@pytest.mark.django_db
def test_a_campaign_that_was_never_started_can_be_stopped_by_who_prepared_it() -> None:
    one = staff("approver")
    campaign = prepare(people(1), prepared_by=one)
    stop_campaign(campaign=campaign, by=one, reason="كفى", now=NOW)
    with pytest.raises(CampaignAlreadyStarted):
        start_campaign(campaign=campaign, started_by=staff("supervisor"), now=NOW)
    with pytest.raises(CampaignAlreadyStarted):
        prepare(people(2))


@pytest.mark.django_db
def test_rows_are_marked_in_batches_until_somebody_says_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(progress, "ROWS_AT_ONCE", 2)
    campaign = started(7)
    stop_campaign(campaign=campaign, by=staff("supervisor"), reason="كفى", now=NOW)
    answers = iter([False, True])
    assert mark_stopped(campaign, is_over=lambda: next(answers)) == 2
    assert mark_stopped(campaign) == 5
    assert statuses(campaign) == ["stopped"] * 7


@pytest.mark.django_db
def test_who_prepared_it_may_pause_but_not_resume() -> None:
    one = staff("approver")
    campaign = prepare(people(1), prepared_by=one)
    start_campaign(campaign=campaign, started_by=staff("supervisor"), now=NOW)
    pause_campaign(campaign=campaign, by=one, now=NOW)
    with pytest.raises(SamePersonRefused):
        resume_campaign(campaign=campaign, by=one, now=NOW)
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.PAUSED


Step = Callable[[Campaign], Campaign]
STEPS: dict[str, Step] = {
    "pause": lambda c: pause_campaign(campaign=c, by=staff("supervisor"), now=NOW),
    "resume": lambda c: resume_campaign(campaign=c, by=staff("supervisor"), now=NOW),
    "stop": lambda c: stop_campaign(campaign=c, by=staff("supervisor"), reason="كفى", now=NOW),
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("taken", "refused", "stands"),
    [
        pytest.param([], "resume", CampaignStatus.STARTED, id="resumed-while-under-way"),
        pytest.param(["pause"], "pause", CampaignStatus.PAUSED, id="paused-twice"),
        pytest.param(["pause", "resume"], "resume", CampaignStatus.STARTED, id="resumed-twice"),
        pytest.param(["stop"], "stop", CampaignStatus.STOPPED, id="stopped-twice"),
        pytest.param(["stop"], "pause", CampaignStatus.STOPPED, id="paused-when-stopped"),
        pytest.param(["pause", "stop"], "resume", CampaignStatus.STOPPED, id="resumed-when-over"),
    ],
)
def test_a_step_that_does_not_fit_is_refused_and_says_who_was_first(
    taken: list[str], refused: str, stands: CampaignStatus
) -> None:
    campaign = started()
    for step in taken:
        STEPS[step](campaign)
    with pytest.raises(CampaignMoved) as told:
        STEPS[refused](campaign)
    assert told.value.status == stands
    assert told.value.event is not None
    assert told.value.event.act == acts(campaign)[-1]
    assert len(acts(campaign)) == 2 + len(taken)


@pytest.mark.django_db
def test_the_database_wants_a_reason_for_a_stop() -> None:
    campaign = started()
    with pytest.raises(IntegrityError), transaction.atomic():
        CampaignEvent.objects.create(campaign=campaign, act=CampaignAct.STOPPED, at=NOW)


@pytest.mark.django_db
def test_a_plan_for_a_claim_walks_only_the_campaigns_index() -> None:
    campaign = started(50)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("SET LOCAL enable_seqscan = off")
    waiting = Message.objects.filter(
        campaign=campaign, status__in=("held", "queued"), not_before__lte=NOW
    )
    plan = waiting.order_by("not_before", "id")[:20].explain()
    assert "message_due_of_campaign" in plan
    assert "Sort" not in plan


# Beside workers ---------------------------------------------------------------------------


def in_thread(work: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_a_pause_waits_for_the_claim_that_runs_and_nothing_is_claimed_after_it() -> None:
    campaign, by = started(10), staff("supervisor")
    is_paused = threading.Event()

    def pause() -> None:
        pause_campaign(campaign=campaign, by=by, now=NOW)
        is_paused.set()

    with transaction.atomic():
        # A claim that has read which campaigns are under way, and has not committed yet.
        assert len(take(4)) == 4
        pausing = in_thread(pause)
        assert not is_paused.wait(0.3)
    pausing.join(30)
    assert is_paused.is_set()
    assert take() == []
    assert statuses(campaign) == ["held"] * 6 + ["sending"] * 4


@pytest.mark.django_db(transaction=True)
def test_a_claim_that_meets_a_pause_waits_for_it_and_takes_nothing() -> None:
    campaign, by = started(10), staff("supervisor")
    taken: list[Message] = []
    with transaction.atomic():
        pause_campaign(campaign=campaign, by=by, now=NOW)
        claiming = in_thread(lambda: taken.extend(take()))
        claiming.join(0.3)
        assert claiming.is_alive()
    claiming.join(30)
    assert taken == []


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_stop_it_once() -> None:
    campaign = started(10)
    people_at_once = [staff("supervisor"), staff("administrator")]
    start, refusals = threading.Barrier(2), []

    def stop(by: Any) -> None:
        start.wait(30)
        try:
            stop_campaign(campaign=campaign, by=by, reason="كفى", now=NOW)
        except CampaignMoved as refused:
            refusals.append(refused)

    for thread in [in_thread(lambda by=by: stop(by)) for by in people_at_once]:
        thread.join(30)
    assert acts(campaign) == ["prepared", "started", "stopped"]
    [refused] = refusals
    assert refused.event is not None
    assert refused.event.by in people_at_once


@pytest.mark.django_db(transaction=True)
def test_paused_and_resumed_under_two_drains_each_gets_it_once() -> None:
    campaign, by = started(300), staff("supervisor")
    is_over = threading.Event()

    def work() -> None:
        while not is_over.is_set():
            drain(lane=BULK, gateway=PhoneGateway(), clock=lambda: NOW)

    workers = [in_thread(work) for _number in range(2)]
    for _turn in range(5):
        pause_campaign(campaign=campaign, by=by, now=NOW)
        resume_campaign(campaign=campaign, by=by, now=NOW)
    ends = threading.Event()
    for _wait in range(600):
        if not campaign.messages.exclude(status=MessageStatus.SENT).exists():
            break
        ends.wait(0.05)
    is_over.set()
    for worker in workers:
        worker.join(30)
    assert set(statuses(campaign)) == {"sent"}
    assert PhoneMessage.objects.count() == Attempt.objects.count() == 300


# How far it is ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_progress_is_what_was_counted() -> None:
    campaign = started(6)
    assert progress_of(campaign).waiting == 6
    taken = take(5)
    for message, status in zip(
        taken, ("sent", "delivered", "failed", "unknown", "unconfirmed"), strict=True
    ):
        Message.objects.filter(pk=message.pk).update(status=status)
    campaign.refresh_from_db()
    count_campaign(campaign, now=NOW)
    campaign.refresh_from_db()
    shown = progress_of(campaign)
    assert (shown.waiting, shown.sending, shown.accepted, shown.delivered) == (1, 0, 2, 1)
    assert (shown.sent, shown.failed, shown.unknown, shown.unsent) == (3, 1, 1, 0)
    assert not shown.is_over


@pytest.mark.django_db
def test_a_worker_that_died_leaves_the_count_true() -> None:
    campaign = started(4)
    with transaction.atomic():
        begin(take(2), now=NOW)
    take(1)
    later = NOW + timedelta(seconds=LOST_AFTER_SECONDS + 60)
    settle_lost_claims(now=later)
    assert count_campaigns(now=later) == 1
    campaign.refresh_from_db()
    shown = progress_of(campaign)
    assert (shown.unknown, shown.waiting, shown.sending) == (2, 2, 0)


@pytest.mark.django_db
def test_the_sweep_marks_and_counts_what_was_stopped() -> None:
    campaign = started(4)
    stop_campaign(campaign=campaign, by=staff("supervisor"), reason="كفى", now=NOW)
    assert count_campaigns(now=NOW) == 1
    campaign.refresh_from_db()
    assert progress_of(campaign) == progress.Progress(unsent=4)
    assert count_campaigns(now=NOW) == 0
    assert count_campaigns(now=NOW + timedelta(hours=2), is_over=lambda: True) == 0


@pytest.mark.django_db
def test_a_campaign_that_waits_is_not_counted() -> None:
    prepare(people(2))
    assert count_campaigns(now=NOW + timedelta(days=1)) == 0


@pytest.mark.django_db
def test_an_older_count_does_not_hide_a_newer_one() -> None:
    campaign = started(2)
    count_campaign(campaign, now=NOW + timedelta(minutes=1))
    Message.objects.update(status=MessageStatus.SENT)
    count_campaign(campaign, now=NOW)
    campaign.refresh_from_db()
    assert progress_of(campaign).waiting == 2


@pytest.mark.django_db
def test_a_step_taken_while_it_is_counted_wants_a_count_of_its_own() -> None:
    campaign = started(2)
    later = NOW + timedelta(seconds=5)
    seen = Campaign.objects.get(pk=campaign.pk)
    pause_campaign(campaign=campaign, by=staff("supervisor"), now=later)
    count_campaign(seen, now=later)
    assert count_campaigns(now=later) == 1


@pytest.mark.django_db
def test_a_campaign_without_anything_left_is_done() -> None:
    campaign = started(1)
    assert not is_done(campaign)
    Message.objects.update(status=MessageStatus.DELIVERED)
    count_campaign(campaign, now=NOW)
    campaign.refresh_from_db()
    assert is_done(campaign)


@pytest.mark.parametrize(
    ("took", "is_over", "changed_ago", "expected_seconds"),
    [
        pytest.param(0.1, False, 0, 15, id="under-way"),
        pytest.param(3.0, False, 0, 60, id="a-slow-count-is-made-less-often"),
        pytest.param(0.1, False, 20, 300, id="nothing-new-at-night"),
        pytest.param(0.1, True, 0, 15, id="reports-still-come"),
        pytest.param(0.1, True, 20, 3600, id="sent-and-quiet"),
        pytest.param(0.1, True, 8 * 86_400, 3600, id="the-eighth-day"),
        pytest.param(0.1, True, 8 * 86_400 + 1, None, id="after-the-eighth-day"),
        pytest.param(0.1, False, 90 * 86_400, 300, id="paused-for-months-is-never-forgotten"),
    ],
)
def test_when_a_campaign_is_counted_next(
    took: float, is_over: bool, changed_ago: int, expected_seconds: int | None
) -> None:
    due = next_count_at(
        now=NOW,
        took_seconds=took,
        is_over=is_over,
        changed_at=NOW - timedelta(seconds=changed_ago),
    )
    assert due == (NOW + timedelta(seconds=expected_seconds) if expected_seconds else None)


@pytest.mark.django_db
def test_a_campaign_of_which_nothing_is_expected_is_not_claimed_from() -> None:
    campaign = started(2)
    Campaign.objects.filter(pk=campaign.pk).update(count_due_at=None)
    assert take() == []


@pytest.mark.django_db
@pytest.mark.parametrize("is_command_line", [True, False])
def test_who_added_recipients_is_no_second_person(is_command_line: bool) -> None:
    first, second = None if is_command_line else staff("supervisor"), staff("approver")
    campaign = prepare(people(3), prepared_by=first)
    prepare(people(5), prepared_by=second)
    with pytest.raises(SamePersonRefused):
        start_campaign(campaign=campaign, started_by=second, now=NOW)
    start_campaign(campaign=campaign, started_by=staff("approver"), now=NOW)
    pause_campaign(campaign=campaign, by=second, now=NOW)
    with pytest.raises(SamePersonRefused):
        resume_campaign(campaign=campaign, by=second, now=NOW)


@pytest.mark.django_db
def test_a_failed_message_of_an_old_campaign_that_is_sent_again_leaves() -> None:
    campaign = started(1)
    Campaign.objects.filter(pk=campaign.pk).update(count_due_at=None)
    Message.objects.update(status=MessageStatus.FAILED, gateway="phone", error="code 30008")
    failed = Message.objects.get()
    retry_message(message=failed, by=staff("supervisor"), now=NOW)
    assert [message.pk for message in take()] == [failed.pk]


@pytest.mark.django_db
def test_texts_are_kept_with_their_recipients() -> None:
    campaign = prepare([*people(3), *people(2, first=10, language="en")])
    prepare([*people(4)])
    told = dict(campaign.texts.values_list("language", "recipients"))
    assert told == {"ar": 4, "en": 2}
    assert acts(campaign) == ["prepared", "filled"]
    prepare(people(5), values={"ar": {"cycle": "غيره"}, "en": {"cycle": "another"}})
    assert campaign.messages.filter(language="ar").values("body").distinct().count() == 1
    campaign.refresh_from_db()
    assert progress_of(campaign).waiting == campaign.recipients == 7
