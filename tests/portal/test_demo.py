"""The demonstration: everybody of the README is there, and every row is one the product makes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from io import StringIO
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import TestCase, override_settings

from beneficiaries.models import (
    Cycle,
    EligibilityResult,
    Household,
    PaymentLine,
    Person,
    User,
)
from beneficiaries.statuses import PaymentStatus
from notifications.models import Message, PhoneMessage
from objections.models import Objection
from objections.statuses import ObjectionStatus
from portal.demo import people
from portal.demo.accounts import ACCOUNTS
from portal.demo.days import days_from
from portal.demo.loading import AlreadyLoaded, Loaded, RegisterInUse, load_demonstration
from portal.env import Env
from saudi.gregorian import RIYADH, riyadh_date
from saudi.hijri import HijriDate
from sawtak.models import Ticket
from sawtak.statuses import TicketStatus
from tests import personas

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=RIYADH)
TODAY = date(2026, 11, 25)
PASSWORD = "a demonstration's password"


@contextmanager
def files_in(folder: str) -> Iterator[None]:
    """Keep what is uploaded in a folder of the test."""
    default = settings.STORAGES["default"]
    own = {**default, "OPTIONS": {**default["OPTIONS"], "location": folder}}
    with override_settings(STORAGES={**settings.STORAGES, "default": own}):
        yield


def contestable(national_id: str) -> list[EligibilityResult]:
    """Give a person's results that are not eligible, the newest last."""
    return list(
        EligibilityResult.objects.current()
        .filter(person__national_id=national_id, status="ineligible")
        .order_by("cycle__code")
    )


class DemonstrationTests(TestCase):
    """Loaded once for all that looks at it."""

    demo: Loaded

    @classmethod
    def setUpTestData(cls):
        with TemporaryDirectory() as folder, files_in(folder):
            cls.demo = load_demonstration(staff_password=PASSWORD, now=NOW)

    def test_the_demonstration_is_what_was_promised(self):
        assert (self.demo.households, self.demo.cycles) == (40, 6)
        assert Household.objects.count() == 40
        assert Cycle.objects.filter(announced_on__lt=TODAY).count() == 6
        for account in ACCOUNTS:
            person = Person.objects.get(national_id=account.national_id)
            assert person.mobile == f"+966{account.mobile[1:]}"
            assert person.birth_date == HijriDate.parse(account.birth_date)
        assert not Person.objects.filter(national_id=people.UNKNOWN).exists()

    def test_every_mobile_is_of_the_range_of_the_demonstration(self):
        mobiles = Person.objects.exclude(mobile="").values_list("mobile", flat=True)
        assert all("+966500000001" <= mobile <= "+966500000999" for mobile in mobiles)

    def test_households_are_of_every_kind(self):
        assert max(h.people.count() for h in Household.objects.all()) == 13
        assert min(h.people.count() for h in Household.objects.all()) == 1
        assert Person.objects.filter(relation="head", mobile="").exists()
        assert Person.objects.filter(language="en").exists()
        assert Person.objects.filter(national_id__startswith="2").count() >= 2
        assert set(Person.objects.values_list("relation", flat=True)) == {
            "head",
            "spouse",
            "child",
            "parent",
            "sibling",
            "ward",
        }

    def test_sara_has_many_days_left_and_has_filed_nothing(self):
        (result,) = contestable(people.SARA)
        assert result.cycle == Cycle.objects.first()
        assert result.reason_codes == ["LEASE_NOT_PROVEN"]
        assert result.filing_deadline - TODAY > timedelta(days=40)
        assert not Objection.objects.filter(person__household=result.person.household).exists()

    def test_khalids_window_closes_today(self):
        (result,) = contestable(people.KHALID)
        assert (result.announced_on, result.filing_deadline) == (TODAY - timedelta(days=90), TODAY)
        assert not Objection.objects.filter(person=result.person).exists()

    def test_the_residents_window_closed_yesterday_and_a_draft_was_stopped(self):
        (result,) = contestable(people.RESIDENT)
        assert result.filing_deadline == TODAY - timedelta(days=1)
        assert [o.status for o in result.objections.all()] == [ObjectionStatus.STOPPED]
        assert Message.objects.filter(recipient="+966500000003", template="draft_stopped").exists()

    def test_the_account_paid_short_can_object_to_its_newest_payment(self):
        head = Person.objects.get(national_id=people.PAID_SHORT)
        newest = PaymentLine.objects.current().filter(person=head).order_by("-paid_on")[0]
        assert (newest.status, newest.reason_codes) == ("paid", ["ABSENCE_DEDUCTION"])
        assert newest.is_short
        assert newest.counted_from <= TODAY <= newest.filing_deadline
        assert not newest.objections.exists()

    def test_payments_are_in_every_status_and_the_other_accounts_owe_nothing_to_them(self):
        lines = PaymentLine.objects.current()
        assert set(lines.values_list("status", flat=True)) == set(PaymentStatus.values)
        for national_id in (people.SARA, people.KHALID, people.RESIDENT):
            own = lines.filter(person__national_id=national_id)
            assert own
            assert not [line for line in own if line.is_short]

    def test_objections_are_on_both_tracks(self):
        against = Objection.objects.filter(payment__isnull=False)
        assert set(against.values_list("status", flat=True)) == {
            ObjectionStatus.SUBMITTED,
            ObjectionStatus.UNDER_REVIEW,
            ObjectionStatus.ACCEPTED,
        }

    def test_the_other_accounts_are_in_their_state(self):
        assert contestable(people.PAID_SHORT) == []
        (dependant,) = contestable(people.ADULT_DEPENDANT)
        assert dependant.reason_codes == ["SHELTER"]
        assert dependant.person.household == Person.objects.get(national_id=people.SARA).household
        objection = Objection.objects.get(person__national_id=people.ASKED_FOR_DOCUMENTS)
        assert objection.status == ObjectionStatus.DOCUMENTS_WANTED
        assert objection.documents_due_on > TODAY
        ticket = Ticket.objects.get(person__national_id=people.ASKED_FOR_DOCUMENTS)
        assert (ticket.status, ticket.identity_match) == (TicketStatus.ANSWERED, "full")

    def test_cases_stand_in_every_status_that_can_be_reached(self):
        assert set(Objection.objects.values_list("status", flat=True)) == set(
            ObjectionStatus.values
        ) - {ObjectionStatus.WITHDRAWN}
        assert set(Ticket.objects.values_list("status", flat=True)) == set(TicketStatus.values) - {
            TicketStatus.WITHDRAWN
        }
        assert set(Ticket.objects.values_list("identity_match", flat=True)) == {
            "full",
            "partial",
            "none",
        }

    def test_nothing_happened_after_now_or_before_its_cause(self):
        for objection in Objection.objects.all():
            times = [event.at for event in objection.events.all()]
            assert times == sorted(times)
            assert times[-1] <= NOW
            assert riyadh_date(objection.opened_at) >= objection.counted_from
        for ticket in Ticket.objects.all():
            times = [event.at for event in ticket.events.all()]
            assert times == sorted(times)
            assert times[-1] <= NOW

    def test_the_sms_of_the_past_lie_on_the_phone_and_none_waits(self):
        assert set(Message.objects.values_list("status", flat=True)) == {"sent", "suppressed"}
        sent = Message.objects.filter(status="sent")
        assert sent.count() == PhoneMessage.objects.count() == self.demo.messages
        assert not sent.exclude(sent_at__lte=NOW).exists()
        assert not sent.exclude(gateway="phone").exists()
        assert sent.filter(attempts__outcome="sent").count() == self.demo.messages

    def test_staff_of_each_role_can_sign_in(self):
        for role in personas.ROLES:
            username = "admin" if role == "administrator" else role
            user = User.objects.get(username=username)
            assert [group.name for group in user.groups.all()] == [role]
            assert self.client.login(username=username, password=PASSWORD)

    def test_a_second_load_changes_nothing(self):
        before = (Person.objects.count(), Objection.objects.count(), Message.objects.count())
        with pytest.raises(AlreadyLoaded):
            load_demonstration(staff_password=PASSWORD, now=NOW + timedelta(days=1))
        assert before == (
            Person.objects.count(),
            Objection.objects.count(),
            Message.objects.count(),
        )


