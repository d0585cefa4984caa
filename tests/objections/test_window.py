"""The ninety days by the clock of Riyadh, wherever the process runs (O12)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from objections.errors import FilingWindowClosed
from objections.models import Objection
from objections.rules import filing_deadline
from objections.services import open_draft, submit_objection
from objections.statuses import ObjectionStatus
from objections.tasks import stop_drafts
from saudi.gregorian import riyadh_date
from tests.objections.cases import STATEMENT, draft, result_of, riyadh
from tests.personas import head, sign_in

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
