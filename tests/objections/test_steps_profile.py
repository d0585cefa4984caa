"""Step 2 of an objection: what stands in the file is put right, a new mobile is proved."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.test import Client

from beneficiaries.models import Person
from notifications.models import Message
from objections.models import Objection
from tests.factories import iban
from tests.objections.cases import riyadh
from tests.objections.pages import started, step_url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]

NEW_MOBILE = "+966500000777"


def test_profile_changes_are_recorded_with_the_objection(client: Client, person: Person) -> None:
    begun = started(client, person)
    fields = {"mobile": person.mobile, "city": " جدة ", "iban": iban(999)}
    response = client.post(step_url(begun, "profile"), fields)
    assert response["Location"] == step_url(begun, "statement")
    person.refresh_from_db()
    assert (person.city, person.iban) == ("جدة", iban(999))
    assert set(begun.profile_changes.values_list("field", flat=True)) == {"city", "iban"}


def test_empty_profile_fields_change_nothing(client: Client, person: Person) -> None:
    begun = started(client, person)
    before = (person.mobile, person.city, person.iban)
    client.post(step_url(begun, "profile"), {"mobile": "", "city": "", "iban": ""})
    person.refresh_from_db()
    assert (person.mobile, person.city, person.iban) == before
    assert not begun.profile_changes.exists()


def test_wrong_iban_stays_on_the_page_with_its_reason(client: Client, person: Person) -> None:
    begun = started(client, person)
    response = client.post(step_url(begun, "profile"), {"iban": "SA00 1234", "city": "جدة"})
    page = response.content.decode()
    assert response.status_code == 200
    assert "SA00 1234" in page
    assert "<title>خطأ" in page
    person.refresh_from_db()
    assert person.city == "الرياض"


def ask_for_new_mobile(client: Client, begun: Objection) -> str:
    """Ask for a new number and give the code that was sent to it."""
    response = client.post(step_url(begun, "profile"), {"mobile": "0500000777"})
    assert response["Location"] == step_url(begun, "mobile")
    body = Message.objects.get(recipient=NEW_MOBILE, template="mobile_code").body
    found = re.search(r"\b[0-9]{6}\b", body)
    assert found is not None
    return found[0]


def test_new_mobile_is_proved_by_the_code_sent_to_it(client: Client, person: Person) -> None:
    begun = started(client, person)
    code = ask_for_new_mobile(client, begun)
    assert "0500000777" in client.get(step_url(begun, "mobile")).content.decode()
    response = client.post(step_url(begun, "mobile"), {"action": "confirm", "code": code})
    assert response["Location"] == step_url(begun, "statement")
    person.refresh_from_db()
    assert person.mobile == NEW_MOBILE
    assert begun.profile_changes.get().field == "mobile"
    assert client.get(step_url(begun, "mobile"))["Location"] == step_url(begun, "profile")


def test_last_button_goes_on_without_the_new_number(client: Client, person: Person) -> None:
    begun = started(client, person)
    ask_for_new_mobile(client, begun)
    page = client.get(step_url(begun, "mobile")).content.decode()
    assert re.findall(r"<button[^>]*value=\"(\w+)\"", page[page.index('name="code"') :])[:3] == [
        "confirm",
        "again",
        "skip",
    ]
    response = client.post(step_url(begun, "mobile"), {"action": "skip", "code": ""})
    assert response["Location"] == step_url(begun, "statement")
    person.refresh_from_db()
    assert person.mobile != NEW_MOBILE


def test_wrong_codes_say_how_many_tries_are_left(client: Client, person: Person) -> None:
    begun = started(client, person)
    code = ask_for_new_mobile(client, begun)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(5):
        response = client.post(step_url(begun, "mobile"), {"action": "confirm", "code": wrong})
        assert response.status_code == 200
        assert "is-invalid" in response.content.decode()
    response = client.post(step_url(begun, "mobile"), {"action": "confirm", "code": code})
    assert response.status_code == 200
    person.refresh_from_db()
    assert person.mobile != NEW_MOBILE


def test_code_is_asked_for_where_none_was_written(client: Client, person: Person) -> None:
    begun = started(client, person)
    ask_for_new_mobile(client, begun)
    response = client.post(step_url(begun, "mobile"), {"action": "confirm"})
    assert response.status_code == 200


def test_another_code_comes_after_a_minute_and_not_without_end(
    client: Client, person: Person
) -> None:
    begun = started(client, person)
    ask_for_new_mobile(client, begun)
    address = step_url(begun, "mobile")
    codes = Message.objects.filter(template="mobile_code")
    assert client.post(address, {"action": "again"})["Location"] == address
    assert codes.count() == 1
    for minute in range(16, 22):
        with time_machine.travel(riyadh(f"2026-11-12 21:{minute}:00"), tick=False):
            assert client.post(address, {"action": "again"})["Location"] == address
    assert codes.count() == 5
    with time_machine.travel(riyadh("2026-11-12 21:25:00"), tick=False):
        response = client.post(step_url(begun, "profile"), {"mobile": "0500000778"})
    assert response.status_code == 200
    assert "is-invalid" in response.content.decode()


def test_too_many_wrong_tries_close_the_way_for_an_hour(client: Client, person: Person) -> None:
    begun = started(client, person)
    code = ask_for_new_mobile(client, begun)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for minute in (16, 18, 20, 22):
        with time_machine.travel(riyadh(f"2026-11-12 21:{minute}:00"), tick=True):
            for _ in range(5):
                fields = {"action": "confirm", "code": wrong}
                response = client.post(step_url(begun, "mobile"), fields)
                assert response.status_code == 200
            client.post(step_url(begun, "mobile"), {"action": "again"})
    newest = Message.objects.filter(template="mobile_code").latest("id")
    [live] = re.findall(r"\d{6}", newest.body)
    with time_machine.travel(riyadh("2026-11-12 21:22:30"), tick=False):
        client.post(step_url(begun, "mobile"), {"action": "confirm", "code": live})
    person.refresh_from_db()
    assert person.mobile != NEW_MOBILE
