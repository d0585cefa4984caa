"""Who may open a ticket, and how far: the sender, a stranger, a person signed in, nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from saudi.hijri import HijriDate
from sawtak import grants
from sawtak.models import Ticket, TicketAttachment, TicketMessage
from sawtak.services import answer_ticket, ask_sender, close_ticket
from tests.factories import StaffFactory
from tests.personas import head, outsider, sign_in, sign_in_staff
from tests.sawtak.tickets import (
    MOBILE,
    NOW,
    STRANGERS_ID,
    checked,
    code_sent,
    file,
    form,
    page,
    png,
    texts_sent,
)

pytestmark = pytest.mark.django_db
TEXT = "لم تصل دفعة نوفمبر إلى حسابي."


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Stand at one instant; a test moves it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path) -> None:
    """Keep the files of these tests in a folder of their own."""
    storages = {**settings.STORAGES}
    storages["default"] = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path},
    }
    settings.STORAGES = storages


def filed_by(client: Client) -> Ticket:
    """File a ticket with a browser that knows of it from then on."""
    assert client.post("/sawtak/new/", form()).status_code == 302
    return Ticket.objects.latest("id")


def url(ticket: Ticket) -> str:
    return f"/sawtak/{ticket.reference}/"


def prove(client: Client, ticket: Ticket) -> None:
    """Prove the ticket's mobile with a browser that knows of it."""
    client.post(f"{url(ticket)}code/", {"send": "1"})
    response = client.post(f"{url(ticket)}code/", {"code": code_sent()})
    assert response.headers["Location"] == url(ticket)


def ask(ticket: Ticket, text: str = "في أي بنك؟") -> None:
    ask_sender(
        ticket_id=ticket.pk, agent=StaffFactory.create(), text=text, seen_status="new", now=NOW
    )


# Who -------------------------------------------------------------------------------------


def test_browser_that_filed_reads_the_acknowledgement_and_no_text(client: Client) -> None:
    ticket = filed_by(client)
    html = page(client.get(url(ticket)))
    assert ticket.reference in html
    assert "05••••••07" in html
    assert TEXT not in html
    assert Session.objects.count() == 0


def test_browser_that_knows_nothing_gets_404_and_the_same_for_an_unknown_reference() -> None:
    ticket = file()
    for method in ("get", "post"):
        for address in (url(ticket), f"{url(ticket)}code/", "/sawtak/7000000007/"):
            with CaptureQueriesContext(connection) as captured:
                response = getattr(Client(), method)(address)
            assert response.status_code == 404
            assert len(captured) == 0


@pytest.mark.parametrize("address", ["123", "712345678", "71234567890", "٧١٢٣٤٥٦٧٨٩", "4123456789"])
def test_malformed_reference_is_404(client: Client, address: str) -> None:
    assert client.get(f"/sawtak/{address}/").status_code == 404


def test_forged_or_old_cookie_opens_nothing(client: Client, clock: time_machine.Traveller) -> None:
    ticket = filed_by(client)
    forger = Client()
    forger.cookies[grants.COOKIE] = f'["{ticket.reference}"]:x:y'
    assert forger.get(url(ticket)).status_code == 404
    clock.shift(timedelta(hours=2, seconds=1))
    assert client.get(url(ticket)).status_code == 404


def test_cookie_keeps_the_ten_newest_tickets(client: Client) -> None:
    tickets = []
    for number in range(11):
        client.post("/sawtak/new/", form(message=f"سؤال {number}"))
        tickets.append(Ticket.objects.latest("id"))
    assert client.get(url(tickets[0])).status_code == 404
    assert client.get(url(tickets[1])).status_code == 200


def test_person_named_in_the_ticket_with_its_mobile_reads_all(client: Client) -> None:
    person = head(mobile=MOBILE, birth_date=HijriDate(1404, 7, 1))
    ticket = file(national_id=person.national_id)
    sign_in(client, person)
    assert TEXT in page(client.get(url(ticket)))


