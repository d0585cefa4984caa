"""Changing one's own contact details: city, IBAN and a mobile that is proved."""

from __future__ import annotations

from html import unescape

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from access import codes
from beneficiaries.models import Person, PersonChange
from notifications.models import Message
from tests.personas import adult_of, sign_in
from tests.portal.signing_in import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

PROFILE = "/en/profile/"
EDIT = "/en/profile/edit/"


def page(response: HttpResponse) -> str:
    assert response.status_code == 200
    return unescape(response.content.decode())


class TestContactDetails:
    def test_city_and_iban_are_changed_and_recorded(self, client: Client, sara: Person) -> None:
        sign_in(client, sara)
        answer = client.post(EDIT, {"city": " جدة ", "iban": "sa03 8000 0000 6080 1016 7519"})
        assert answer["Location"] == PROFILE
        assert "Your data is saved." in page(client.get(PROFILE))
        sara.refresh_from_db()
        assert (sara.city, sara.iban) == ("جدة", "SA0380000000608010167519")
        assert set(PersonChange.objects.values_list("field", flat=True)) == {"city", "iban"}

    def test_nothing_changed_is_said_and_not_recorded(self, client: Client, sara: Person) -> None:
        sign_in(client, sara)
        client.post(EDIT, {"city": sara.city, "iban": sara.iban})
        assert "Nothing was changed" in page(client.get(PROFILE))
        assert not PersonChange.objects.exists()

    @pytest.mark.parametrize(
        ("field", "typed", "says"),
        [
            ("city", "", "Write the city or village"),
            ("city", "\u200f\u200e", "Write the city or village"),
            ("city", "12345", "in letters"),
            ("city", "م" * 81, "too long"),
            ("iban", "SA0380000000608010167518", "One of the digits is wrong"),
            ("iban", "GB33BUKB20201555555555", "Saudi IBAN"),
        ],
    )
    def test_wrong_field_is_explained_and_what_was_typed_stays(
        self, client: Client, sara: Person, field: str, typed: str, says: str
    ) -> None:
        sign_in(client, sara)
        text = page(client.post(EDIT, {"city": "جدة", "iban": sara.iban} | {field: typed}))
        assert says in text
        assert 'id="errors"' in text
        assert not PersonChange.objects.exists()

    def test_others_cannot_be_edited(self, client: Client, sara: Person) -> None:
        omar = adult_of(sara)
        sign_in(client, sara)
        client.post(EDIT, {"city": "جدة", "iban": sara.iban, "person": str(omar.pk)})
        omar.refresh_from_db()
        assert omar.city == "الرياض"


class TestNewMobile:
    NEW = "0500000077"

    @pytest.fixture(autouse=True)
    def _code(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(codes, "new_code", lambda: "048213")

    def test_code_to_the_new_number_makes_it_the_persons(
        self, client: Client, sara: Person
    ) -> None:
        sign_in(client, sara)
        assert client.post(EDIT, {"mobile": self.NEW})["Location"] == EDIT
        assert Message.objects.get().recipient == "+966500000077"
        sara.refresh_from_db()
        assert sara.mobile == "+966500000001"
        assert "We have sent a 6-digit code to" in page(client.get(EDIT))
        assert client.post(EDIT, {"code": "٠٤٨٢١٣"})["Location"] == PROFILE
        sara.refresh_from_db()
        assert (sara.mobile, sara.mobile_proved_at) == ("+966500000077", NOW)
        told = Message.objects.get(template="mobile_changed")
        assert told.recipient == "+966500000001"

    def test_wrong_code_changes_nothing(self, client: Client, sara: Person) -> None:
        sign_in(client, sara)
        client.post(EDIT, {"mobile": self.NEW})
        assert "You have 4 tries left" in page(client.post(EDIT, {"code": "111111"}))
        sara.refresh_from_db()
        assert sara.mobile == "+966500000001"

    def test_short_code_is_counted_out(self, client: Client, sara: Person) -> None:
        sign_in(client, sara)
        client.post(EDIT, {"mobile": self.NEW})
        assert "You wrote 5 digits" in page(client.post(EDIT, {"code": "48213"}))

    def test_code_without_a_number_leads_back(self, client: Client, sara: Person) -> None:
        sign_in(client, sara)
        assert client.post(EDIT, {"code": "048213"})["Location"] == EDIT

    def test_another_number_can_be_written(self, client: Client, sara: Person) -> None:
        sign_in(client, sara)
        client.post(EDIT, {"mobile": self.NEW})
        client.post(EDIT, {"other_number": "1"})
        assert 'name="mobile"' in page(client.get(EDIT))

    @pytest.mark.parametrize(
        ("typed", "says"),
        [
            ("0500000001", "in your file already"),
            ("0112345678", "not a mobile number"),
            ("+201000000001", "not Saudi"),
        ],
    )
    def test_wrong_number_is_explained(
        self, client: Client, sara: Person, typed: str, says: str
    ) -> None:
        sign_in(client, sara)
        assert says in page(client.post(EDIT, {"mobile": typed}))
        assert not Message.objects.exists()

    def test_asked_twice_at_once_sends_one_code(self, client: Client, sara: Person) -> None:
        sign_in(client, sara)
        client.post(EDIT, {"mobile": self.NEW})
        client.post(EDIT, {"mobile": self.NEW})
        assert "You can ask for another in 60 seconds" in page(client.get(EDIT))
        assert Message.objects.count() == 1

    def test_sixth_code_of_the_hour_says_when(
        self, client: Client, sara: Person, clock: time_machine.Coordinates
    ) -> None:
        sign_in(client, sara)
        for _ in range(5):
            client.post(EDIT, {"mobile": self.NEW})
            clock.shift(61)
        assert "Ask for a new one after" in page(client.post(EDIT, {"mobile": self.NEW}))
        assert Message.objects.count() == 5
