"""A person's file: who sees whose results and reasons, and what can be contested from it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from beneficiaries.models import EligibilityResult, Person
from beneficiaries.statuses import ResultStatus
from objections.models import Objection
from objections.statuses import ObjectionStatus
from saudi.hijri import HijriDate
from sawtak.models import IdentityMatch, Ticket
from tests.factories import GROUND, CycleFactory, ResultFactory
from tests.personas import adult_of, child_of, head, outsider, sign_in, sign_in_staff
from tests.portal.signing_in import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TODAY = date(2026, 11, 24)
PROFILE = "/en/profile/"
EDIT = "/en/profile/edit/"
HIDDEN = "A reason shown to its owner only"
SHELTER = "Living in a government shelter"
LEASE = "The lease is not proven"


def result(
    person: Person, code: str = "2026-11", *, days_ago: int = 26, **facts: object
) -> EligibilityResult:
    """Give an announced result; not eligible for the lease, with its day 0 so many days ago."""
    return ResultFactory.create(
        person=person,
        cycle=CycleFactory(code=code),
        announced_on=TODAY - timedelta(days=days_ago),
        **facts,
    )


def objection_against(
    found: EligibilityResult,
    *,
    status: str = ObjectionStatus.SUBMITTED,
    filed_by: Person | None = None,
) -> Objection:
    """Give an objection in a status; a draft has no reference."""
    is_filed = status != ObjectionStatus.DRAFT
    assert found.announced_on
    assert found.filing_deadline
    return Objection.objects.create(
        result=found,
        person=found.person,
        filed_by=filed_by or found.person,
        status=status,
        reference="4026714838" if is_filed else None,
        submitted_at=NOW if is_filed else None,
        opened_at=NOW,
        counted_from=found.announced_on,
        deadline=found.filing_deadline,
        step=3,
        left_at=3,
        **GROUND,
    )


def page(response: HttpResponse) -> str:
    assert response.status_code == 200
    return unescape(response.content.decode())


def open_as(person: Person, path: str = PROFILE) -> str:
    client = Client()
    sign_in(client, person)
    return page(client.get(path))


def contested_from(person: Person, path: str = PROFILE) -> set[int]:
    """Give the results that the page leads to an objection against."""
    return {int(pk) for pk in re.findall(r"/objections/new/\?result=(\d+)", open_as(person, path))}


class TestWhoSeesIt:
    def test_anonymous_is_asked_to_sign_in(self, client: Client, sara: Person) -> None:
        mine = result(sara)
        for path in (PROFILE, EDIT, f"{PROFILE}results/{mine.pk}/"):
            answer = client.get(path)
            assert answer.status_code == 302
            assert answer["Location"] == f"/en/sign-in/?next={path}"

    def test_staff_are_refused(self, client: Client) -> None:
        sign_in_staff(client, username="clerk")
        assert client.get(PROFILE).status_code == 403

    def test_owner_reads_the_reason_and_what_to_do(self, sara: Person) -> None:
        result(sara)
        text = open_as(sara)
        assert LEASE in text
        assert "We did not find a valid unified lease in your name." in text
        assert "Register the lease in Ejar" in text
        assert sara.national_id in text
        assert "0500000001" in text

    def test_outsider_gets_404_for_a_result(self, client: Client, sara: Person) -> None:
        mine = result(sara)
        sign_in(client, outsider())
        assert client.get(f"{PROFILE}results/{mine.pk}/").status_code == 404
        assert client.get(f"{PROFILE}results/999999/").status_code == 404

    def test_dependant_sees_neither_the_heads_results_nor_the_household(
        self, client: Client, sara: Person
    ) -> None:
        omar = adult_of(sara, full_name="Omar")
        theirs = result(sara)
        result(omar)
        text = open_as(omar)
        assert "Sara" not in text
        assert "People of the household" not in text
        sign_in(client, omar)
        assert client.get(f"{PROFILE}results/{theirs.pk}/").status_code == 404

    def test_results_not_announced_are_seen_by_nobody(self, client: Client, sara: Person) -> None:
        waiting = ResultFactory.create(
            person=sara, cycle=CycleFactory(code="2026-12"), announced_on=None
        )
        assert "December 2026" not in open_as(sara)
        sign_in(client, sara)
        assert client.get(f"{PROFILE}results/{waiting.pk}/").status_code == 404

    def test_new_person_without_a_result_is_told_so(self, sara: Person) -> None:
        assert "No result has been announced for you yet" in open_as(sara)

    def test_page_is_in_no_cache(self, client: Client, sara: Person) -> None:
        sign_in(client, sara)
        assert "no-store" in client.get(PROFILE)["Cache-Control"]


class TestSensitiveReasons:
    """DOMAIN 16: shown to the person it is about and to nobody else."""

    def test_head_reads_that_there_is_one_and_cannot_object(self, sara: Person) -> None:
        omar = adult_of(sara, full_name="Omar")
        his = result(omar, reason_codes=["SHELTER"])
        for path in (PROFILE, f"{PROFILE}results/{his.pk}/"):
            text = open_as(sara, path)
            assert "Omar" in text
            assert HIDDEN in text
            assert SHELTER not in text
            assert "shelter" not in text.lower()
            assert "SHELTER" not in text
            assert his.pk not in contested_from(sara, path)

    def test_owner_reads_it_and_can_object(self, sara: Person) -> None:
        omar = adult_of(sara)
        his = result(omar, reason_codes=["SHELTER"])
        assert SHELTER in open_as(omar)
        assert contested_from(omar) == {his.pk}

    def test_head_reads_status_and_amount_of_everybody(self, sara: Person) -> None:
        reem = child_of(sara, full_name="Reem")
        result(reem, status=ResultStatus.ELIGIBLE, entitlement_sar="216.00")
        text = open_as(sara)
        assert "Reem" in text
        assert "SAR 216" in text


class TestWhatCanBeContested:
    """The links to an objection are exactly what can be contested now, by this viewer."""

    @pytest.mark.parametrize(
        ("days_ago", "is_open"),
        [
            pytest.param(0, True, id="day-0-open"),
            pytest.param(89, True, id="day-89-open"),
            pytest.param(90, True, id="day-90-open"),
            pytest.param(91, False, id="day-91-closed"),
        ],
    )
    def test_window(self, sara: Person, days_ago: int, is_open: bool) -> None:
        mine = result(sara, days_ago=days_ago)
        wanted = {mine.pk} if is_open else set()
        assert contested_from(sara) == wanted
        assert contested_from(sara, f"{PROFILE}results/{mine.pk}/") == wanted

    @pytest.mark.parametrize(
        ("instant", "is_open"),
        [
            pytest.param(datetime(2025, 5, 30, 20, 59, 59, tzinfo=UTC), True, id="last-second"),
            pytest.param(datetime(2025, 5, 30, 21, 0, tzinfo=UTC), False, id="midnight-riyadh"),
        ],
    )
    def test_midnight_is_riyadhs(
        self, sara: Person, instant: datetime, is_open: bool, clock: time_machine.Coordinates
    ) -> None:
        mine = ResultFactory.create(person=sara, announced_on=date(2025, 3, 1))
        clock.move_to(instant)
        assert contested_from(sara) == ({mine.pk} if is_open else set())

    def test_closed_one_says_when_and_what_is_open_instead(self, sara: Person) -> None:
        mine = ResultFactory.create(person=sara, announced_on=date(2025, 3, 1))
        assert "The time has passed: what can I do?" in open_as(sara)
        text = open_as(sara, f"{PROFILE}results/{mine.pk}/")
        assert "The days were counted from Saturday 1 March 2025 (1 Ramadan 1446 AH)." in text
        assert "The last day was Friday 30 May 2025 (3 Dhu al-Hijjah 1446 AH)." in text
        for way_on in ("/en/sawtak/new/", "/en/register/", "19912"):
            assert way_on in text
        assert "What to do" not in text, "no advice to object after the window"

    def test_eligible_result_is_not_contested(self, sara: Person) -> None:
        result(sara, status=ResultStatus.ELIGIBLE)
        assert contested_from(sara) == set()
        assert "Eligible: nothing to object to" in open_as(sara)

    def test_objected_one_leads_to_its_objection(self, sara: Person) -> None:
        mine = result(sara)
        objection_against(mine)
        assert contested_from(sara) == set()
        assert "/en/objections/4026714838/" in open_as(sara)
        assert "/en/objections/4026714838/" in open_as(sara, f"{PROFILE}results/{mine.pk}/")

    def test_draft_is_gone_on_with(self, sara: Person) -> None:
        mine = result(sara)
        objection_against(mine, status=ObjectionStatus.DRAFT)
        assert contested_from(sara) == {mine.pk}
        assert "Continue your objection" in open_as(sara)

    def test_draft_whose_window_closed_leads_nowhere(self, sara: Person) -> None:
        mine = result(sara, days_ago=91)
        draft = objection_against(mine, status=ObjectionStatus.DRAFT)
        text = open_as(sara)
        assert contested_from(sara) == set()
        assert str(draft.uuid) not in text

    def test_head_contests_for_a_child_and_for_an_adult(self, sara: Person) -> None:
        his, hers = result(adult_of(sara)), result(child_of(sara))
        assert contested_from(sara) == {his.pk, hers.pk}

    def test_minor_is_led_to_the_head(self, sara: Person) -> None:
        minor = child_of(sara, mobile="+966500000009", birth_date=HijriDate(1435, 1, 1))
        result(minor)
        assert contested_from(minor) == set()
        assert "The main beneficiary objects for you" in open_as(minor)

    def test_every_open_cycle_has_its_link_however_old(self, sara: Person) -> None:
        reem = child_of(sara)
        wanted = {
            result(person, code, days_ago=days).pk
            for person in (sara, reem)
            for code, days in (("2026-11", 26), ("2026-10", 56), ("2026-09", 86))
        }
        result(sara, "2026-08", days_ago=116)
        assert contested_from(sara) == wanted

    def test_superseded_result_leads_to_the_corrected_one(self, sara: Person) -> None:
        old = result(sara, days_ago=30)
        EligibilityResult.objects.filter(pk=old.pk).update(superseded_on=TODAY)
        new = result(sara, days_ago=1)
        assert contested_from(sara) == {new.pk}
        path = f"{PROFILE}results/{old.pk}/"
        assert contested_from(sara, path) == set()
        assert f"/en/profile/results/{new.pk}/" in open_as(sara, path)


class TestOrder:
    def test_two_cycles_and_a_link_to_the_rest(self, sara: Person) -> None:
        for month in range(1, 6):
            result(sara, f"2026-0{month}", days_ago=300 - month, status=ResultStatus.ELIGIBLE)
        text = open_as(sara)
        assert "May 2026" in text
        assert "April 2026" in text
        assert "March 2026" not in text
        assert "?all=1#cycles" in text
        everything = open_as(sara, f"{PROFILE}?all=1")
        assert "January 2026" in everything
        assert "?all=1#cycles" not in everything

    def test_people_come_first_only_where_somebody_can_object(self, sara: Person) -> None:
        result(sara, status=ResultStatus.ELIGIBLE)
        his = result(adult_of(sara), status=ResultStatus.ELIGIBLE)
        text = open_as(sara)
        assert text.index('id="cycles"') < text.index('id="people"')
        EligibilityResult.objects.filter(pk=his.pk).update(status=ResultStatus.INELIGIBLE)
        text = open_as(sara)
        assert text.index('id="people"') < text.index('id="cycles"')


class TestCases:
    def test_objection_that_wants_documents_says_until_when(self, sara: Person) -> None:
        found = objection_against(result(sara), status=ObjectionStatus.DOCUMENTS_WANTED)
        Objection.objects.filter(pk=found.pk).update(documents_due_on=date(2026, 12, 8))
        assert "Send the documents before the end of Tuesday 8 December 2026" in open_as(sara)

    def test_own_ticket_is_listed_and_one_in_somebodys_name_is_not(self, sara: Person) -> None:
        self._ticket(sara, "7305628416", sara.mobile)
        self._ticket(sara, "7318409266", "+966500000099")
        text = open_as(sara)
        assert "7305628416" in text
        assert "7318409266" not in text

    @staticmethod
    def _ticket(person: Person, reference: str, mobile: str) -> Ticket:
        return Ticket.objects.create(
            reference=reference,
            submission_key=reference,
            category="payments",
            full_name=person.full_name,
            mobile=mobile,
            national_id=person.national_id,
            birth_date=person.birth_date,
            person=person,
            identity_match=IdentityMatch.FULL,
            received_at=NOW,
            changed_at=NOW,
        )


class TestCost:
    """At most 12 statements, the session's among them, and no more for a large household."""

    def _statements(self, dependants: int) -> int:
        person = head()
        result(person)
        for number in range(dependants):
            someone = child_of(person) if number % 2 else adult_of(person)
            for code, days in (("2026-11", 26), ("2026-10", 56), ("2026-07", 146)):
                result(someone, code, days_ago=days)
        client = Client()
        sign_in(client, person)
        with CaptureQueriesContext(connection) as queries:
            page(client.get(PROFILE))
        return len(queries)

    def test_same_for_one_and_twelve_dependants(self) -> None:
        one, twelve = self._statements(1), self._statements(12)
        assert one == twelve
        assert twelve <= 12


@pytest.mark.parametrize("path", ["/profile/", "/profile/edit/"])
def test_pages_speak_arabic(client: Client, sara: Person, path: str) -> None:
    result(sara)
    sign_in(client, sara)
    text = page(client.get(path))
    assert '<html lang="ar" dir="rtl"' in text
    assert "حدّث بياناتك" in text
