"""The ninety days by the clock of Riyadh, wherever the process runs (O12)."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.http import http_date

from beneficiaries.models import Cycle, EligibilityResult
from objections.errors import FilingWindowClosed, NotContestable
from objections.models import FilingExemption, LateAttempt, NeededDocument, Objection
from objections.rules import filing_deadline
from objections.services import attach_documents, open_draft, submit_objection
from objections.services.entered import Entry, enter_call, enter_paper
from objections.statuses import ObjectionStatus
from objections.tasks import stop_drafts
from saudi.gregorian import riyadh_date
from tests.objections.cases import STATEMENT, draft, pdf, result_of, riyadh, submitted
from tests.personas import head, sign_in, staff

pytestmark = pytest.mark.django_db

ROWS = [
    pytest.param("2025-03-01 10:00:00", "2025-05-30 23:59:59", True, id="last-second-of-day-90"),
    pytest.param("2025-03-01 10:00:00", "2025-05-31 00:00:00", False, id="first-second-of-day-91"),
    pytest.param("2025-03-02 01:30:00", "2025-05-31 23:59:59", True, id="half-past-midnight"),
    pytest.param("2023-12-01 12:00:00", "2024-02-29 23:59:59", True, id="leap-february"),
]


@pytest.fixture(params=["UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Riyadh"])
def _process_zone(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Run the process by another zone's clock."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def ready_draft(decided: datetime) -> Objection:
    """Give a complete draft, opened on the day of the decision."""
    person = head()
    announced_on = riyadh_date(decided)
    result = result_of(person, announced_on=announced_on)
    assert result.filing_deadline == filing_deadline(announced_on)
    return draft(result, person, now=decided)


@pytest.mark.usefixtures("_process_zone")
@pytest.mark.parametrize(("decided", "sent", "is_accepted"), ROWS)
def test_service_counts_days_of_riyadh(decided: str, sent: str, is_accepted: bool) -> None:
    opened = ready_draft(riyadh(decided))
    now = riyadh(sent)
    if is_accepted:
        filed = submit_objection(objection=opened, has_declared=True, now=now)
        assert filed.submitted_at == now
        return
    with pytest.raises(FilingWindowClosed):
        submit_objection(objection=opened, has_declared=True, now=now)
    with pytest.raises(FilingWindowClosed):
        open_draft(contested=opened.result, filed_by=opened.filed_by, now=now)


@pytest.mark.parametrize(("decided", "sent", "is_accepted"), ROWS)
def test_web_counts_days_of_riyadh(
    client: Client, decided: str, sent: str, is_accepted: bool
) -> None:
    opened = ready_draft(riyadh(decided))
    review = reverse("objections:step", args=[opened.uuid, "review"])
    with time_machine.travel(riyadh(sent), tick=False):
        sign_in(client, opened.filed_by)
        response = client.post(review, {"declaration": "on"})
    opened.refresh_from_db()
    if is_accepted:
        assert response["Location"] == reverse("objections:detail", args=[opened.reference])
        assert opened.submitted_at == riyadh(sent)
    else:
        assert response.status_code == 409
        assert opened.status == ObjectionStatus.DRAFT
        assert STATEMENT in response.content.decode()


@pytest.mark.usefixtures("_process_zone")
@pytest.mark.parametrize(("decided", "sent", "is_open"), ROWS)
def test_task_stops_drafts_by_days_of_riyadh(decided: str, sent: str, is_open: bool) -> None:
    opened = ready_draft(riyadh(decided))
    with time_machine.travel(riyadh(sent), tick=False):
        assert stop_drafts() == (0 if is_open else 1)
    opened.refresh_from_db()
    assert opened.status == (ObjectionStatus.DRAFT if is_open else ObjectionStatus.STOPPED)


def test_page_shows_the_last_day_in_both_calendars_and_they_are_one_day(client: Client) -> None:
    person = head()
    result = result_of(person, announced_on=date(2025, 3, 1))
    address = reverse("objections:new") + f"?result={result.pk}"
    with time_machine.travel(riyadh("2025-05-30 09:00:00"), tick=False):
        sign_in(client, person)
        page = client.get(address).content.decode()
    assert "3 ذو الحجة 1446" in page
    assert "30 مايو 2025" in page


def test_closed_page_says_which_day_was_counted_and_what_is_open(client: Client) -> None:
    person = head()
    result = result_of(person, announced_on=date(2025, 3, 1))
    address = reverse("objections:new") + f"?result={result.pk}"
    with time_machine.travel(riyadh("2025-05-31 00:00:00"), tick=False):
        sign_in(client, person)
        shown, sent = client.get(address), client.post(address)
    assert (shown.status_code, sent.status_code) == (200, 409)
    for response in (shown, sent):
        page = response.content.decode()
        assert "1 مارس 2025" in page
        assert "30 مايو 2025" in page
        assert reverse("sawtak:new") in page
        assert reverse("portal:register") in page
        assert "tel:19912" in page
    assert not Objection.objects.exists()


# Named cases ---------------------------------------------------------------------------

OPENED = riyadh("2025-03-01 10:00:00")
LAST_MINUTES = riyadh("2025-05-30 23:58:00")
MIDNIGHT = riyadh("2025-05-31 00:00:00")


def review_of(opened: Objection) -> str:
    return reverse("objections:step", args=[opened.uuid, "review"])


def test_form_open_across_midnight_is_late_and_keeps_the_draft(client: Client) -> None:
    opened = ready_draft(OPENED)
    with time_machine.travel(LAST_MINUTES, tick=False):
        sign_in(client, opened.filed_by)
        assert client.get(review_of(opened)).status_code == 200
    with time_machine.travel(MIDNIGHT, tick=False):
        sent = client.post(review_of(opened), {"declaration": "on"})
        again = client.get(review_of(opened))
    assert (sent.status_code, again.status_code) == (409, 200)
    for response in (sent, again):
        assert STATEMENT in response.content.decode()
    opened.refresh_from_db()
    assert opened.reference is None
    assert LateAttempt.objects.get().on == date(2025, 5, 31)


def test_files_before_midnight_and_submission_after_it_are_late_and_stay_readable(
    client: Client,
) -> None:
    opened = ready_draft(OPENED)
    with time_machine.travel(LAST_MINUTES, tick=False):
        attach_documents(objection=opened, checked=[pdf("فاتورة.pdf", pages=2)], now=LAST_MINUTES)
    with time_machine.travel(MIDNIGHT, tick=False):
        sign_in(client, opened.filed_by)
        page = client.post(review_of(opened), {"declaration": "on"}).content.decode()
        stop_drafts()
        kept = client.get(review_of(opened)).content.decode()
    for shown in (page, kept):
        assert "فاتورة.pdf" in shown
        assert "عقد.pdf" in shown
        assert STATEMENT in shown
    assert opened.documents.filter(removed_at=None).count() == 2


@pytest.mark.usefixtures("_process_zone")
def test_stopping_job_that_runs_early_stops_nothing_that_is_open() -> None:
    for decided in ("2025-03-01 10:00:00", "2025-03-01 23:59:59", "2025-03-02 00:00:00"):
        ready_draft(riyadh(decided))
    with time_machine.travel(riyadh("2025-05-30 23:59:59"), tick=False):
        assert stop_drafts() == 0
    with time_machine.travel(MIDNIGHT, tick=False):
        assert stop_drafts() == 2


@pytest.mark.parametrize("days_off", [-2, 2], ids=["two-days-slow", "two-days-fast"])
def test_clock_of_the_client_changes_nothing(client: Client, days_off: int) -> None:
    in_time, late = ready_draft(OPENED), ready_draft(OPENED)
    for opened, at, status in ((in_time, LAST_MINUTES, 302), (late, MIDNIGHT, 409)):
        theirs = http_date((at + timedelta(days=days_off)).timestamp())
        with time_machine.travel(at, tick=False):
            sign_in(client, opened.filed_by)
            sent = {"declaration": "on", "submitted_at": theirs, "now": theirs}
            response = client.post(review_of(opened), sent, headers={"Date": theirs})
        assert response.status_code == status
    in_time.refresh_from_db()
    assert in_time.submitted_at == LAST_MINUTES


@pytest.mark.parametrize("step", ["profile", "statement", "documents", "review"])
def test_direct_post_to_any_step_on_day_95_writes_nothing(client: Client, step: str) -> None:
    opened = ready_draft(OPENED)
    with time_machine.travel(riyadh("2025-06-04 12:00:00"), tick=False):  # day 95
        sign_in(client, opened.filed_by)
        sent = {"declaration": "on", "statement": "نص آخر", "ground": "other", "city": "جدة"}
        address = reverse("objections:step", args=[opened.uuid, step])
        assert client.post(address, sent).status_code == 409
    opened.refresh_from_db()
    assert (opened.statement, opened.reference) == (STATEMENT, None)
    assert LateAttempt.objects.count() == 1


@pytest.mark.usefixtures("_process_zone")
@pytest.mark.parametrize("way", ["extension", "exemption", "paper", "phone"])
def test_each_way_to_file_ends_at_the_midnight_of_its_day_in_riyadh(way: str) -> None:
    person = head()
    result = result_of(person, announced_on=date(2025, 3, 1))
    last_second, midnight = riyadh("2025-05-30 23:59:59"), MIDNIGHT
    if way == "extension":
        Cycle.objects.update(
            announced_on=date(2025, 3, 1),
            filing_deadline=date(2025, 5, 30),
            results_open_until=date(2025, 6, 10),
        )
    if way == "exemption":
        result.exempted_until = date(2025, 6, 10)
        result.save()
        FilingExemption.objects.create(
            result=result,
            person=person,
            last_day=date(2025, 6, 10),
            reason="كان في المستشفى.",
            granted_by=staff("supervisor"),
            granted_at=OPENED,
            submission=uuid.uuid4(),
        )
    if way in {"extension", "exemption"}:
        last_second, midnight = riyadh("2025-06-10 23:59:59"), riyadh("2025-06-11 00:00:00")
    result.refresh_from_db()
    with pytest.raises(FilingWindowClosed):
        filed_by(way, result, midnight)
    assert filed_by(way, result, last_second).status == ObjectionStatus.SUBMITTED


def filed_by(way: str, result: EligibilityResult, at: datetime) -> Objection:
    """File at an instant: online, by a paper received then, or in a call."""
    if way in {"extension", "exemption"}:
        return submitted(result, result.person, now=at)
    entry = Entry(
        contested=result,
        filed_by=result.person,
        ground="documents",
        statement=STATEMENT,
        submission=uuid.uuid4(),
    )
    by = staff("agent")
    if way == "paper":
        later = at + timedelta(days=20)
        day = riyadh_date(at)
        return enter_paper(entry=entry, received_on=day, checked=[pdf()], by=by, now=later)
    documents = list(NeededDocument.objects.all()[:1])
    return enter_call(entry=entry, documents=documents, days=7, has_consent=True, by=by, now=at)


def test_corrected_result_has_a_window_of_its_own_and_the_old_one_stays_as_history() -> None:
    person = head()
    old = result_of(person, announced_on=date(2025, 3, 1))
    stopped = draft(old, person, now=OPENED)
    old.superseded_on = date(2025, 5, 1)
    old.save()
    corrected = result_of(person, announced_on=date(2025, 5, 1))
    at = riyadh("2025-07-30 23:59:59")  # day 90 of the correction, day 151 of the old one
    with pytest.raises(NotContestable):
        submit_objection(objection=stopped, has_declared=True, now=OPENED)
    filed = submitted(corrected, person, now=at)
    assert (filed.counted_from, filed.deadline) == (date(2025, 5, 1), date(2025, 7, 30))
    old.refresh_from_db()
    assert (old.announced_on, old.filing_deadline) == (date(2025, 3, 1), date(2025, 5, 30))
    assert stopped.result == old
