"""A person's messages in the portal: theirs alone, whatever number the SMS went to."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from beneficiaries.models import AnnouncementRun, EligibilityResult, PaymentLine, Person
from beneficiaries.statuses import RunStatus
from notifications.models import Message
from notifications.outbox import queue_message
from notifications.statuses import MessageStatus
from objections.models import Objection, ReminderRound
from objections.statuses import ObjectionStatus, ReminderKind
from portal.announcing import PAYMENTS, RESULTS, announce
from portal.calls.services import sweep_calls
from portal.calls.statuses import CallStep
from portal.inbox.reading import SHOWN, Told, mark_read, read_inbox
from portal.inbox.told import UNREAD_FOR
from portal.models import CallEvent, InboxMark
from portal.standing import standing_of
from portal.views import errors
from saudi.hijri import HijriDate
from sawtak.models import Ticket
from tests.factories import GROUND, CycleFactory, PaymentLineFactory, ResultFactory
from tests.personas import adult_of, child_of, head, outsider, sign_in, sign_in_staff
from tests.portal.signing_in import NOW
from tests.sawtak import tickets

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ON = date(2026, 10, 29)
CLOSES = date(2026, 12, 8)
INBOX = "/en/messages/"


def tell(
    person: Person,
    *,
    to: str | None = None,
    template: str = "objection_taken",
    ago: timedelta = timedelta(hours=1),
    event: str = "",
    status: str = MessageStatus.DELIVERED,
    values: dict[str, str] | None = None,
) -> Message:
    """Give a case update of a person, sent to their mobile or another."""
    number = Message.objects.count()
    event = event or f"other:{number}"
    recipient = person.mobile if to is None else to
    queue_message(
        event=event,
        to=recipient,
        template=template,
        values={"reference": f"40267{number:05}"} if values is None else values,
        language=person.language,
        now=NOW - ago,
        person_id=person.pk,
    )
    if recipient:
        Message.objects.filter(event=event).update(status=status)
    return Message.objects.get(event=event)


def announced(kind: str = "results", *, code: str = "2026-10", on: date = ON, **facts: Any) -> Any:
    return AnnouncementRun.objects.create(
        **{
            "kind": kind,
            "cycle_code": code,
            "on": on,
            "status": RunStatus.DONE,
            "started_at": NOW - timedelta(hours=2),
            "ended_at": NOW - timedelta(hours=2),
        }
        | facts
    )


def reminded(kind: str = ReminderKind.RESULT, *, ago: timedelta = timedelta(hours=3)) -> None:
    ReminderRound.objects.create(kind=kind, closes_on=CLOSES, began_at=NOW - ago)


def closing(person: Person, **facts: Any) -> EligibilityResult:
    return ResultFactory.create(
        person=person, **{"announced_on": date(2026, 9, 9), "filing_deadline": CLOSES} | facts
    )


def read(person: Person) -> list[Told]:
    return list(read_inbox(person.pk, now=NOW).told)


def kinds(person: Person) -> list[str]:
    return [one.kind for one in read(person)]


def unread(person: Person) -> int:
    return standing_of(person.pk, now=NOW).unread


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


def objection_against(
    result: EligibilityResult,
    *,
    filed_by: Person | None = None,
    status: str = ObjectionStatus.UNDER_REVIEW,
    submitted_at: datetime | None = None,
) -> Objection:
    is_draft = status == ObjectionStatus.DRAFT
    return Objection.objects.create(
        reference=None if is_draft else "4026714838",
        result=result,
        person=result.person,
        filed_by=filed_by or result.person,
        status=status,
        counted_from=result.announced_on,
        deadline=result.filing_deadline,
        opened_at=NOW - timedelta(days=3),
        submitted_at=None if is_draft else submitted_at or NOW,
        step=3,
        left_at=3,
        **GROUND,
    )


class TestReadAndUnread:
    def test_opening_the_page_reads_what_is_there(self, client: Client, sara: Person) -> None:
        tell(sara)
        tell(sara, ago=timedelta(hours=5))
        assert unread(sara) == 2
        sign_in(client, sara)
        assert '<bdi class="unread num" dir="ltr">2</bdi>' in client.get("/en/").content.decode()
        first = client.get(INBOX).content.decode()
        assert first.count('class="is-unread"') == 2
        assert "unread num" not in first
        assert unread(sara) == 0
        assert 'class="is-unread"' not in client.get(INBOX).content.decode()
        tell(sara, ago=timedelta(minutes=1))
        assert unread(sara) == 1

    def test_announcement_after_the_page_was_opened_is_unread(self, sara: Person) -> None:
        tell(sara)
        mark_read(sara.pk, read_inbox(sara.pk, now=NOW))
        ResultFactory.create(person=sara)
        announced(ended_at=NOW)
        assert unread(sara) == 1

    def test_mark_never_goes_back(self, sara: Person) -> None:
        tell(sara, ago=timedelta(hours=5))
        older = read_inbox(sara.pk, now=NOW)
        tell(sara, ago=timedelta(hours=1))
        mark_read(sara.pk, read_inbox(sara.pk, now=NOW))
        mark_read(sara.pk, older)
        assert InboxMark.objects.get().read_up_to == NOW - timedelta(hours=1)

    def test_what_is_long_ago_counts_as_read(self, sara: Person) -> None:
        tell(sara, ago=UNREAD_FOR + timedelta(hours=1))
        assert unread(sara) == 0
        assert kinds(sara) == ["message"]

    def test_count_goes_no_further_than_ninety_nine(self, client: Client, sara: Person) -> None:
        for _number in range(101):
            tell(sara)
        sign_in(client, sara)
        assert ">99+</bdi>" in client.get("/en/").content.decode()

    def test_reading_ends_the_call_that_the_message_was_owed(self, sara: Person) -> None:
        objection = objection_against(closing(sara), status=ObjectionStatus.DOCUMENTS_WANTED)
        tell(
            sara,
            event=f"objection:{objection.pk}:documents",
            template="objection_documents_wanted",
            values={"reference": "4026714838", "due": "8 ديسمبر"},
            status=MessageStatus.FAILED,
        )
        assert sweep_calls(now=NOW) == 1
        mark_read(sara.pk, read_inbox(sara.pk, now=NOW))
        sweep_calls(now=NOW)
        assert CallEvent.objects.latest("id").step == CallStep.READ

    def test_what_no_page_has_shown_is_not_read(self, client: Client, sara: Person) -> None:
        objection = objection_against(closing(sara), status=ObjectionStatus.DOCUMENTS_WANTED)
        tell(
            sara,
            event=f"objection:{objection.pk}:documents",
            template="objection_documents_wanted",
            values={"reference": "4026714838", "due": "8 ديسمبر"},
            status=MessageStatus.FAILED,
            ago=timedelta(hours=9),
        )
        for number in range(SHOWN):
            tell(sara, ago=timedelta(hours=1, minutes=number))
        sweep_calls(now=NOW)
        sign_in(client, sara)
        first = client.get(INBOX)
        assert unread(sara) == SHOWN + 1
        sweep_calls(now=NOW)
        assert CallEvent.objects.latest("id").step == CallStep.OPENED
        tell(sara, ago=timedelta(minutes=1))
        client.get(INBOX + first.context["next_url"])
        assert unread(sara) == 1, "what came meanwhile"
        sweep_calls(now=NOW)
        assert CallEvent.objects.latest("id").step == CallStep.READ

    def test_older_pages_alone_read_nothing_newer(self, client: Client, sara: Person) -> None:
        for number in range(SHOWN + 2):
            tell(sara, ago=timedelta(hours=1, minutes=number))
        cursor = read_inbox(sara.pk, now=NOW).next_cursor
        sign_in(client, sara)
        client.get(f"{INBOX}?after={cursor}")
        assert unread(sara) == SHOWN

    @pytest.mark.parametrize("top", ["x", "9" * 18, "-1", "٣"])
    def test_place_that_is_made_up_reads_nothing_to_come(
        self, client: Client, sara: Person, top: str
    ) -> None:
        tell(sara)
        sign_in(client, sara)
        assert client.get(INBOX, {"top": top}).status_code == 200
        assert InboxMark.objects.get().read_up_to <= NOW


class TestThePage:
    def test_anonymous_is_asked_to_sign_in_and_staff_are_refused(self, client: Client) -> None:
        assert client.get(INBOX)["Location"] == f"/en/sign-in/?next={INBOX}"
        assert "My messages" not in client.get("/en/").content.decode()
        sign_in_staff(client, "agent")
        assert client.get(INBOX).status_code == 403

    def test_empty_one_says_what_comes(self, client: Client, sara: Person) -> None:
        sign_in(client, sara)
        assert "No message yet" in client.get(INBOX).content.decode()

    def test_newest_first_each_linked_to_its_case(self, client: Client, sara: Person) -> None:
        result = ResultFactory.create(person=sara)
        announced()
        objection = objection_against(result)
        tell(sara, event=f"objection:{objection.pk}:taken")
        ticket = tickets.file(
            mobile=sara.mobile, national_id=sara.national_id, birth_date=sara.birth_date
        )
        sign_in(client, sara)
        text = client.get(INBOX).content.decode()
        links = [
            f"/en/sawtak/{ticket.reference}/",
            f"/en/objections/{objection.reference}/",
            f"/en/profile/results/{result.pk}/",
        ]
        places = [text.index(f'href="{link}"') for link in links]
        assert places == sorted(places)
        assert "The eligibility results of October 2026 are out" in text
        assert 'lang="en" dir="ltr">We began to study your objection' in text
        assert "بدأنا دراسة اعتراضك" not in text

    def test_what_has_a_day_stays_in_the_words_that_were_sent(
        self, client: Client, sara: Person
    ) -> None:
        tell(
            sara,
            template="objection_documents_wanted",
            values={"reference": "4026714838", "due": "8 ديسمبر"},
        )
        sign_in(client, sara)
        assert 'lang="ar" dir="rtl">' in client.get(INBOX).content.decode()

    def test_text_that_is_no_wording_of_now_stays_as_it_was_sent(
        self, client: Client, sara: Person
    ) -> None:
        message = tell(sara)
        Message.objects.filter(pk=message.pk).update(body="حساب المواطن: نص سابق 402670.")
        sign_in(client, sara)
        assert 'lang="ar" dir="rtl">نص سابق 402670.' in client.get(INBOX).content.decode()

    def test_english_message_is_arabic_on_the_arabic_page(
        self, client: Client, sara: Person
    ) -> None:
        Person.objects.filter(pk=sara.pk).update(language="en")
        sara.refresh_from_db()
        tell(sara)
        sign_in(client, sara)
        assert (
            'lang="ar" dir="rtl">بدأنا دراسة اعتراضك' in client.get("/messages/").content.decode()
        )

    def test_case_that_its_reader_may_not_open_is_not_linked(
        self, client: Client, sara: Person
    ) -> None:
        objection = objection_against(ResultFactory.create(person=outsider()))
        tell(sara, event=f"objection:{objection.pk}:taken")
        sign_in(client, sara)
        text = client.get(INBOX).content.decode()
        assert "We study your objection" in text
        assert objection.reference not in text.replace("اعتراضك", "")

    def test_request_whose_mobile_is_no_longer_in_the_file_is_tracked_by_its_number(
        self, client: Client, sara: Person
    ) -> None:
        tickets.file(mobile=sara.mobile, national_id=sara.national_id, birth_date=sara.birth_date)
        Person.objects.filter(pk=sara.pk).update(mobile="+966500000888")
        sign_in(client, sara)
        text = client.get(INBOX).content.decode()
        assert 'href="/en/sawtak/track/"' in text
        assert f"/en/sawtak/{Ticket.objects.get().reference}/" not in text

    def test_pages_have_each_message_once(self, client: Client, sara: Person) -> None:
        count = 2 * SHOWN + 3
        for number in range(count):
            tell(sara, ago=timedelta(hours=number // 4))
        ResultFactory.create(person=sara)
        announced()
        seen: list[tuple[str, int]] = []
        cursor, pages = "", 0
        while pages < 9:
            page = read_inbox(sara.pk, cursor=cursor, now=NOW)
            seen += [(one.kind, one.key) for one in page.told]
            pages, cursor = pages + 1, page.next_cursor
            if not cursor:
                break
        assert pages == 3
        assert len(seen) == len(set(seen)) == count + 1

    @pytest.mark.parametrize("cursor", ["x", "9-message", "999999999999999999-message-1", "1-M-1"])
    def test_address_that_names_nothing_opens(
        self, client: Client, sara: Person, cursor: str
    ) -> None:
        tell(sara)
        sign_in(client, sara)
        assert client.get(f"{INBOX}?after={cursor}").status_code == 200

    def test_arabic_page_is_arabic(self, client: Client, sara: Person) -> None:
        tell(sara)
        sign_in(client, sara)
        text = client.get("/messages/").content.decode()
        assert "<h1>رسائلي</h1>" in text

    def test_page_is_in_no_cache(self, client: Client, sara: Person) -> None:
        sign_in(client, sara)
        assert "no-store" in client.get(INBOX)["Cache-Control"]


class TestCost:
    def _statements(self, client: Client) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(INBOX).status_code == 200
        return len(captured)

    def test_page_costs_the_same_for_one_and_for_many(self, client: Client, sara: Person) -> None:
        objection = objection_against(closing(sara))
        tell(sara, event=f"objection:{objection.pk}:0")
        tickets.file(mobile=sara.mobile, national_id=sara.national_id, birth_date=sara.birth_date)
        sign_in(client, sara)
        client.get("/en/help/")
        one = self._statements(client)
        for number in range(20):
            tell(sara, event=f"objection:{objection.pk}:{number + 2}")
            ResultFactory.create(
                person=child_of(sara), cycle=CycleFactory(code=f"2025-{number % 12 + 1:02}")
            )
        InboxMark.objects.all().delete()
        assert self._statements(client) == one == 8

    def test_no_large_table_is_read_from_end_to_end(self, sara: Person) -> None:
        for person in (sara, child_of(sara)):
            ResultFactory.create(person=person)
        announced()
        for ask in (lambda: standing_of(sara.pk, now=NOW), lambda: read_inbox(sara.pk, now=NOW)):
            with CaptureQueriesContext(connection) as captured:
                ask()
            [query] = captured
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")
                cursor.execute("EXPLAIN " + query["sql"])
                plan = "\n".join(line for (line,) in cursor.fetchall())
            for table in (Message, Person, EligibilityResult, PaymentLine, Objection):
                assert f"Seq Scan on {table._meta.db_table}" not in plan

    def test_visitor_costs_nothing(self, client: Client) -> None:
        with CaptureQueriesContext(connection) as captured:
            client.get("/en/privacy/")
        assert len(captured) == 0


def test_page_of_an_error_asks_the_database_for_nothing(rf: RequestFactory) -> None:
    class Away:
        """A session that cannot be read."""

        @property
        def is_authenticated(self) -> bool:
            raise OperationalError("gone")

    request: HttpRequest = rf.get("/", HTTP_COOKIE=f"{settings.SESSION_COOKIE_NAME}=x")
    request.user = Away()  # type: ignore[assignment]
    for error in (OperationalError("gone"), KeyError("x")):
        try:
            raise error
        except type(error):
            assert errors.server_error(request).status_code in {500, 503}
