"""The pages of corrections of payments: found, prepared with a rule or a file, followed, read."""

from __future__ import annotations

import csv
import io
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import reverse

from objections.models import Correction
from portal.inbox.reading import read_inbox
from tests.objections.cases import submitted
from tests.objections.correcting import SAID
from tests.objections.test_payment_corrections import (
    APPROVED,
    FILED,
    applied,
    cycle_of,
    fixed,
    line_of,
    now_of,
)
from tests.personas import head, sign_in, sign_in_staff

pytestmark = pytest.mark.django_db

FIND = "admin:objections_correction_find_payments"
ASKED = {"reason": "ABSENCE_DEDUCTION", "rule": "due"}


def text_of(client: Client, url: str, **data: Any) -> str:
    response = client.get(url, data)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def page_of(correction: Correction) -> str:
    return reverse("admin:objections_correction_change", args=[correction.pk])


def sent(**fields: Any) -> dict[str, Any]:
    facts = {"cycle": cycle_of().pk, **ASKED, **SAID, "why": "حُسبت مرتين."}
    return facts | {"submission": str(uuid.uuid4())} | fields


def file_of(*rows: str) -> SimpleUploadedFile:
    text = "\n".join(("national_id,right_sar", *rows))
    return SimpleUploadedFile("right.csv", text.encode(), content_type="text/csv")


@pytest.mark.parametrize(("role", "status"), [("approver", 403), ("agent", 403), (None, 403)])
def test_finding_is_for_who_proposes(client: Client, role: str | None, status: int) -> None:
    sign_in_staff(client, role)
    assert client.get(reverse(FIND)).status_code == status


def test_supervisor_counts_riyals_and_has_the_set_fixed(client: Client) -> None:
    person = head()
    line_of(person)
    sign_in_staff(client, "supervisor")
    shown = text_of(client, reverse(FIND), cycle=cycle_of().pk, **ASKED)
    assert person.full_name in shown
    assert "216" in shown
    assert not Correction.objects.exists()
    form = sent()
    assert client.post(reverse(FIND), form).status_code == 302
    assert client.post(reverse(FIND), form).status_code == 302
    correction = Correction.objects.get()
    assert (correction.track, correction.rule) == ("payment", "due")


@pytest.mark.parametrize(
    "wrong",
    [
        {"rule": ""},
        {"rule": "due", "reason": ""},
        {"rule": "addition"},
        {"rule": "addition", "addition": "كثير"},
        {"paid_from": "100", "paid_until": "50"},
        {"cycle": "9" * 30},
    ],
)
def test_wrong_criteria_are_said_beside_their_field(client: Client, wrong: dict[str, str]) -> None:
    line_of(head())
    sign_in_staff(client, "supervisor")
    asked = {"cycle": cycle_of().pk, **ASKED, **wrong}
    assert "invalid-feedback" in text_of(client, reverse(FIND), **asked)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param((), id="empty"),
        pytest.param(("1000000009,720",), id="id"),
        pytest.param(("1000000008,كثير",), id="amount"),
        pytest.param(("1000000008,720", "1000000008,720"), id="twice"),
        pytest.param(('"1000000008,720',), id="quote"),
        pytest.param(None, id="none"),
    ],
)
def test_wrong_file_is_refused_whole_and_what_was_typed_is_kept(
    client: Client, rows: tuple[str, ...] | None
) -> None:
    line_of(head())
    sign_in_staff(client, "supervisor")
    more = {} if rows is None else {"amounts": file_of(*rows)}
    response = client.post(reverse(FIND), sent(rule="listed", reason="", **more))
    assert response.status_code == 200
    assert "invalid-feedback" in response.content.decode()
    assert SAID["said_ar"] in response.content.decode()
    assert not Correction.objects.exists()


def test_file_of_amounts_is_kept_with_its_correction(client: Client) -> None:
    person = head()
    line_of(person)
    sign_in_staff(client, "supervisor")
    file = file_of(f"{person.national_id},٧٢٠٫٠٠".replace("٫", "."))
    assert (
        client.post(reverse(FIND), sent(rule="listed", reason="", amounts=file)).status_code == 302
    )
    [amount] = Correction.objects.get().amounts.all()
    assert (amount.national_id, amount.right_sar) == (person.national_id, Decimal(720))


def test_page_says_the_sum_and_takes_a_person_out(client: Client) -> None:
    people = [head(), head()]
    for person in people:
        line_of(person)
    correction = fixed()
    user = sign_in_staff(client, "supervisor")
    Correction.objects.filter(pk=correction.pk)
    assert "432" in text_of(client, page_of(correction))
    look = {"action": "look", "national_id": people[0].national_id}
    row = client.post(page_of(correction), look)["Location"]
    assert people[0].full_name in text_of(client, row.partition("#")[0])
    assert user.pk


def test_file_of_the_set_says_what_it_pays_itself(client: Client) -> None:
    person, other = head(), head()
    submitted(line_of(person), person, now=FILED)
    line_of(other)
    correction = applied()
    sign_in_staff(client, "supervisor")
    response = client.post(reverse("admin:objections_correction_export", args=[correction.pk]))
    assert isinstance(response, StreamingHttpResponse)
    text = b"".join(response).decode("utf-8-sig")  # type: ignore[arg-type]
    rows = {row["national_id"]: row for row in csv.DictReader(io.StringIO(text))}
    assert Decimal(rows[person.national_id]["pays_sar"]) == 0
    assert Decimal(rows[other.national_id]["pays_sar"]) == 216
    assert {row["added_sar"] for row in rows.values()} == {"216.00"}


def test_person_reads_what_is_added_on_the_payment_and_among_the_messages(client: Client) -> None:
    person = head()
    old = line_of(person)
    applied()
    new = now_of(person)
    sign_in(client, person)
    for line in (old, new):
        shown = text_of(client, reverse("portal:payment", args=[line.pk]))
        assert SAID["said_ar"] in shown
    assert "دُفع المبلغ كاملًا" not in text_of(client, reverse("portal:payment", args=[new.pk]))
    assert "216" in text_of(client, reverse("portal:profile"))
    [notice] = [one for one in read_inbox(person.pk, now=APPROVED).told if one.kind != "message"]
    assert (notice.kind, notice.what, notice.target) == ("payment_corrected", "2026-11", new.pk)
    assert client.get(reverse("portal:messages")).status_code == 200