@pytest.mark.django_db
def test_a_register_in_use_is_left_alone():
    personas.head()
    with pytest.raises(RegisterInUse):
        load_demonstration(staff_password=PASSWORD, now=NOW)
    with pytest.raises(CommandError, match="The register has people already"):
        call_command("load_demo", stdout=StringIO())
    assert Person.objects.count() == 1


def test_the_days_hold_on_every_day_of_four_years():
    first = date(2026, 1, 1)
    for number in range(4 * 366):
        today = first + timedelta(days=number)
        days = days_from(today)
        announced = [cycle.announced_on for cycle in days.cycles]
        assert announced == sorted(announced)
        assert len({cycle.code for cycle in days.cycles}) == 6
        assert 6 <= (today - announced[-1]).days <= 37
        assert (today - announced[-2]).days >= 34
        assert announced[days.closing] == days.closed_yesterday
        assert days.closing < 4


def test_just_after_midnight_in_riyadh_is_a_day_like_any_other(db, tmp_path):
    now = datetime(2026, 3, 1, 0, 3, tzinfo=RIYADH)
    with files_in(str(tmp_path)):
        load_demonstration(staff_password=PASSWORD, now=now)
    (result,) = contestable(people.KHALID)
    assert result.filing_deadline == date(2026, 3, 1)
    assert Objection.objects.filter(status=ObjectionStatus.STOPPED).count() == 2


@pytest.mark.django_db
def test_the_accounts_are_printed_with_their_numbers():
    out = StringIO()
    call_command("demo_accounts", stdout=out)
    for account in ACCOUNTS:
        assert account.national_id in out.getvalue()
        assert account.mobile in out.getvalue()
    for username in ("agent", "caseworker", "approver", "supervisor", "auditor", "admin"):
        assert username in out.getvalue()


@pytest.fixture
def given_password(monkeypatch):
    def give(password: str) -> None:
        env = Env({"DEMO_PASSWORD": password})
        monkeypatch.setattr("portal.management.commands.load_demo.env", env)

    return give


def load() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_command_loads_once_and_follows_the_password(tmp_path, given_password):
    with files_in(str(tmp_path)):
        given_password("")
        first = load()
        assert "40 households, 6 cycles" in first
        made = first.rsplit("Password of the staff: ", 1)[1].strip()
        assert authenticate(None, username="agent", password=made) is not None

        assert load() == "The demonstration is loaded already; nothing was changed.\n"
        assert authenticate(None, username="agent", password=made) is not None

        given_password(PASSWORD)
        assert "password is now that of DEMO_PASSWORD" in load()
        assert authenticate(None, username="auditor", password=PASSWORD) is not None
        assert "password" not in load()
