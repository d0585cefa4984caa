"""The roles of staff and what each may do, in words.

Roles are made by a migration, so that the same role means the same everywhere; this names them
and their rights for the staff site. A right that is not named here is one that nobody holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from django.contrib.auth.models import Permission
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ROLE_NAMES: Final[dict[str, StrOrPromise]] = {
    "agent": _("agent"),
    "caseworker": _("caseworker"),
    "approver": _("approver"),
    "supervisor": _("supervisor"),
    "auditor": _("auditor"),
    "administrator": _("administrator"),
}

RIGHTS: Final[tuple[tuple[StrOrPromise, tuple[tuple[str, StrOrPromise], ...]], ...]] = (
    (
        _("Queue of work"),
        (
            ("portal.view_workitem", _("See the queue of work")),
            ("portal.view_workevent", _("See what happened to a case in the queue")),
            ("portal.snooze_workitem", _("Put off a case")),
            ("portal.escalate_workitem", _("Escalate a case")),
            ("portal.lead_workitem", _("End escalations and give cases to teams")),
            ("portal.view_figures", _("See the figures of the service")),
            ("portal.view_routingrule", _("See the rules of the queue")),
            ("portal.add_routingrule", _("Add a rule of the queue")),
            ("portal.change_routingrule", _("Change the rules of the queue")),
        ),
    ),
    (
        _("Calls, posts and letters"),
        (
            ("portal.view_contact", _("See the calls, posts and letters that were taken")),
            ("portal.view_contactevent", _("See what happened in each of them")),
            ("portal.take_contact", _("Take calls, posts and letters")),
            ("portal.end_contact", _("End what a colleague left open")),
            ("portal.view_knownproblem", _("See the known problems")),
            ("portal.withdraw_knownproblem", _("Take known problems out of use and back")),
        ),
    ),
    (
        _("Objections"),
        (
            ("objections.view_objection", _("See objections")),
            ("objections.view_objectiondocument", _("See which documents came")),
            ("objections.view_objectionevent", _("See what happened in an objection")),
            ("objections.take_objection", _("Take an objection for review")),
            ("objections.request_documents", _("Ask the citizen for documents")),
            ("objections.decide_objection", _("Propose a decision on an objection")),
            ("objections.approve_decision", _("Approve a decision that somebody else proposed")),
            ("objections.assign_objection", _("Hand over a case that somebody else has")),
            ("objections.view_decision", _("See proposed and past decisions")),
            ("objections.view_backpayline", _("See back pay")),
            ("objections.view_decisionexport", _("See the exports of decisions")),
            ("objections.view_decisionreason", _("See the reasons of decisions")),
            ("objections.add_decisionreason", _("Add a reason of decisions")),
            ("objections.change_decisionreason", _("Change reasons of decisions")),
            ("objections.view_answertemplate", _("See the templates of answers")),
            ("objections.add_answertemplate", _("Add a template of answers")),
            ("objections.change_answertemplate", _("Change templates of answers")),
            ("objections.enter_objection", _("Enter an objection on paper or by phone")),
            ("objections.review_quality", _("Decide drawn cases again, blind")),
            ("objections.view_qualityreview", _("See quality reviews")),
            ("objections.view_qualitysample", _("See the figures of decisions and the samples")),
            ("objections.draw_quality_sample", _("Draw samples and follow what reviews found")),
            ("objections.view_qualityskip", _("See who passed on a review")),
            ("objections.view_team", _("See the teams")),
            ("objections.view_teammembership", _("See who is in which team")),
            ("objections.add_team", _("Add a team")),
            ("objections.change_team", _("Change teams and who is in them")),
            ("objections.view_windowextension", _("See which cycles got more time")),
            ("objections.view_filingexemption", _("See who may object after the last day")),
            ("objections.exempt_from_window", _("Let one person object after the last day")),
            ("objections.view_lateattempt", _("See who tried after the last day")),
            ("objections.extend_window", _("Give a whole cycle more time to object")),
            ("objections.view_correction", _("See the corrections of many results")),
            ("objections.propose_correction", _("Find wrong results and propose a correction")),
            (
                "objections.approve_correction",
                _("Approve a correction that somebody else proposed"),
            ),
            ("objections.export_correction", _("Download the set of a correction")),
            ("objections.view_ground", _("See the grounds of objections")),
            ("objections.add_ground", _("Add a ground of objections")),
            ("objections.change_ground", _("Change the grounds of objections")),
            ("objections.view_neededdocument", _("See the needed documents")),
            ("objections.add_neededdocument", _("Add a needed document")),
            ("objections.change_neededdocument", _("Change the needed documents")),
        ),
    ),
    (
        _("Your Voice Is Heard"),
        (
            ("sawtak.view_ticket", _("See tickets")),
            ("sawtak.view_ticketmessage", _("See the conversation of a ticket")),
            ("sawtak.view_ticketattachment", _("See which files came with a ticket")),
            ("sawtak.view_ticketevent", _("See what happened in a ticket")),
            ("sawtak.take_ticket", _("Take a ticket")),
            ("sawtak.answer_ticket", _("Answer a ticket and ask its sender")),
            ("sawtak.close_ticket", _("Close a ticket")),
            ("sawtak.assign_ticket", _("Hand over a ticket that somebody else has")),
            ("sawtak.join_ticket", _("Link, join and split tickets")),
            ("sawtak.answer_many_tickets", _("Answer many tickets at once")),
            ("sawtak.view_ticketnote", _("See the internal notes of a ticket")),
            ("sawtak.add_ticketnote", _("Write an internal note")),
            ("sawtak.view_replytemplate", _("See the templates of replies")),
            ("sawtak.add_replytemplate", _("Add a template of replies")),
            ("sawtak.change_replytemplate", _("Change the templates of replies")),
            ("sawtak.view_tickettype", _("See the types of request")),
            ("sawtak.add_tickettype", _("Add a type of request")),
            ("sawtak.change_tickettype", _("Change the types of request")),
            ("sawtak.view_helparticle", _("See the help articles")),
            ("sawtak.add_helparticle", _("Add a help article")),
            ("sawtak.change_helparticle", _("Change the help articles")),
        ),
    ),
    (
        _("Documents"),
        (
            ("documents.view_document", _("See that a document is there")),
            ("documents.open_document", _("Open the documents of an objection")),
            ("documents.view_documentopening", _("See who opened a document")),
        ),
    ),
    (
        _("Register"),
        (
            ("beneficiaries.view_person", _("See people")),
            ("portal.open_person_freely", _("Open a person's file without saying why")),
            ("portal.view_personview", _("See who opened which file, and why")),
            ("portal.view_personnote", _("See the notes of a person")),
            ("portal.write_personnote", _("Write notes of a person and strike them out")),
            ("portal.view_personflag", _("See the flags of a person")),
            ("portal.set_personflag", _("Set flags of a person and take them away")),
            ("beneficiaries.view_household", _("See households")),
            ("beneficiaries.view_cycle", _("See cycles")),
            ("beneficiaries.view_eligibilityresult", _("See results, payments and their reasons")),
            ("beneficiaries.view_sensitive_reason", _("See sensitive reasons")),
            ("beneficiaries.view_mobile", _("See whole mobile numbers")),
            ("beneficiaries.view_iban", _("See whole IBANs")),
            ("beneficiaries.view_personchange", _("See what changed in a file")),
            ("beneficiaries.view_confirmednationalid", _("See the confirmed IDs")),
            (
                "beneficiaries.confirm_national_id",
                _("Confirm an ID that fails the check, and withdraw that"),
            ),
            ("beneficiaries.view_importrun", _("See imports")),
            ("beneficiaries.import_register", _("Import the register and results")),
            ("beneficiaries.announce_cycle", _("Announce a cycle's results")),
        ),
    ),
    (
        _("Messages"),
        (
            ("notifications.view_message", _("See the SMS that were sent")),
            ("notifications.view_attempt", _("See each try to send an SMS")),
            ("notifications.view_mail", _("See the e-mails that were sent")),
            ("notifications.retry_message", _("Send failed SMS again")),
            ("notifications.view_campaign", _("See campaigns")),
            ("notifications.start_campaign", _("Start a campaign that somebody else prepared")),
            ("notifications.stop_campaign", _("Pause or stop a campaign")),
            ("notifications.view_smstext", _("See the texts of the SMS")),
            ("notifications.edit_smstext", _("Propose another text of an SMS")),
            (
                "notifications.approve_smstext",
                _("Decide on a text of an SMS that somebody else proposed"),
            ),
            ("notifications.view_doubtfulnumber", _("See numbers that reach nobody")),
            ("notifications.clear_doubtfulnumber", _("Clear a doubtful number")),
            ("notifications.view_gatewaypause", _("See when a gateway rests")),
            ("notifications.end_gatewaypause", _("End a gateway's pause")),
            ("notifications.view_earlyend", _("See who cleared a number or ended a pause")),
            ("portal.view_calltask", _("See who could not be told")),
            ("portal.work_calltask", _("Call people who could not be told")),
        ),
    ),
    (
        _("Exports"),
        (
            ("portal.export_ticket", _("Export tickets")),
            ("portal.export_objection", _("Export objections")),
            ("portal.export_workitem", _("Export the queue of work")),
            ("portal.export_calltask", _("Export the calls")),
            ("portal.export_message", _("Export the list of SMS")),
            ("portal.view_export", _("See who exported what")),
        ),
    ),
    (
        _("Administration"),
        (
            ("beneficiaries.view_user", _("See staff accounts")),
            ("beneficiaries.add_user", _("Make staff accounts")),
            ("beneficiaries.change_user", _("Change staff accounts, their roles and passwords")),
            ("auth.view_group", _("See the roles")),
            ("saudi.view_holiday", _("See the holidays")),
            ("saudi.add_holiday", _("Add a day off")),
            ("saudi.change_holiday", _("Change holidays")),
        ),
    ),
)


def role_name(key: str) -> str:
    """Name a role in the language of the page."""
    return capfirst(str(ROLE_NAMES.get(key, key)))


def rights_in_words(
    permissions: Iterable[Permission],
) -> list[tuple[StrOrPromise, list[StrOrPromise]]]:
    """Give the rights by subject, in the order of RIGHTS; content types must be loaded."""
    held = {f"{right.content_type.app_label}.{right.codename}" for right in permissions}
    subjects = [
        (subject, [text for key, text in rights if key in held]) for subject, rights in RIGHTS
    ]
    return [(subject, texts) for subject, texts in subjects if texts]
