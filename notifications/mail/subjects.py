"""What a notice is called: the subject of its mail, and its title among a person's messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TITLES: Final[dict[str, StrOrPromise]] = {
    "objection_submitted": _("Your objection arrived"),
    "objection_taken": _("We study your objection"),
    "objection_documents_wanted": _("Your objection needs a document"),
    "objection_documents_received": _("Your documents arrived"),
    "objection_document_refused": _("We did not accept a file of your objection"),
    "objection_accepted": _("We accepted your objection"),
    "objection_partly_accepted": _("We accepted part of your objection"),
    "objection_rejected": _("We did not accept your objection"),
    "second_look_asked": _("We look at your objection a second time"),
    "objection_confirmed": _("The decision on your objection stays"),
    "second_look_withdrawn": _("You withdrew the second look"),
    "objection_withdrawn": _("You withdrew your objection"),
    "draft_extended": _("You have more time to object"),
    "exemption_granted": _("You have more time to object"),
    "objection_documents_due": _("Send the documents of your objection"),
    "objection_documents_listed": _("Send the documents of your objection"),
    "draft_stopped": _("The time to object has passed"),
    "ticket_received": _("Your request arrived"),
    "ticket_taken": _("We work on your request"),
    "ticket_answered": _("We answered your request"),
    "ticket_question": _("We have a question about your request"),
    "ticket_file_refused": _("We did not accept a file of your request"),
    "ticket_closed": _("We closed your request"),
    "ticket_merged": _("We joined two of your requests"),
    "ticket_split": _("Your second matter has a request of its own"),
    "mobile_changed": _("Your mobile was changed"),
    "email_changed": _("An e-mail address was added to your file"),
    "results_announced": _("The eligibility results of %(cycle)s are out"),
    "payments_announced": _("The payment of %(cycle)s is out"),
    "result_corrected": _("We corrected a result of %(cycle)s"),
    "objection_corrected": _("We corrected the result of %(cycle)s that you objected to"),
    "payment_corrected": _("We corrected a payment of %(cycle)s"),
    "payment_objection_corrected": _("We corrected the payment of %(cycle)s that you objected to"),
    "result_closing": _("The time to object ends soon"),
    "draft_closing": _("Your objection is still a draft"),
    "email_code": _("Your code to confirm your e-mail address"),
}


def title_of(template: str) -> StrOrPromise:
    """Name a notice in the language of the page; with a place for each value where it has one."""
    return TITLES.get(template, _("A message to you"))


def subject_of(template: str, language: str, values: Mapping[str, str]) -> str:
    """Give the subject of a mail in its own language. It has no more than the notice says."""
    with override("en" if language == "en" else "ar"):
        return str(title_of(template)) % values
