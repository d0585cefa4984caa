"""The page on which a person adds, proves, changes and takes away an e-mail address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from access import codes
from access.models import OneTimeCode
from beneficiaries.models import Person, PersonChange
from notifications.mail.delivery import drain
from notifications.mail.models import Mail, MailAddress
from notifications.models import Message
from tests import personas
from tests.personas import sign_in
from tests.portal.signing_in import CODE, NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("fixed_code")]

PAGE = "/en/messages/email/"
ADDRESS = "sara@example.com"
OTHER = "sara.new@example.com"


@pytest.fixture
def signed_in(client: Client, sara: Person) -> Client:
    sign_in(client, sara)
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def ask(client: Client, address: str = ADDRESS) -> Any:
    return client.post(PAGE, {"email": address}, follow=True)


def enter(client: Client, code: str = CODE, address: str = ADDRESS) -> Any:
    return client.post(PAGE, {"email": address, "code": code}, follow=True)


def test_page_is_for_who_is_signed_in(client: Client) -> None:
    assert client.get(PAGE).status_code == 302
    assert client.post(PAGE, {"email": ADDRESS}).status_code == 302
    assert not Mail.objects.exists()


def test_there_is_no_page_and_no_word_of_it_where_no_mails_are_sent(
    signed_in: Client, settings: Any
) -> None:
    settings.EMAIL_BY = ""
    assert signed_in.get(PAGE).status_code == 404
    assert "e-mail" not in text(signed_in.get("/en/messages/"))


def test_address_is_proved_by_its_code_in_any_digits(signed_in: Client, sara: Person) -> None:
    page = ask(signed_in, " SARA ٨٨@Example.com ")
    mail = Mail.objects.get()
    assert (mail.address, mail.person_id, mail.language) == ("SARA88@example.com", sara.pk, "en")
    assert CODE in mail.body
    assert "SARA88@example.com" in text(page)
    assert not MailAddress.objects.exists()
    assert "Confirmed" in text(enter(signed_in, "٠٤٨ ٢١٣", "SARA88@example.com"))
    found = MailAddress.objects.get()
    assert (found.person_id, found.address, found.proved_at) == (
        sara.pk,
        "SARA88@example.com",
        NOW,
    )
    change = PersonChange.objects.get()
    assert (change.field, change.old_value, change.new_value) == ("email", "", "S•••8@example.com")
    told = Message.objects.get()
    assert (told.template, told.recipient, told.person_id) == (
        "email_changed",
        sara.mobile,
        sara.pk,
    )
    assert "@" not in told.body
    assert not Mail.objects.filter(template="email_changed").exists()


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Write your e-mail address."),
        ("sara.example.com", "The @ is missing"),
        ("سارة@example.com", "in English letters"),
        ("sara@example.com\r\nBcc: x@example.com", "in English letters"),
        (f"{'a' * 70}@example.com", "too long"),
    ],
)
def test_what_is_no_address_is_said_beside_the_field_and_kept(
    signed_in: Client, typed: str, says: str
) -> None:
    page = text(ask(signed_in, typed))
    assert says in page
    assert escape(typed.strip().split("\r")[0]) in page
    assert not Mail.objects.exists()


def test_wrong_code_is_counted_and_proves_nothing(signed_in: Client) -> None:
    ask(signed_in)
    assert "You have 4 tries left" in text(enter(signed_in, "111111"))
    assert "You wrote 5 digits" in text(enter(signed_in, "11111"))
    assert not MailAddress.objects.exists()


def test_resend_does_not_reset_the_guesses(
    signed_in: Client, clock: time_machine.Coordinates
) -> None:
    for _round in range(3):
        ask(signed_in)
        for _guess in range(5):
            enter(signed_in, "111111")
        clock.shift(timedelta(seconds=61))
    page = enter(signed_in)
    assert page.status_code == 429
    assert "Too many wrong codes" in text(page)
    assert "Too many wrong codes" in text(ask(signed_in))
    assert not MailAddress.objects.exists()


def test_other_addresses_do_not_give_more_codes(
    signed_in: Client, sara: Person, clock: time_machine.Coordinates
) -> None:
    for number in range(5):
        ask(signed_in, f"sara{number}@example.com")
    refused = ask(signed_in, "sara9@example.com")
    assert refused.status_code == 429
    assert "Too many codes were asked for" in text(refused)
    assert "sara9@example.com" in text(refused)
    assert Mail.objects.count() == 5
    clock.shift(timedelta(hours=2))
    for number in range(5):
        sign_in(signed_in, sara)  # a session is over by then
        ask(signed_in, f"sara1{number}@example.com")
        clock.shift(timedelta(hours=2))
    assert Mail.objects.count() == 10
    sign_in(signed_in, sara)
    assert ask(signed_in, "sara20@example.com").status_code == 429


def test_one_address_gets_few_codes_whoever_asks(
    signed_in: Client, clock: time_machine.Coordinates
) -> None:
    for _number in range(5):
        other = Client()
        sign_in(other, personas.outsider())
        ask(other)
    refused = ask(signed_in, "SARA@example.com")
    assert refused.status_code == 429
    assert Mail.objects.count() == 5
    assert ask(signed_in, OTHER).status_code == 200


def test_code_of_one_address_proves_no_other(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(signed_in)
    monkeypatch.setattr(codes, "new_code", lambda: "222222")
    ask(signed_in, OTHER)
    assert "not right" in text(enter(signed_in, CODE, OTHER))
    assert not MailAddress.objects.exists()
    # The other tab still has the page of the first address.
    assert "e-mail address is confirmed" in text(enter(signed_in, CODE, ADDRESS))
    assert MailAddress.objects.get().address == ADDRESS


def test_code_of_another_person_proves_nothing(signed_in: Client) -> None:
    other = Client()
    sign_in(other, personas.outsider())
    ask(other)
    assert "no longer works" in text(enter(signed_in))
    assert not MailAddress.objects.exists()


def test_answer_says_nothing_of_whose_an_address_is(signed_in: Client, sara: Person) -> None:
    one = text(ask(signed_in, OTHER))
    MailAddress.objects.create(person_id=personas.outsider().pk, address=ADDRESS, proved_at=NOW)
    two = text(ask(signed_in, ADDRESS))
    assert "We sent a code to your e-mail address." in one
    assert "We sent a code to your e-mail address." in two
    enter(signed_in)
    assert MailAddress.objects.filter(address=ADDRESS).count() == 2


def test_button_pressed_twice_proves_once(signed_in: Client) -> None:
    ask(signed_in)
    enter(signed_in)
    again = enter(signed_in)
    assert "Confirmed" in text(again)
    assert PersonChange.objects.count() == 1


def test_code_works_for_its_time_alone(signed_in: Client, clock: time_machine.Coordinates) -> None:
    ask(signed_in)
    life = OneTimeCode.objects.get().expires_at - NOW
    assert life == timedelta(minutes=15)
    clock.shift(life)
    assert "no longer works" in text(enter(signed_in))


def test_old_address_stays_until_the_new_one_is_proved(
    signed_in: Client, sara: Person, clock: time_machine.Coordinates
) -> None:
    ask(signed_in)
    enter(signed_in)
    page = text(ask(signed_in, OTHER))
    assert "your notices go to" in page
    assert MailAddress.objects.get().address == ADDRESS
    waiting = Mail.objects.create(
        event="objection:1:0",
        person_id=sara.pk,
        address=ADDRESS,
        template="objection_accepted",
        language="ar",
        subject="قبلنا اعتراضك",
        body="قبلنا اعتراضك.",
        queued_at=NOW,
        not_before=NOW,
    )
    enter(signed_in, CODE, OTHER)
    assert MailAddress.objects.get().address == OTHER
    waiting.refresh_from_db()
    assert waiting.status == "cancelled"
    # The address before is told, although it is the person's no more.
    last = Mail.objects.get(template="email_changed")
    assert (last.address, last.status) == (ADDRESS, "queued")
    drain()
    last.refresh_from_db()
    assert last.status == "sent"


def test_own_address_needs_no_second_code(signed_in: Client) -> None:
    ask(signed_in)
    enter(signed_in)
    assert "yours already" in text(ask(signed_in))
    assert Mail.objects.filter(template="email_code").count() == 1


def test_one_press_takes_the_address_away(signed_in: Client) -> None:
    ask(signed_in)
    enter(signed_in)
    assert "We send no more mails" in text(signed_in.post(PAGE, {"take_away": "1"}, follow=True))
    assert not MailAddress.objects.exists()
    assert signed_in.post(PAGE, {"take_away": "1"}).status_code == 302
    assert PersonChange.objects.latest("id").new_value == ""


def test_broken_address_is_told_on_both_pages_and_mended_by_a_code(
    signed_in: Client, sara: Person
) -> None:
    MailAddress.objects.create(
        person_id=sara.pk, address=ADDRESS, proved_at=NOW, broken_at=NOW, broken_reason="550"
    )
    for page in (PAGE, "/en/messages/"):
        assert "Our mails do not arrive" in text(signed_in.get(page))
    ask(signed_in)
    enter(signed_in)
    assert MailAddress.objects.get().broken_at is None


def test_code_that_could_not_be_delivered_is_told(signed_in: Client) -> None:
    ask(signed_in)
    assert "could not be delivered" not in text(signed_in.get(PAGE))
    Mail.objects.update(status="failed")
    assert "could not be delivered" in text(signed_in.get(PAGE))


def test_no_address_of_a_page_holds_one(signed_in: Client) -> None:
    for response in (
        signed_in.post(PAGE, {"email": ADDRESS}),
        signed_in.post(PAGE, {"email": ADDRESS, "code": CODE}),
        signed_in.post(PAGE, {"take_away": "1"}),
    ):
        assert response["Location"] == reverse("portal:email")
