"""The demonstration: everybody of the README, every kind of case, and the staff."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from io import StringIO
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.db.models import Count, F, Sum
from django.db.models.functions import Length
from django.test import TestCase

from beneficiaries.confirmed_ids.services import needs_confirmation
from beneficiaries.models import (
    AnnouncementRun,
    ConfirmedNationalId,
    Cycle,
    EligibilityResult,
    Household,
    ImportRun,
    PaymentLine,
    Person,
    User,
)
from beneficiaries.reasons import REASONS
from beneficiaries.statuses import PaymentStatus, Relation
from notifications.campaigns import start_campaign
from notifications.mail.statuses import MailStatus
from notifications.models import (
    Campaign,
    DoubtfulNumber,
    GatewayPause,
    Mail,
    MailAddress,
    MailboxMail,
    Message,
    SmsText,
)
from notifications.progress import is_done, progress_of
from notifications.statuses import CampaignStatus, Lane, MessageStatus
from objections.clock import case_clock
from objections.models import (
    BackPayLine,
    Correction,
    Decision,
    FilingExemption,
    LateAttempt,
    Objection,
    SecondLook,
    WindowExtension,
)
from objections.statuses import FilingChannel, ObjectionStatus
from portal.demo import people
from portal.demo.accounts import ACCOUNTS
from portal.demo.loading import AlreadyLoaded, load_demonstration
from portal.demo.staff import STAFF
from portal.env import Env
from portal.exports.models import Export
from saudi.gregorian import RIYADH, riyadh_date
from saudi.hijri import HijriDate
from sawtak.models import Category, Channel, Ticket
from sawtak.statuses import TicketStatus
from sawtak.timeline import due_on
from tests import personas
from tests.portal.demonstration import (
    NOW,
    PASSWORD,
    check_accounts,
    check_messages,
    check_order_of_time,
    load,
    quick_passwords,
)
from tests.storing import files_in

TODAY = date(2026, 11, 25)


def give_password(password: str) -> Any:
    """Set DEMO_PASSWORD for the command."""
    env = Env({"DEMO_PASSWORD": password})
    return patch("portal.management.commands.load_demo.env", env)


class DemonstrationTests(TestCase):
    """Loaded once, by the command, for all that looks at it."""

    output: str

    @classmethod
    def setUpTestData(cls):
        with TemporaryDirectory() as folder, files_in(folder), quick_passwords():
            with time_machine.travel(NOW, tick=False), give_password(""):
                cls.output = load()
            cls.password = cls.output.rsplit("Password of the staff: ", 1)[1].strip()

    def test_the_demonstration_is_what_was_promised(self):
        assert "200 households, 12 cycles" in self.output
        assert Household.objects.count() == 200
        assert Cycle.objects.filter(announced_on__lt=TODAY).count() == 12
        for account in ACCOUNTS:
            person = Person.objects.get(national_id=account.national_id)
            assert person.mobile == f"+966{account.mobile[1:]}"
            assert person.birth_date == HijriDate.parse(account.birth_date)
        assert not Person.objects.filter(national_id=people.UNKNOWN).exists()

    def test_two_lists_are_exported_by_the_supervisor(self):
        runs = Export.objects.order_by("id")
        assert [(run.format, run.status, run.list_key) for run in runs] == [
            ("xlsx", "done", "tickets"),
            ("csv", "done", "tickets"),
        ]
        assert all(run.rows and run.stored_name for run in runs)
        assert {run.asked_by.username for run in runs} == {"supervisor"}

    def test_one_person_has_an_id_that_staff_have_confirmed(self):
        row = ConfirmedNationalId.objects.get()
        assert (row.national_id, row.confirmed_by.username) == (people.CONFIRMED, "supervisor")
        assert needs_confirmation(row.national_id)
        results = EligibilityResult.objects.current().filter(person__national_id=row.national_id)
        assert results.count() == 12
        others = Person.objects.exclude(national_id=row.national_id)
        assert not any(map(needs_confirmation, others.values_list("national_id", flat=True)))

    def test_a_text_of_an_sms_waits_one_counts_and_one_was_rejected(self):
        rows = SmsText.objects.select_related("proposed_by", "decided_by").order_by("id")
        assert [
            (row.decision, str(row.decided_by and row.decided_by.username)) for row in rows
        ] == [
            ("rejected", "approver"),
            ("approved", "approver"),
            ("", "None"),
        ]
        assert {row.proposed_by.username for row in rows} == {"supervisor"}
        counts = rows[1]
        bodies = Message.objects.filter(template=counts.template, language="ar")
        said = "قرأنا طلبك"
        assert bodies.filter(queued_at__gt=counts.decided_at, body__contains=said).exists()
        assert not bodies.filter(queued_at__lt=counts.decided_at, body__contains=said).exists()

    def test_every_mobile_is_of_the_range_of_the_demonstration(self):
        mobiles = Person.objects.exclude(mobile="").values_list("mobile", flat=True)
        assert all("+966500000001" <= mobile <= "+966500000899" for mobile in mobiles)

    def test_everybody_is_marked_as_made_up(self):
        assert not Person.objects.exclude(full_name__regex="التجريبية?$|Altajribi$").exists()

    def test_households_are_of_every_kind(self):
        sizes = Counter(Person.objects.values_list("household", flat=True)).values()
        assert (min(sizes), max(sizes)) == (1, 14)
        assert Person.objects.filter(relation="head", mobile="").exists()
        assert Person.objects.filter(relation="head", full_name__regex="[A-Za-z]").exists()
        assert Person.objects.filter(language="en").exists()
        assert Person.objects.filter(national_id__startswith="2").count() >= 2
        assert Person.objects.order_by(Length("full_name").desc())[0].full_name.count(" ") >= 10
        assert set(Person.objects.values_list("relation", flat=True)) == set(Relation.values)

    def test_the_accounts_stand_as_they_are_described(self):
        check_accounts(TODAY)

    def test_payments_are_in_every_status_and_the_other_accounts_owe_nothing_to_them(self):
        lines = PaymentLine.objects.current()
        assert set(lines.values_list("status", flat=True)) == set(PaymentStatus.values)
        assert lines.values("cycle").distinct().count() == 12
        for national_id in (people.SARA, people.KHALID, people.RESIDENT):
            own = lines.filter(person__national_id=national_id)
            assert own
            assert not [line for line in own if line.is_short]

    def test_amounts_vary_and_no_household_gets_more_than_the_most(self):
        results = EligibilityResult.objects.current().filter(cycle=Cycle.objects.first())
        sums = results.values("person__household").annotate(sar=Sum("entitlement_sar"))
        amounts = {row["sar"] for row in sums}
        assert max(amounts) <= 2088
        assert len(amounts) > 40

    def test_each_reason_is_given_to_somebody(self):
        given = set()
        for rows in (EligibilityResult, PaymentLine):
            for codes in rows.objects.values_list("reason_codes", flat=True).distinct():
                given.update(codes)
        assert given == set(REASONS)

    def test_cases_stand_in_every_status_and_on_both_tracks(self):
        for track in ({"result__isnull": False}, {"payment__isnull": False}):
            statuses = set(Objection.objects.filter(**track).values_list("status", flat=True))
            assert statuses == set(ObjectionStatus.values)
        tickets = Ticket.objects.all()
        assert set(tickets.values_list("status", flat=True)) == set(TicketStatus.values)
        assert set(tickets.values_list("category", flat=True)) == set(Category)
        assert set(tickets.values_list("channel", flat=True)) == set(Channel.values)
        assert set(tickets.values_list("identity_match", flat=True)) == {"full", "partial", "none"}

    def test_some_cases_are_late_and_some_came_today(self):
        states = {
            clock.state
            for case in Objection.objects.all()
            if (clock := case_clock(case, today=TODAY))
        }
        assert states == {"", "is-soon", "is-late", "is-paused"}
        waiting = Ticket.objects.filter(status=TicketStatus.NEW)
        assert [t for t in waiting if due_on(t.received_at) < TODAY]
        assert [t for t in waiting if riyadh_date(t.received_at) == TODAY]
        assert Objection.objects.filter(submitted_at__date=TODAY).exists()

    def test_corrected_results_are_there_and_their_campaign_waits_for_a_second_person(self):
        corrected = EligibilityResult.objects.filter(superseded_on=TODAY - timedelta(days=1))
        assert corrected.count() >= 5
        [campaign] = Campaign.objects.filter(status=CampaignStatus.PREPARED)
        assert campaign.recipients == campaign.messages.filter(status="held").count() > 0
        approver = User.objects.get(username="approver")
        assert start_campaign(campaign=campaign, started_by=approver, now=NOW)

    def test_one_correction_of_many_results_is_done_and_one_waits(self):
        done, waiting = Correction.objects.order_by("pk")
        assert (done.state, waiting.state) == ("done", "proposed")
        assert done.rows_corrected > 2
        assert done.objections_closed > 0
        assert waiting.rows_to_correct > 2
        followed = Person.objects.get(national_id=people.SARA).household_id
        theirs = waiting.rows.filter(result__person__household=followed)
        assert {row.state for row in theirs} == {"removed"}

    def test_one_second_look_waits_and_one_changed_its_decision(self):
        assert set(SecondLook.objects.values_list("state", flat=True)) == {"open", "changed"}

    def test_campaigns_stand_in_each_state(self):
        by_status = Campaign.objects.values_list("status").annotate(Count("id")).order_by()
        counts = dict(by_status)
        assert counts.pop("started") > 10
        assert counts == {"prepared": 1, "paused": 1, "stopped": 1}
        paused = progress_of(Campaign.objects.get(status=CampaignStatus.PAUSED))
        assert paused.waiting > 0 < paused.sent
        stopped = progress_of(Campaign.objects.get(status=CampaignStatus.STOPPED))
        assert (stopped.waiting, stopped.unsent > 0, stopped.sent > 0) == (0, True, True)
        oldest = Campaign.objects.order_by("id")[0]
        assert is_done(oldest)
        assert [event.act for event in oldest.events.order_by("id")] == ["prepared", "started"]

    def test_imports_have_rejected_rows(self):
        rejected = dict(
            ImportRun.objects.filter(rows_rejected__gt=0).values_list("kind", "rows_rejected")
        )
        assert rejected == {"register": 5, "results": 7, "payments": 2}
        kinds = ImportRun.objects.get(kind="results", rows_rejected=7).rejections
        assert len(kinds) >= 4
        assert not ImportRun.objects.exclude(status="done").exists()
        assert not AnnouncementRun.objects.exclude(status="done").exists()
        for runs in (ImportRun, AnnouncementRun):
            assert not runs.objects.filter(ended_at__gt=F("started_at") + timedelta(minutes=1))

    def test_decisions_and_windows_are_in_every_state(self):
        states = set(Decision.objects.values_list("state", flat=True))
        assert states >= {"proposed", "returned", "approved", "superseded"}
        assert BackPayLine.objects.filter(decision__state="approved").exists()
        assert BackPayLine.objects.filter(decision__state="proposed").exists()
        assert set(Objection.objects.values_list("channel", flat=True)) == {*FilingChannel.values}
        assert WindowExtension.objects.get().finished_at is not None
        assert LateAttempt.objects.count() == 3
        exempted = FilingExemption.objects.annotate(used=Count("objections"))
        assert sorted(exempted.values_list("used", flat=True)) == [0, 1]

    def test_the_numbers_of_rows_follow_the_time(self):
        check_order_of_time()

    def test_sms_are_in_every_status_and_what_arrived_lies_on_the_phone(self):
        check_messages(NOW)
        statuses = set(Message.objects.values_list("status", flat=True))
        # A message is being sent for a moment only, and nothing is sent while this is loaded. What
        # is to go out next waits in its campaign.
        moments = {MessageStatus.SENDING, MessageStatus.QUEUED, MessageStatus.CANCELLED}
        assert statuses - moments == set(MessageStatus.values) - moments
        assert DoubtfulNumber.objects.count() == 3
        assert not GatewayPause.objects.filter(until__gt=NOW).exists()

    def test_some_people_chose_mail_and_their_mails_are_in_every_status(self):
        assert MailAddress.objects.count() == 5
        assert MailAddress.objects.filter(broken_at__isnull=False).count() == 1
        statuses = set(Mail.objects.values_list("status", flat=True))
        assert statuses == set(MailStatus.values) - {MailStatus.SENDING}
        sent = Mail.objects.filter(status=MailStatus.SENT)
        assert sent.count() == MailboxMail.objects.count() > 20
        assert not sent.filter(sent_at__gt=NOW).exists()
        kinds = {"results_announced", "payments_announced"}
        assert kinds < set(sent.values_list("template", flat=True))

    def test_reminders_went_out_in_the_past_and_one_was_no_longer_needed(self):
        reminders = Message.objects.filter(lane=Lane.REMINDERS)
        assert set(reminders.values_list("template", flat=True)) == {
            "result_closing",
            "draft_closing",
        }
        assert {message.not_before.astimezone(RIYADH).hour for message in reminders} == {9}
        cancelled = reminders.get(status=MessageStatus.CANCELLED)
        filer = Person.objects.get(mobile=cancelled.recipient)
        filed = Objection.objects.get(filed_by=filer)
        assert filed.submitted_at is not None
        assert riyadh_date(filed.submitted_at) == riyadh_date(cancelled.not_before)

    def test_codes_are_hidden_once_their_message_is_over(self):
        codes = Message.objects.filter(template="sign_in_code")
        assert set(codes.values_list("status", flat=True)) == {"delivered", "expired", "suppressed"}
        assert not codes.filter(body__regex="[0-9]{6}").exists()

    @quick_passwords()
    def test_staff_of_each_role_can_sign_in(self):
        for role in personas.ROLES:
            username = "admin" if role == "administrator" else role
            user = User.objects.get(username=username)
            assert [group.name for group in user.groups.all()] == [role]
            assert authenticate(None, username=username, password=self.password) == user

    @quick_passwords()
    def test_a_second_load_changes_nothing_but_follows_the_password(self):
        def counts():
            return Person.objects.count(), Objection.objects.count(), Message.objects.count()

        before = counts()
        with pytest.raises(AlreadyLoaded):
            load_demonstration(staff_password=PASSWORD, now=NOW + timedelta(days=1))
        with give_password(""):
            assert load() == "The demonstration is loaded already; nothing was changed.\n"
        assert authenticate(None, username="agent", password=self.password)
        with give_password(PASSWORD):
            assert "password is now that of DEMO_PASSWORD" in load()
            assert authenticate(None, username="auditor", password=PASSWORD)
            assert "password" not in load()
        assert before == counts()


@pytest.mark.django_db
def test_the_accounts_are_printed_with_their_numbers_and_what_to_try():
    out = StringIO()
    call_command("demo_accounts", stdout=out)
    for account in ACCOUNTS:
        [line] = [line for line in out.getvalue().splitlines() if account.national_id in line]
        assert account.mobile in line
        assert account.to_try in line
    assert "object to the payment" in out.getvalue()
    for person in STAFF:
        assert f"{person.username:<12} {person.to_try}" in out.getvalue()
