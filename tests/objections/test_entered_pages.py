"""Objections that staff enter: the pages of the staff site."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from objections.models import Objection
from tests.documents.files import pdf_bytes, upload
from tests.objections.cases import (
    NOW,
    STATEMENT,
    result_of,
    submitted,
)
from tests.objections.entering import ENTER, LONG_AFTER, entry_url, needed, paper_fields
from tests.personas import child_of, head, outsider, sign_in_staff

pytestmark = pytest.mark.django_db


def call_fields(**fields: Any) -> dict[str, Any]:
    return {
        "ground": "documents",
        "statement": STATEMENT,
        "wanted": [needed().code],
        "days": "14",
        "submission": str(uuid.uuid4()),
        "action": "check",
    } | fields


def test_agent_finds_the_person_by_id_in_any_digits(client: Client) -> None:
    person = head(national_id="1000000008")
    mine, childs = result_of(person), result_of(child_of(person))
    theirs = result_of(outsider())
    with time_machine.travel(NOW, tick=True):
        sign_in_staff(client, "agent")
        assert ENTER in client.get("/admin/objections/objection/").content.decode()
        page = client.post(ENTER, {"channel": "phone", "national_id": "١٠٠٠٠٠٠٠٠٨"})
        text = page.content.decode()
    assert entry_url("phone", mine, person) in text
    assert entry_url("phone", childs, person) in text
    assert f"/result/{theirs.pk}/" not in text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"channel": "phone", "national_id": "12"}, "رقمين"),
        ({"channel": "phone", "national_id": "1000000016"}, ""),
        ({"national_id": "1000000008"}, "اختر"),
        ({"channel": "fax", "national_id": "1000000008"}, ""),
    ],
)
def test_wrong_ids_are_said(client: Client, sent: dict[str, str], said: str) -> None:
    sign_in_staff(client, "agent")
    response = client.post(ENTER, sent)
    assert response.status_code == 200
    assert "invalid-feedback" in response.content.decode()
    assert said in response.content.decode()


def test_agent_enters_a_paper_once(client: Client) -> None:
    person = head()
    result = result_of(person)
    with time_machine.travel(LONG_AFTER, tick=True):
        sign_in_staff(client, "agent")
        address = entry_url("paper", result, person)
        assert client.get(address).status_code == 200
        sent = paper_fields()
        done = client.post(address, sent)
        sent["documents"] = [upload("ورقة.pdf", pdf_bytes())]
        again = client.post(address, sent)
    filed = Objection.objects.get()
    assert done["Location"] == again["Location"]
    assert done["Location"] == reverse("admin:objections_objection_change", args=[filed.pk])
    page = client.get(done["Location"]).content.decode()
    assert "على ورق" in page


@pytest.mark.parametrize(
    "fields",
    [
        {"received_on": "2027-02-11"},
        {"received_on": "2026-10-01"},
        {"received_on": "2027-01-28"},
        {"received_on": "x"},
        {"is_compared": ""},
        {"documents": []},
        {"ground": "none"},
        {"submission": "x"},
    ],
)
def test_wrong_paper_is_said_and_what_was_typed_stays(
    client: Client, fields: dict[str, Any]
) -> None:
    person = head()
    result = result_of(person)
    with time_machine.travel(LONG_AFTER, tick=True):
        sign_in_staff(client, "agent")
        response = client.post(entry_url("paper", result, person), paper_fields(**fields))
    page = response.content.decode()
    assert (response.status_code, Objection.objects.count()) == (200, 0)
    assert "alert" in page
    assert STATEMENT in page


def test_agent_reads_a_call_back_before_it_is_filed(client: Client) -> None:
    person = head()
    result = result_of(person)
    with time_machine.travel(NOW, tick=True):
        sign_in_staff(client, "agent")
        address, sent = entry_url("phone", result, person), call_fields()
        page = client.post(address, sent).content.decode()
        assert STATEMENT in page
        assert "عقد الإيجار" in page
        unread = client.post(address, sent | {"action": "file"}).content.decode()
        assert "invalid-feedback" in unread
        assert not Objection.objects.exists()
        changed = client.post(address, sent | {"action": "change"}).content.decode()
        assert STATEMENT in changed
        told = sent | {"action": "file", "has_consent": "on"}
        done, again = client.post(address, told), client.post(address, told)
    assert done["Location"] == again["Location"]
    assert Objection.objects.get().channel == "phone"


def test_objected_meanwhile_is_said(client: Client) -> None:
    person = head()
    result = result_of(person)
    filed = submitted(result, person)
    with time_machine.travel(NOW, tick=True):
        sign_in_staff(client, "agent")
        sent = call_fields(action="file", has_consent="on")
        page = client.post(entry_url("phone", result, person), sent).content.decode()
    assert str(filed.reference) in page


@pytest.mark.parametrize("role", [None, "caseworker", "approver", "auditor", "administrator"])
def test_others_of_staff_may_not_enter(client: Client, role: str | None) -> None:
    person = head()
    address = entry_url("phone", result_of(person), person)
    sign_in_staff(client, role)
    for each in (ENTER, address):
        assert client.get(each).status_code == 403
        assert client.post(each, call_fields(action="file")).status_code == 403
    assert not Objection.objects.exists()


def test_strangers_and_wrong_addresses(client: Client) -> None:
    person, other = head(), outsider()
    result = result_of(person)
    assert client.get(ENTER).status_code == 302
    sign_in_staff(client, "agent")
    assert client.get(entry_url("phone", result, other)).status_code == 404
    assert client.get(entry_url("fax", result, person)).status_code == 404
    assert client.get(f"{ENTER}phone/result/999999/{person.pk}/").status_code == 404
