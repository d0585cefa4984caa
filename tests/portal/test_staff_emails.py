"""E-mails in the staff site: read only, masked, each part to whoever may see it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from beneficiaries.models import Person
from notifications.mail.models import Mail, MailAddress
from tests import personas
from tests.personas import STAFF_BACKEND

pytestmark = pytest.mark.django_db

LIST = "/en/admin/notifications/mail/"


@pytest.fixture
def mail(sara: Person) -> Mail:
    MailAddress.objects.create(
        person_id=sara.pk, address="sara.ahmad@example.com", proved_at=timezone.now()
    )
    now = timezone.now()
    return Mail.objects.create(
        event="objection:1:0",
        person_id=sara.pk,
        address="sara.ahmad@example.com",
        template="objection_accepted",
        language="ar",
        subject="قبلنا اعتراضك",
        body="قبلنا اعتراضك 4026714834.",
        status="failed",
        error="550 5.1.1",
        queued_at=now,
        not_before=now,
        tries=1,
    )


def page(client: Client, url: str) -> str:
    response: Any = client.get(url)
    assert response.status_code == 200
    return str(response.content.decode())


@pytest.mark.parametrize("role", ["supervisor", "auditor", "administrator"])
def test_list_and_page_show_the_state_and_a_masked_address(
    client: Client, mail: Mail, role: str
) -> None:
    client.force_login(personas.staff(role), backend=STAFF_BACKEND)
    shown = page(client, LIST)
    assert "s•••d@example.com" in shown
    assert "sara.ahmad" not in shown
    assert "Failed for good" in page(client, f"{LIST}?status=failed")
    assert "قبلنا اعتراضك" not in page(client, f"{LIST}?status=sent")
    one = page(client, f"{LIST}{mail.pk}/change/")
    assert "Nobody has this address." in one
    assert "550 5.1.1" in one
    assert "sara.ahmad" not in one


@pytest.mark.parametrize("role", ["agent", "caseworker"])
def test_who_sees_no_sms_sees_no_mails_but_whether_an_address_works(
    client: Client, mail: Mail, sara: Person, role: str
) -> None:
    client.force_login(personas.staff(role), backend=STAFF_BACKEND)
    assert client.get(LIST).status_code == 403
    assert client.get(f"{LIST}{mail.pk}/change/").status_code == 403
    person = f"/en/admin/beneficiaries/person/{sara.pk}/change/"
    shown = page(client, person)
    assert "s•••d@example.com" in shown
    assert "قبلنا اعتراضك" not in shown
    MailAddress.objects.update(broken_at=timezone.now())
    assert "Does not work since" in page(client, person)
    MailAddress.objects.all().delete()
    assert "has confirmed no address" in page(client, person)


def test_person_s_page_shows_their_mails(client: Client, mail: Mail, sara: Person) -> None:
    client.force_login(personas.staff("supervisor"), backend=STAFF_BACKEND)
    shown = page(client, f"/en/admin/beneficiaries/person/{sara.pk}/change/")
    assert reverse("admin:notifications_mail_change", args=[mail.pk]) in shown


def test_text_of_a_code_is_never_shown(client: Client, mail: Mail) -> None:
    Mail.objects.update(template="email_code", body="048213")
    client.force_login(personas.staff("supervisor"), backend=STAFF_BACKEND)
    shown = page(client, f"{LIST}{mail.pk}/change/")
    assert "048213" not in shown
    assert "its text is not shown" in shown


def test_nothing_can_be_changed(client: Client, mail: Mail) -> None:
    client.force_login(personas.staff("administrator"), backend=STAFF_BACKEND)
    for url in (f"{LIST}add/", f"{LIST}{mail.pk}/delete/"):
        assert client.get(url).status_code in {403, 404}
    assert client.post(f"{LIST}{mail.pk}/change/", {}).status_code == 403