def test_person_whose_mobile_or_birth_date_differs_gets_404(client: Client) -> None:
    person = head(mobile=MOBILE, birth_date=HijriDate(1404, 7, 1))
    other_mobile = file(national_id=person.national_id, mobile="+966500000009")
    other_date = file(national_id=person.national_id, birth_date=HijriDate(1404, 7, 2))
    sign_in(client, person)
    assert client.get(url(other_mobile)).status_code == 404
    assert client.get(url(other_date)).status_code == 404


def test_person_whose_mobile_changed_since_gets_404(client: Client) -> None:
    person = head(mobile=MOBILE, birth_date=HijriDate(1404, 7, 1))
    ticket = file(national_id=person.national_id)
    person.mobile = ""
    person.save()
    sign_in(client, person)
    assert client.get(url(ticket)).status_code == 404


def test_other_person_and_staff_without_the_staff_site_get_404(client: Client) -> None:
    ticket = file()
    sign_in(client, outsider())
    assert client.get(url(ticket)).status_code == 404
    sign_in_staff(client, "agent")
    assert client.get(url(ticket)).status_code == 404


# The code --------------------------------------------------------------------------------


def test_right_code_opens_everything_for_half_an_hour(
    client: Client, clock: time_machine.Traveller
) -> None:
    ticket = filed_by(client)
    sent = client.post(f"{url(ticket)}code/", {"send": "1"})
    assert sent.headers["Location"] == f"{url(ticket)}code/"
    html = page(client.get(f"{url(ticket)}code/"))
    assert 'autocomplete="one-time-code"' in html
    response = client.post(f"{url(ticket)}code/", {"code": code_sent()})
    assert response.headers["Location"] == url(ticket)
    assert TEXT in page(client.get(url(ticket)))
    assert "no-store" in client.get(url(ticket)).headers["Cache-Control"]
    assert client.get(f"{url(ticket)}code/").headers["Location"] == url(ticket)
    clock.shift(timedelta(minutes=30))
    assert TEXT not in page(client.get(url(ticket)))


def test_proof_of_one_ticket_opens_no_other(client: Client) -> None:
    first, second = filed_by(client), file()
    prove(client, first)
    assert client.get(url(second)).status_code == 404


def test_opening_the_code_page_sends_nothing(client: Client) -> None:
    ticket = filed_by(client)
    for _reload in range(3):
        assert client.get(f"{url(ticket)}code/").status_code == 200
    assert texts_sent("ticket_code") == []


def test_second_send_within_a_minute_sends_nothing_and_says_when(client: Client) -> None:
    ticket = filed_by(client)
    for _click in range(2):
        response = client.post(f"{url(ticket)}code/", {"send": "1"}, follow=True)
    assert len(texts_sent("ticket_code")) == 1
    assert "بعد 60 ثانية" in page(response)


def test_sixth_code_of_an_hour_is_refused_with_the_time(
    client: Client, clock: time_machine.Traveller
) -> None:
    ticket = filed_by(client)
    for _send in range(6):
        response = client.post(f"{url(ticket)}code/", {"send": "1"}, follow=True)
        clock.shift(timedelta(seconds=61))
    assert len(texts_sent("ticket_code")) == 5
    assert "حاول بعد الساعة 1:00\u00a0مساءً" in page(response)


def wrong_code() -> str:
    return "000001" if code_sent() != "000001" else "000002"


@pytest.mark.django_db(transaction=True)
def test_wrong_codes_are_counted_and_then_a_new_one_is_needed(client: Client) -> None:
    ticket = filed_by(client)
    client.post(f"{url(ticket)}code/", {"send": "1"})
    words = [page(client.post(f"{url(ticket)}code/", {"code": wrong_code()})) for _try in range(6)]
    assert "بقيت لك 4 محاولات" in words[0]
    assert "لم تبق لك محاولة" in words[4]
    assert "هذا الرمز لم يعد يعمل" in words[5]
    assert "<title>خطأ" in words[0]
    assert TEXT not in page(client.get(url(ticket)))


