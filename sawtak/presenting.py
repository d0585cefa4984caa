"""The files of a conversation as its sender sees them."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from documents.showing import FileRow, row_of
from sawtak.models import Ticket, TicketAttachment
from sawtak.rules import can_reply, is_final


def file_rows(ticket: Ticket, attachments: Iterable[TicketAttachment]) -> list[FileRow]:
    """Give a row a file: what its check says, where it is fetched, why it is not."""
    advice = _advice(ticket.status)
    return [
        row_of(
            attachment.document,
            url=reverse("sawtak:attachment", args=[ticket.reference, attachment.document.uuid]),
            advice=advice,
        )
        for attachment in attachments
    ]


def _advice(status: str) -> str:
    if can_reply(status):
        return _("Take a new picture of the document and send it with your reply.")
    if is_final(status):
        return _("If it still matters, send a new request with a new picture of the document.")
    return _("If we need the document, we ask you for it.")
