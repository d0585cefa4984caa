"""A case and its forms, as staff have them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from objections.models import Objection
from tests import personas
from tests.objections import cases

LIST = "/admin/objections/objection/"


def filed(**person: Any) -> Objection:
    owner = personas.head(**person)
    return cases.submitted(cases.result_of(owner), owner)


def address(objection: Objection) -> str:
    return reverse("admin:objections_objection_change", args=[objection.pk])


def shown(objection: Objection) -> dict[str, str]:
    """Give the hidden fields of a case's page that is opened now."""
    status, event = cases.seen(objection)
    return {"seen_status": status, "seen_event": str(event)}


def status_of(objection: Objection) -> str:
    return Objection.objects.get(pk=objection.pk).status


def page(response: Any) -> str:
    return str(response.content.decode())
