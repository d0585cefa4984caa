"""How staff call each SMS and what stands in its fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from notifications.catalogue import Template

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TEMPLATE_NAMES: Final[Mapping[str, StrOrPromise]] = {
    "sign_in_code": _("Code to sign in"),
    "ticket_code": _("Code to read a request"),
    "mobile_code": _("Code to confirm a mobile"),
    "mobile_changed": _("The mobile of a file changed"),
    "email_changed": _("An e-mail address came into a file"),
    "results_announced": _("Results are out"),
    "payments_announced": _("Details of a payment are out"),
    "result_corrected": _("A result was corrected"),
    "objection_corrected": _("A result with an objection was corrected"),
    "payment_corrected": _("A payment was corrected"),
    "payment_objection_corrected": _("A payment with an objection was corrected"),
    "objection_submitted": _("Objection arrived"),
    "objection_taken": _("Objection is being studied"),
    "objection_documents_wanted": _("Objection needs a document"),
    "objection_documents_received": _("Documents of an objection arrived"),
    "objection_document_refused": _("Document of an objection not accepted"),
    "objection_accepted": _("Objection accepted"),
    "objection_partly_accepted": _("Objection accepted in part"),
    "objection_rejected": _("Objection not accepted"),
    "second_look_asked": _("Second look at an objection asked for"),
    "objection_confirmed": _("Decision confirmed by a second look"),
    "second_look_withdrawn": _("Second look withdrawn"),
    "objection_withdrawn": _("Objection withdrawn"),
    "draft_extended": _("More time for a draft"),
    "exemption_granted": _("More time for one person"),
    "objection_documents_due": _("Documents of a call, named"),
    "objection_documents_listed": _("Documents of a call, named in the file"),
    "draft_stopped": _("The time of a draft ended"),
    "result_closing": _("Reminder: the time to object to a result ends"),
    "draft_closing": _("Reminder: the time of a draft ends"),
    "ticket_received": _("Request arrived"),
    "ticket_taken": _("Request is being worked on"),
    "ticket_answered": _("Request answered"),
    "ticket_question": _("Question about a request"),
    "ticket_file_refused": _("File of a request not accepted"),
    "ticket_closed": _("Request closed"),
    "ticket_merged": _("Request joined with another"),
    "ticket_split": _("Second matter of a request"),
    "case_status": _("Reply: status of a case"),
    "case_not_found": _("Reply: no case of this number and mobile"),
    "bulk_stopped": _("Reply: reminders and announcements stopped"),
    "bulk_started": _("Reply: reminders and announcements come again"),
}

FIELD_NAMES: Final[Mapping[str, StrOrPromise]] = {
    "programme": _("name of the programme"),
    "call_centre": _("number of the call centre"),
    "code": _("the code, six digits"),
    "reference": _("number of the objection or request"),
    "other": _("number of the other request"),
    "last_digits": _("last two digits of the new mobile"),
    "status": _("status of the objection or request"),
    "cycle": _("month of the cycle"),
    "due": _("last day to send the document"),
    "documents": _("names of the documents to send"),
    "last_day": _("last day to object"),
    "closed_on": _("day on which the time ended"),
}

_SAMPLES: Final[Mapping[str, Mapping[str, str]]] = {
    "ar": {
        "code": "407152",
        "last_digits": "42",
        "status": "قيد الدراسة",
        "cycle": "يناير 2027",
        "documents": "عقد الإيجار الموحد، فاتورة الكهرباء",
        "due": "الأحد 9 شعبان 1448\u00a0هـ، الموافق 17 يناير 2027\u00a0م",
        "last_day": "الأحد 9 شعبان 1448\u00a0هـ، الموافق 17 يناير 2027\u00a0م",
        "closed_on": "الأحد 9 شعبان 1448\u00a0هـ، الموافق 17 يناير 2027\u00a0م",
    },
    "en": {
        "code": "407152",
        "last_digits": "42",
        "status": "Under review",
        "cycle": "January 2027",
        "documents": "Unified lease, electricity bill",
        "due": "Sunday 17 January 2027 (9 Sha'ban 1448 AH)",
        "last_day": "Sunday 17 January 2027 (9 Sha'ban 1448 AH)",
        "closed_on": "Sunday 17 January 2027 (9 Sha'ban 1448 AH)",
    },
}


def template_name(key: str) -> StrOrPromise:
    """Name an SMS for staff; one that has no name yet is called by its key."""
    return TEMPLATE_NAMES.get(key, key)


def field_name(name: str) -> StrOrPromise:
    """Say what stands in a field."""
    return FIELD_NAMES.get(name, name)


def sample_values(template: Template, language: str) -> dict[str, str]:
    """Give ordinary values for a preview: the longest one where no other is known."""
    samples = _SAMPLES[language]
    return {name: samples.get(name, longest) for name, longest in template.worst[language].items()}


__all__ = [
    "FIELD_NAMES",
    "TEMPLATE_NAMES",
    "field_name",
    "sample_values",
    "template_name",
]
