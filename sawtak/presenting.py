"""The conversation of a ticket as its sender sees it: its files, and the form under it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from documents.showing import FileRow, row_of
from sawtak.models import Ticket, TicketAttachment
from sawtak.rules import REOPENED_FROM
from sawtak.statuses import TicketStatus


@dataclass(frozen=True)
class ReplyWords:
    """How the form under a conversation is named in a status of the ticket."""

    heading: str
    label: str
    required: str
    button: str
    arrived: str


def reply_words(status: str) -> ReplyWords:
    """Say what the sender's words do now: answer a question, open the ticket again, or add."""
    if status == TicketStatus.AWAITING_CITIZEN:
        return ReplyWords(
            heading=_("Reply"),
            label=_("Your reply"),
            required=_("Write your reply."),
            button=_("Send the reply"),
            arrived=_("Your reply arrived. We tell you by message when we answer."),
        )
    if status in REOPENED_FROM:
        return ReplyWords(
            heading=_("Is it not solved?"),
            label=_("What is not solved yet?"),
            required=_("Write what is not solved yet."),
            button=_("Open the request again"),
            arrived=_("Your request is open again. We tell you by message when we answer."),
        )
    return ReplyWords(
        heading=_("Do you want to add something?"),
        label=_("What you add"),
        required=_("Write what you want to add."),
        button=_("Add it to the request"),
        arrived=_("We added your words to the request."),
    )


def file_rows(
    ticket: Ticket, attachments: Iterable[TicketAttachment], *, may_reply: bool
) -> list[FileRow]:
    """Give a row a file: what its check says, where it is fetched, why it is not."""
    own = _advice(may_reply=may_reply)
    ours = _("We send you another copy.")
    return [
        row_of(
            attachment.document,
            url=reverse("sawtak:attachment", args=[ticket.reference, attachment.document.uuid]),
            advice=ours if attachment.message.author_id else own,
        )
        for attachment in attachments
    ]


def _advice(*, may_reply: bool) -> str:
    if may_reply:
        return _("Take a new picture of the document and send it with your reply.")
    return _("If it still matters, send a new request with a new picture of the document.")
