"""What every page tells whoever is signed in: that SMS do not reach their mobile."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from beneficiaries.models import EligibilityResult, Person, PersonChange
from notifications.models import DoubtfulNumber, Message
from notifications.numbers import trust_number
from portal.standing import standing_of
from tests.factories import copy_people
from tests.personas import adult_of, outsider, sign_in, sign_in_staff
from tests.plans import copy_rows, plan_of
from tests.portal.signing_in import CODE, NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fixed_code")]

TOLD = "Our messages do not reach the mobile ending in"
PAGES = ("/en/", "/en/profile/", "/en/help/", "/en/sawtak/", "/en/objections/")


def doubt(mobile: str) -> None:
    DoubtfulNumber.objects.create(mobile=mobile, since=NOW, reason="twilio 30005")


@pytest.mark.parametrize("path", PAGES)
def test_person_is_told_on_every_page_with_the_end_of_the_number(
    client: Client, sara: Person, path: str
) -> None:
    doubt(sara.mobile)
    sign_in(client, sara)
    text = client.get(path).content.decode()
    assert f'{TOLD} <bdi dir="ltr" class="num">01</bdi>' in text
    assert "/en/profile/edit/#mobile" in text


def test_nobody_else_is_told(client: Client, sara: Person) -> None:
    doubt(sara.mobile)
    assert TOLD not in client.get("/en/").content.decode()
    for person in (outsider(), adult_of(sara)):
        sign_in(client, person)
        assert TOLD not in client.get("/en/").content.decode()
    sign_in_staff(client, "agent")
    assert TOLD not in client.get("/en/help/").content.decode()


def test_it_goes_when_a_delivery_clears_the_number(client: Client, sara: Person) -> None:
    doubt(sara.mobile)
    sign_in(client, sara)
    trust_number(sara.mobile)
    assert TOLD not in client.get("/en/").content.decode()


def test_person_without_a_mobile_is_told_nothing(client: Client) -> None:
    sign_in(client, outsider(mobile=""))
    assert TOLD not in client.get("/en/").content.decode()


def test_same_number_is_proved_by_a_code_and_trusted(client: Client, sara: Person) -> None:
    doubt(sara.mobile)
    sign_in(client, sara)
    page = client.get("/en/profile/edit/").content.decode()
    assert TOLD not in page
    assert "Send a code to this number" in page
    client.post("/en/profile/edit/", {"mobile": sara.mobile})
    assert Message.objects.get().recipient == sara.mobile
    answer = client.post("/en/profile/edit/", {"code": CODE}, follow=True)
    text = answer.content.decode()
    assert "Your mobile is confirmed" in text
    assert TOLD not in text
    assert not DoubtfulNumber.objects.exists()
    sara.refresh_from_db()
    assert sara.mobile_proved_at is not None
    assert PersonChange.objects.filter(person=sara, field="mobile").count() == 1


def test_same_number_that_works_is_not_asked_to_be_proved(client: Client, sara: Person) -> None:
    sign_in(client, sara)
    text = client.post("/en/profile/edit/", {"mobile": sara.mobile}).content.decode()
    assert "in your file already" in text
    assert not Message.objects.exists()


def test_proved_change_ends_the_notice(client: Client, sara: Person) -> None:
    doubt(sara.mobile)
    sign_in(client, sara)
    client.post("/en/profile/edit/", {"mobile": "0500000777"})
    text = client.post("/en/profile/edit/", {"code": CODE}, follow=True).content.decode()
    assert "Your new mobile is in your file" in text
    assert TOLD not in text


def test_it_is_one_statement_by_index(sara: Person) -> None:
    doubt(sara.mobile)
    with CaptureQueriesContext(connection) as captured:
        assert standing_of(sara.pk, now=NOW).unreached_ending == "01"
    [query] = captured
    copy_people(300)
    copy_rows(DoubtfulNumber, 300, mobile="'+96659' || lpad(n::text, 7, '0')")
    plan = plan_of(query["sql"], of=[Person, DoubtfulNumber, Message, EligibilityResult])
    # The announcements are some hundreds; nothing that grows with the country is read whole.
    assert "Seq Scan on notifications" not in plan
    assert "Seq Scan on beneficiaries_person" not in plan


def test_page_of_a_signed_in_reader_costs_one_statement_more(client: Client, sara: Person) -> None:
    sign_in(client, sara)
    client.get("/en/privacy/")
    with CaptureQueriesContext(connection) as captured:
        client.get("/en/privacy/")
    assert len(captured) <= 3, [query["sql"] for query in captured]
