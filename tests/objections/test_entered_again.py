"""Objections that staff enter after a refusal: a new document is needed."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from beneficiaries.models import Person
from objections.errors import (
    IncompleteObjection,
)
from objections.models import Contested, NeededDocument, Objection
from objections.services.entered import enter_call, enter_paper
from objections.statuses import ObjectionStatus
from tests.objections.cases import (
    NOW,
    STATEMENT,
    decided,
    draft,
    pdf,
    result_of,
    submitted,
)
from tests.objections.entering import entry_of
from tests.personas import head, sign_in_staff, staff

pytestmark = pytest.mark.django_db


# The same again, after a refusal ---------------------------------------------------------------


def refused(person: Person) -> tuple[Contested, Objection]:
    """Give a result whose objection, with one document, was refused."""
    contested = result_of(person)
    case = submitted(contested, person)
    decided(case, staff("caseworker"), decision=ObjectionStatus.REJECTED)
    return contested, case


def test_paper_again_needs_a_document_that_was_not_decided_on() -> None:
    person = head()
    contested, _case = refused(person)
    entry = entry_of(contested, person)
    for new in ([], [pdf()], [pdf("ورقة.pdf", pages=2)]):
        with pytest.raises(IncompleteObjection) as refusal:
            enter_paper(
                entry=entry,
                received_on=date(2026, 11, 12),
                checked=[pdf("ورقة.pdf", pages=2)],
                new_documents=new,
                by=staff("agent"),
                now=NOW,
            )
        assert refusal.value.missing == ("new_documents",)
    filed = enter_paper(
        entry=entry,
        received_on=date(2026, 11, 12),
        checked=[pdf("ورقة.pdf", pages=2)],
        new_documents=[pdf("جديد.pdf", pages=3)],
        by=staff("agent"),
        now=NOW,
    )
    assert filed.documents.count() == 2


def test_call_again_names_the_new_document_that_comes() -> None:
    person = head()
    contested, _case = refused(person)
    facts: dict[str, Any] = {
        "entry": entry_of(contested, person),
        "documents": list(NeededDocument.objects.all()[:1]),
        "days": 14,
        "has_consent": True,
        "by": staff("agent"),
        "now": NOW,
    }
    with pytest.raises(IncompleteObjection) as refusal:
        enter_call(**facts, promised=" ")
    assert refusal.value.missing == ("promised_document",)
    assert enter_call(**facts, promised="صك الملكية").promised_document == "صك الملكية"


def test_first_call_keeps_no_promise() -> None:
    person = head()
    filed = enter_call(
        entry=entry_of(result_of(person), person),
        documents=list(NeededDocument.objects.all()[:1]),
        days=14,
        has_consent=True,
        by=staff("agent"),
        now=NOW,
        promised="صك الملكية",
    )
    assert filed.promised_document == ""


@pytest.mark.parametrize(
    ("channel", "promised", "is_accepted"),
    [("phone", "صك الملكية", True), ("phone", "", False), ("paper", "صك الملكية", False)],
)
def test_database_holds_what_staff_enter_again(
    channel: str, promised: str, is_accepted: bool
) -> None:
    person = head()
    contested, case = refused(person)
    agent = staff("agent")
    fields = {
        "person": person,
        "filed_by": person,
        "status": ObjectionStatus.SUBMITTED,
        "reference": "4123456789",
        "ground": "documents",
        "ground_ar": "وصلت مستنداتي",
        "ground_en": "My documents arrived",
        "statement": STATEMENT,
        "has_declared": True,
        "counted_from": case.counted_from,
        "deadline": case.deadline,
        "opened_at": NOW,
        "submitted_at": NOW,
        "channel": channel,
        "entered_by": agent,
        "entered_at": NOW,
        "promised_document": promised,
    }

    def enter() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            Objection.objects.create(result_id=contested.pk, **fields)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    if is_accepted:
        enter()
        return
    with pytest.raises(IntegrityError, match="needs a new document"):
        enter()


def test_database_holds_a_draft_that_is_sent_again() -> None:
    person = head()
    contested, _case = refused(person)
    again = draft(contested, person)
    sent = (
        "UPDATE objections_objection SET status = 'submitted', reference = '4123456789',"
        " submitted_at = now(), has_declared = TRUE WHERE id = %s; SET CONSTRAINTS ALL IMMEDIATE"
    )
    refusal = pytest.raises(IntegrityError, match="needs a new document")
    with refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sent, [again.pk])


@pytest.mark.parametrize(
    ("channel", "field"), [("paper", "new_documents"), ("phone", "promised_document")]
)
def test_agent_is_told_that_a_new_document_is_needed(
    client: Client, channel: str, field: str
) -> None:
    person = head()
    contested, _case = refused(person)
    sign_in_staff(client, "agent")
    found = client.post(
        reverse("admin:objections_objection_enter"),
        {"channel": channel, "national_id": person.national_id},
    ).content.decode()
    address = reverse(
        "admin:objections_objection_entry", args=[channel, "result", contested.pk, person.pk]
    )
    assert address in found
    assert f'name="{field}"' in client.get(address).content.decode()
    sent = {"ground": "documents", "statement": STATEMENT, "submission": uuid.uuid4()}
    response = client.post(address, {**sent, "action": "check"})
    assert field in response.context["entry_form"].errors
    assert STATEMENT in response.content.decode()
