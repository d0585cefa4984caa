"""A person's messages in the portal: the page, and what counts as read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from beneficiaries.models import Person
from notifications.models import Message
from notifications.statuses import MessageStatus
from objections.statuses import ObjectionStatus
from portal.calls.services import sweep_calls
from portal.calls.statuses import CallStep
from portal.inbox.reading import SHOWN, mark_read, read_inbox
from portal.inbox.told import UNREAD_FOR
from portal.models import CallEvent, InboxMark
from portal.standing import standing_of
from sawtak.models import Ticket
from tests.factories import ResultFactory
from tests.personas import outsider, sign_in, sign_in_staff
from tests.portal.inbox import INBOX, announced, closing, kinds, objection_against, tell
from tests.portal.signing_in import NOW
from tests.sawtak import tickets

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def unread(person: Person) -> int:
    return standing_of(person.pk, now=NOW).unread


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