@pytest.mark.django_db(transaction=True)
def test_too_many_wrong_codes_close_the_door_until_a_named_time(
    client: Client, settings: Settings
) -> None:
    settings.LIMITS = {**settings.LIMITS, "code_wrong_per_person_hour": 2}
    ticket = filed_by(client)
    client.post(f"{url(ticket)}code/", {"send": "1"})
    words = [page(client.post(f"{url(ticket)}code/", {"code": wrong_code()})) for _try in range(3)]
    assert "حاول بعد الساعة" in words[2]


@pytest.mark.parametrize("typed", ["", "12345", "abcdef"])
def test_malformed_code_is_refused_beside_its_field(client: Client, typed: str) -> None:
    ticket = filed_by(client)
    response = client.post(f"{url(ticket)}code/", {"code": typed})
    assert response.status_code == 200
    assert "invalid-feedback" in page(response)


# The conversation ------------------------------------------------------------------------


def test_sender_reads_the_question_and_replies_with_a_file(client: Client) -> None:
    ticket = filed_by(client)
    ask(ticket)
    prove(client, ticket)
    html = page(client.get(url(ticket)))
    assert "في أي بنك؟" in html
    assert 'name="message"' in html
    data = {"message": "بنك البلاد", "attachments": [png()]}
    response = client.post(url(ticket), data, follow=True)
    ticket.refresh_from_db()
    assert ticket.status == "in_progress"
    assert "وصل ردّك" in page(response)
    assert "بنك البلاد" in page(response)
    assert "كشف.png" in page(response)
    assert "هل تريد أن تضيف شيئًا؟" in page(response)


def test_reply_that_is_refused_keeps_its_text(client: Client) -> None:
    ticket = filed_by(client)
    ask(ticket)
    prove(client, ticket)
    assert "اكتب ردّك." in page(client.post(url(ticket), {"message": " "}))
    wrong = SimpleUploadedFile("x.svg", b"<svg/>")
    html = page(client.post(url(ticket), {"message": "ردي الطويل", "attachments": [wrong]}))
    assert "ردي الطويل" in html
    assert "x.svg" in html
    assert TicketMessage.objects.filter(author=None).count() == 1


def closed(ticket: Ticket) -> None:
    close_ticket(
        ticket_id=ticket.pk,
        agent=StaffFactory.create(),
        reason="وصلنا الطلب نفسه مرتين",
        seen_status="new",
        now=NOW,
    )


def test_closed_request_says_until_when_and_is_opened_again_with_words(client: Client) -> None:
    ticket = filed_by(client)
    closed(ticket)
    assert "8 ديسمبر 2026" in page(client.get(url(ticket)))
    prove(client, ticket)
    html = page(client.get(url(ticket)))
    assert "وصلنا الطلب نفسه مرتين" in html
    assert "أعد فتح الطلب" in html
    assert "اكتب ما الذي لم يُحل بعد." in page(client.post(url(ticket), {"message": ""}))
    response = client.post(url(ticket), {"message": "لماذا؟"}, follow=True)
    assert "طلبك مفتوح من جديد" in page(response)
    assert "أعدت فتح الطلب" in page(response)
    ticket.refresh_from_db()
    assert ticket.status == "in_progress"


def test_after_the_fourteen_days_the_words_are_kept_and_a_new_request_is_offered(
    client: Client, clock: time_machine.Traveller
) -> None:
    ticket = filed_by(client)
    closed(ticket)
    clock.shift(timedelta(days=15))
    client = Client()
    client.post("/sawtak/track/", {"reference": ticket.reference, "identifier": ticket.national_id})
    prove(client, ticket)
    response = client.post(url(ticket), {"message": "لماذا لم تصل؟"}, follow=True)
    assert "لا يقبل هذا الطلب ردًّا الآن" in page(response)
    assert "لماذا لم تصل؟" in page(response)
    assert "انقضت هذه المدة" in page(response)
    assert 'href="/sawtak/new/"' in page(response)
    assert 'name="message"' not in page(response)


def test_open_request_takes_more_words(client: Client) -> None:
    ticket = filed_by(client)
    prove(client, ticket)
    response = client.post(url(ticket), {"message": "ورقم الآيبان تغيّر"}, follow=True)
    assert "أضفنا ما كتبته إلى الطلب" in page(response)
    assert "ورقم الآيبان تغيّر" in page(response)


