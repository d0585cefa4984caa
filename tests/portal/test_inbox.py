"""A person's messages in the portal: whose they are, announcements and reminders."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from beneficiaries.models import AnnouncementRun, Person
from beneficiaries.statuses import RunStatus
from notifications.statuses import MessageStatus
from objections.models import Objection, ReminderRound
from objections.statuses import ObjectionStatus, ReminderKind
from portal.announcing import PAYMENTS, RESULTS, announce
from saudi.hijri import HijriDate
from tests.factories import CycleFactory, PaymentLineFactory, ResultFactory
from tests.personas import adult_of, child_of, head, outsider
from tests.portal.inbox import CLOSES, ON, announced, closing, kinds, objection_against, read, tell
from tests.portal.signing_in import NOW
from tests.sawtak import tickets

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def reminded(kind: str = ReminderKind.RESULT, *, ago: timedelta = timedelta(hours=3)) -> None:
    ReminderRound.objects.create(kind=kind, closes_on=CLOSES, began_at=NOW - ago)


class TestWhoseItIs:
    @pytest.mark.parametrize("status", [MessageStatus.FAILED, MessageStatus.QUEUED])
    def test_what_did_not_arrive_is_there(self, sara: Person, status: str) -> None:
        message = tell(sara, status=status)
        assert [one.key for one in read(sara)] == [message.pk]

    def test_what_had_no_number_to_go_to_is_there(self) -> None:
        person = head(mobile="")
        tell(person)
        assert kinds(person) == ["message"]

    def test_who_shares_the_mobile_does_not_see_it(self, sara: Person) -> None:
        other = outsider(mobile=sara.mobile)
        tell(sara)
        assert read(other) == []

    def test_who_got_the_number_later_does_not_see_it(self, sara: Person) -> None:
        tell(sara)
        old = sara.mobile
        Person.objects.filter(pk=sara.pk).update(mobile="+966500000888")
        assert read(outsider(mobile=old)) == []
        assert kinds(sara) == ["message"]

    def test_adult_s_case_is_the_adult_s_alone(self, sara: Person) -> None:
        omar = adult_of(sara)
        tell(omar, to=sara.mobile)
        assert kinds(omar) == ["message"]
        assert read(sara) == []

    def test_code_is_never_there(self, sara: Person) -> None:
        tell(sara, template="sign_in_code", values={"code": "048213"})
        assert read(sara) == []

    def test_request_in_somebody_s_name_is_not_in_their_messages(self, sara: Person) -> None:
        named = {"national_id": sara.national_id, "birth_date": sara.birth_date}
        tickets.file(mobile="+966500000099", **named)
        assert read(sara) == []
        tickets.file(mobile=sara.mobile, **named)
        assert [one.what for one in read(sara)] == ["ticket_received"]

    def test_held_message_waits_for_its_campaign(self, sara: Person) -> None:
        tell(sara, status=MessageStatus.HELD)
        assert read(sara) == []


class TestAnnouncements:
    def test_each_who_has_a_result_is_told_also_where_one_sms_went_to_two(
        self, sara: Person
    ) -> None:
        other = outsider(mobile=sara.mobile)
        for person in (sara, other):
            ResultFactory.create(person=person)
        announced()
        assert kinds(sara) == kinds(other) == ["results"]
        assert read(outsider()) == []

    def test_payments_have_their_own(self, sara: Person) -> None:
        line = PaymentLineFactory.create(person=sara, announced_on=ON)
        announced("payments")
        announced("results")
        [told] = read(sara)
        assert (told.kind, told.what, told.target) == ("payments", "2026-10", line.pk)

    def test_head_is_told_for_who_has_no_mobile_and_not_for_others(self, sara: Person) -> None:
        ResultFactory.create(person=adult_of(sara))
        announced()
        assert read(sara) == []
        ResultFactory.create(person=child_of(sara))
        [told] = read(sara)
        assert told.target is None

    def test_dependant_is_told_of_nobody_else(self, sara: Person) -> None:
        omar = adult_of(sara)
        for person in (sara, child_of(sara)):
            ResultFactory.create(person=person)
        announced()
        assert read(omar) == []

    def test_correction_is_told_apart_and_two_runs_of_a_day_once(self, sara: Person) -> None:
        result = ResultFactory.create(person=sara, superseded_on=ON)
        ResultFactory.create(person=sara, cycle=result.cycle, announced_on=date(2026, 11, 2))
        announced()
        announced(ended_at=NOW - timedelta(hours=1))
        announced(on=date(2026, 11, 2), ended_at=NOW)
        assert [one.at for one in read(sara)] == [NOW, NOW - timedelta(hours=1)]

    def test_second_announcement_of_a_day_tells_only_whom_it_is_for(self, sara: Person) -> None:
        other, cycle = outsider(), CycleFactory(code="2026-10")
        for person, at in ((sara, NOW - timedelta(hours=3)), (other, NOW - timedelta(hours=2))):
            for rows, matter in ((ResultFactory, RESULTS), (PaymentLineFactory, PAYMENTS)):
                rows.create(person=person, cycle=cycle, announced_on=None)
                announce(cycle_code="2026-10", on=ON, now=at, matter=matter)
        runs = {run.kind: run.pk for run in AnnouncementRun.objects.order_by("-id")}
        assert len(AnnouncementRun.objects.all()) == 4
        assert {one.kind: one.key for one in read(sara)} == runs
        assert not {one.key for one in read(other)} & set(runs.values())
        ResultFactory.create(person=sara, cycle=cycle, announced_on=None)
        announce(cycle_code="2026-10", on=ON, now=NOW)
        assert sorted(kinds(sara)) == ["payments", "results", "results"]
        assert sorted(kinds(other)) == ["payments", "results"]

    def test_run_that_ended_without_an_announcement_tells_nothing(self, sara: Person) -> None:
        ResultFactory.create(person=sara)
        announced(status=RunStatus.REFUSED)
        assert read(sara) == []


class TestReminders:
    def test_of_a_result_that_closes(self, sara: Person) -> None:
        result = closing(sara)
        reminded()
        [told] = read(sara)
        assert (told.kind, told.what, told.target) == ("result_closing", "2026-12-08", result.pk)

    def test_of_what_was_filed_before_there_is_none_and_what_was_filed_after_stays(
        self, sara: Person
    ) -> None:
        result = closing(sara)
        reminded()
        objection = objection_against(result, submitted_at=NOW - timedelta(hours=4))
        assert read(sara) == []
        Objection.objects.filter(pk=objection.pk).update(submitted_at=NOW)
        assert kinds(sara) == ["result_closing"]

    def test_private_reason_of_an_adult_is_told_to_that_adult_alone(self, sara: Person) -> None:
        omar = adult_of(sara, mobile="")
        closing(omar, reason_codes=["SHELTER"])
        reminded()
        assert read(sara) == []
        assert kinds(omar) == ["result_closing"]

    def test_head_is_reminded_for_a_minor_and_the_minor_is_not(self, sara: Person) -> None:
        minor = child_of(sara, mobile="+966500000777", birth_date=HijriDate(1435, 1, 1))
        closing(minor)
        reminded()
        assert read(minor) == []
        assert kinds(sara) == ["result_closing"]

    def test_of_a_draft_to_its_writer(self, sara: Person) -> None:
        omar = adult_of(sara)
        draft = objection_against(closing(omar), filed_by=sara, status=ObjectionStatus.DRAFT)
        reminded(ReminderKind.DRAFT_3)
        [told] = read(sara)
        assert (told.kind, told.target) == ("draft_closing", draft.pk)
        assert read(omar) == []
