"""The types of request: rows that staff edit, and what a sensitive one does not tell."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from access.kept import Kept
from notifications.catalogue import TEMPLATES
from notifications.models import Message
from portal.work.models import WorkItem
from saudi.sms import sms_parts
from sawtak.models import Category, Ticket, TicketType
from sawtak.telling import tell_sender
from sawtak.ticket_types.selectors import type_name
from tests.personas import sign_in_staff
from tests.sawtak.tickets import NOW, file, form, page

NEW = "/en/sawtak/new/"
ADD = "admin:sawtak_tickettype_add"
TYPED: dict[str, Any] = {
    "label_ar": "العنوان الوطني",
    "label_en": "National address",
    "hint_ar": "تحديث العنوان.",
    "hint_en": "Changing the address.",
    "order": "5",
    "is_active": "on",
}

pytestmark = pytest.mark.django_db


def change_url(row: TicketType) -> str:
    return reverse("admin:sawtak_tickettype_change", args=[row.pk])


def test_catalogue_begins_with_every_type_that_code_names() -> None:
    rows = list(TicketType.objects.order_by("order"))
    assert [row.code for row in rows] == list(Category)
    assert all(row.is_active and not row.is_sensitive for row in rows)
    with override("ar"):
        assert type_name("payments") == "الدفعات المالية"


def test_supervisor_adds_a_type_that_citizens_choose_and_rules_name(client: Client) -> None:
    sign_in_staff(client, "supervisor")
    assert client.post(reverse(ADD), TYPED).status_code == 302
    row = TicketType.objects.get(label_en="National address")
    visitor = Client()
    html = page(visitor.get(NEW, {"category": row.code}))
    assert html.index("National address") < html.index("Registration"), "in its place"
    assert f'<option value="{row.code}" selected>' in html
    assert "Changing the address." in page(visitor.get("/en/sawtak/"))
    assert visitor.post(NEW, form(category=row.code)).status_code == 302
    ticket = Ticket.objects.get()
    assert WorkItem.objects.get(ticket=ticket).matter == row.code
    administrator = Client()
    sign_in_staff(administrator, "administrator")
    rule = {
        "position": "1",
        "kind": "ticket",
        "matter": row.code,
        "channel": "",
        "city": "",
        "team": "",
        "priority": "2",
        "is_active": "on",
    }
    add_rule = reverse("admin:portal_routingrule_add")
    assert f'value="{row.code}"' in page(administrator.get(add_rule))
    assert administrator.post(add_rule, rule).status_code == 302
    assert "National address" in page(administrator.get("/en/admin/portal/routingrule/"))

    # Off the offer: no more chosen, still read; worded anew at once.
    off = {key: value for key, value in TYPED.items() if key != "is_active"}
    assert client.post(change_url(row), off | {"label_en": "Address"}).status_code == 302
    assert "Choose the type of your request" in page(visitor.post(NEW, form(category=row.code)))
    assert "Address" in page(client.get(f"/en/admin/sawtak/ticket/{ticket.pk}/change/"))
    history = page(client.get(f"/en/admin/sawtak/tickettype/{row.pk}/history/"))
    assert "National address" in history


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"label_ar": ""}, "label_ar"),
        ({"label_en": "عنوان"}, "label_en"),
        ({"hint_en": ""}, "hint_en"),
        ({"label_en": "Payments"}, "label_en"),
        ({"order": "x"}, "order"),
    ],
)
def test_form_refuses_beside_the_field_and_keeps_what_was_typed(
    client: Client, change: dict[str, str], fault: str
) -> None:
    sign_in_staff(client, "supervisor")
    answer = client.post(reverse(ADD), TYPED | change)
    assert answer.status_code == 200
    assert set(answer.context["adminform"].form.errors) == {fault}
    assert TYPED["hint_ar"] in page(answer)


def test_last_type_stays_and_a_used_one_is_neither_renamed_nor_deleted(client: Client) -> None:
    sign_in_staff(client, "supervisor")
    TicketType.objects.exclude(code="other").update(is_active=False)
    last = TicketType.objects.get(code="other")
    values = {"label_ar": last.label_ar, "label_en": last.label_en, "order": "90"}
    assert client.post(change_url(last), values).status_code == 200
    assert TicketType.objects.get(code="other").is_active
    file(category="payments")
    for statement in (
        "UPDATE sawtak_tickettype SET code = 'money' WHERE code = 'payments'",
        "DELETE FROM sawtak_tickettype WHERE code = 'payments'",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_agent_reads_and_does_not_write(client: Client) -> None:
    sign_in_staff(client, "agent")
    row = TicketType.objects.get(code="payments")
    assert client.get(change_url(row)).status_code == 200
    assert client.post(change_url(row), TYPED).status_code == 403
    assert client.get(reverse(ADD)).status_code == 403


def test_a_list_reads_the_types_once(client: Client) -> None:
    for _n in range(5):
        file()
    sign_in_staff(client, "agent")
    with CaptureQueriesContext(connection) as captured:
        client.get("/admin/sawtak/ticket/")
    read = [query for query in captured if 'FROM "sawtak_tickettype"' in query["sql"]]
    assert len(read) == 1


# What is not told -----------------------------------------------------------------------


def test_sensitive_type_is_named_after_the_code_only(client: Client) -> None:
    TicketType.objects.filter(code="complaint").update(is_sensitive=True)
    address = client.post(NEW, form(category="complaint")).headers["Location"]
    assert "Complaint" not in page(client.get(address))
    ticket = Ticket.objects.get()
    fields = {"reference": ticket.reference, "identifier": ticket.national_id}
    tracked = client.post("/en/sawtak/track/", fields, follow=True)
    assert ticket.reference in page(tracked)
    assert "Complaint" not in page(tracked)
    TicketType.objects.update(is_sensitive=False)
    assert "Complaint" not in page(client.get(address))  # a process keeps them some seconds
    Kept.forget_all()
    assert "Complaint" in page(client.get(address))


@pytest.mark.parametrize("language", ["ar", "en"])
def test_no_sms_names_a_matter(language: str) -> None:
    secret = "سبب حساس جدا"
    templates = [key for key in TEMPLATES if key.startswith("ticket_") and key != "ticket_code"]
    assert {"ticket_received", "ticket_answered", "ticket_question", "ticket_closed"} <= set(
        templates
    )
    with override(language):
        labels = [each.label for each in TicketType.objects.all()]
    of_two = {"ticket_merged", "ticket_split"}
    for category in Category:
        TicketType.objects.filter(code=category).update(is_sensitive=category in {"complaint"})
        ticket = file(category=category, message=secret, subject=secret, language=language)
        for template in templates:
            other = "7026714849" if template in of_two else ""
            tell_sender(ticket, template, event=f"test:{template}", now=NOW, other=other)
        bodies = list(
            Message.objects.filter(body__contains=ticket.reference).values_list("body", flat=True)
        )
        assert len(bodies) == len(templates) + 1
        for body in bodies:
            assert secret not in body
            assert not [label for label in labels if label in body]
            if language == "ar":
                assert sms_parts(body).parts == 1 + ("7026714849" in body), body


def test_many_tickets_are_named_by_one_statement_in_a_worker_too(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    rows = [Ticket(category=code) for code in ("payments", "complaint", "payments")]
    with django_assert_num_queries(1):
        names = [row.get_category_display() for row in rows]
    assert names[0] == names[2] != names[1]