def test_too_many_turns_are_refused_beside_the_words(client: Client, settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "ticket_replies_per_ticket_hour": 0}
    ticket = filed_by(client)
    prove(client, ticket)
    html = page(client.post(url(ticket), {"message": "كلام طويل كتبته"}))
    assert "كتبت مرات كثيرة" in html
    assert "كلام طويل كتبته" in html


def test_reply_after_the_half_hour_waits_for_the_new_code(
    client: Client, clock: time_machine.Traveller
) -> None:
    ticket = filed_by(client)
    ask(ticket)
    prove(client, ticket)
    clock.shift(timedelta(minutes=31))
    response = client.post(url(ticket), {"message": "رد طويل كتبته"})
    assert response.headers["Location"] == f"{url(ticket)}code/"
    assert "ردّك محفوظ" in page(client.get(f"{url(ticket)}code/"))
    prove(client, ticket)
    assert "رد طويل كتبته" in page(client.get(url(ticket)))
    assert TicketMessage.objects.count() == 2


def test_text_is_shown_as_text(client: Client) -> None:
    client.post("/sawtak/new/", form(message="<script>alert(1)</script>"))
    ticket = Ticket.objects.get()
    prove(client, ticket)
    assert "<script>alert(1)" not in page(client.get(url(ticket)))
    assert "&lt;script&gt;" in page(client.get(url(ticket)))


def test_page_costs_the_same_for_two_turns_and_for_eleven(client: Client) -> None:
    ticket = filed_by(client)
    prove(client, ticket)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(url(ticket))
        return len(captured)

    answer_ticket(
        ticket_id=ticket.pk, agent=StaffFactory.create(), text="رد", seen_status="new", now=NOW
    )
    one = statements()
    TicketMessage.objects.bulk_create(
        TicketMessage(ticket=ticket, text=f"{number}", written_at=NOW) for number in range(9)
    )
    assert statements() == one
    assert one <= 7


def test_what_is_sent_with_files_costs_fifteen_statements_at_most(client: Client) -> None:
    files = [png(f"{colour}.png", colour) for colour in ("red", "green", "blue", "black")]
    with CaptureQueriesContext(connection) as filing:
        assert client.post("/sawtak/new/", form(attachments=files[:2])).status_code == 302
    ticket = Ticket.objects.get()
    prove(client, ticket)
    ask(ticket)
    with CaptureQueriesContext(connection) as reply:
        client.post(url(ticket), {"message": "في مصرف الاختبار", "attachments": files[2:]})
    assert TicketAttachment.objects.filter(message__ticket=ticket).count() == len(files)
    assert len(filing) <= 15
    assert len(reply) <= 15


# Files -----------------------------------------------------------------------------------


def test_file_is_given_to_the_proved_sender_only(client: Client) -> None:
    ticket = filed_by(client)
    other = file(attachments=[checked("other.png")])
    client.post("/sawtak/new/", form(message="سؤال آخر", attachments=[png()]))
    with_file = Ticket.objects.latest("id")
    kept = TicketAttachment.objects.get(message__ticket=with_file)
    address = f"{url(with_file)}files/{kept.document.uuid}/"
    assert client.get(address).status_code == 404
    prove(client, with_file)
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert Client().get(address).status_code == 404
    foreign = TicketAttachment.objects.get(message__ticket=other).document.uuid
    assert client.get(f"{url(with_file)}files/{foreign}/").status_code == 404
    assert client.get(f"{url(ticket)}files/{kept.document.uuid}/").status_code == 404
    stranger = Client()
    sign_in(stranger, outsider())
    assert stranger.get(address).status_code == 404


def test_sender_named_with_an_id_that_is_not_theirs_tells_nothing(client: Client) -> None:
    victim = head(national_id="1000000008", mobile="+966500000001")
    ticket = file(national_id=victim.national_id, birth_date=victim.birth_date)
    sign_in(client, victim)
    assert client.get(url(ticket)).status_code == 404
    assert ticket.identity_match == "partial"
    assert ticket.national_id != STRANGERS_ID
