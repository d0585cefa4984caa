"""Addresses and forms of the steps, as a browser has them."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from beneficiaries.models import EligibilityResult, Person
from objections.models import Objection
from tests.documents.files import pdf_bytes, upload
from tests.objections.cases import STATEMENT, result_of


def new_url(result: EligibilityResult) -> str:
    return reverse("objections:new") + f"?result={result.pk}"


def step_url(objection: Objection, step: str) -> str:
    return reverse("objections:step", args=[objection.uuid, step])


def started(client: Client, person: Person) -> Objection:
    """Give the draft that the first POST opens."""
    client.post(new_url(result_of(person)))
    return Objection.objects.get()


def statement_fields(**fields: object) -> dict[str, object]:
    return {"ground": "documents", "statement": STATEMENT} | fields


def documents_fields(**fields: object) -> dict[str, object]:
    return {"documents": [upload("عقد.pdf", pdf_bytes())]} | fields


def send_url(objection: Objection) -> str:
    """Give the address to which a script sends one file of a draft."""
    return reverse("objections:send_document", args=[objection.uuid])
