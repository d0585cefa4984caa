"""The files of a ticket: kept with a message, and told of where the scanner refused one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction

from access import limits
from documents.intake import CheckedFile, store_documents
from documents.statuses import DocumentState
from sawtak.models import Ticket, TicketAttachment
from sawtak.rules import is_final
from sawtak.telling import TOLD_LIMIT, tell_sender

_AT_ONCE: Final = 100


def attach_files(message_id: int, files: Sequence[CheckedFile], now: datetime) -> None:
    """Keep files with a message. In a transaction, inside `documents.intake.files_written`."""
    if files:
        TicketAttachment.objects.bulk_create(
            TicketAttachment(message_id=message_id, document=document)
            for document in store_documents(files, now=now)
        )


def tell_of_refused(*, now: datetime) -> int:
    """Tell senders of their files that the scanner refused; give how many files were settled.

    A few at a time, each one transaction under its ticket's lock. One SMS a message however many
    of its files were refused, counted with the others that a mobile gets in an hour (O19 e); the
    page says it in any case, and a ticket that is over only there.
    """
    refused = (
        TicketAttachment.objects.filter(
            document__state=DocumentState.REFUSED, refusal_told_at=None, message__author=None
        )
        .select_related("message")
        .order_by("id")[:_AT_ONCE]
    )
    return sum(_settle(attachment, now) for attachment in refused)


def _settle(attachment: TicketAttachment, now: datetime) -> bool:
    message_id = attachment.message_id
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=attachment.message.ticket_id)
        siblings = TicketAttachment.objects.filter(message_id=message_id)
        is_told = siblings.exclude(refusal_told_at=None).exists()
        is_mine = siblings.filter(pk=attachment.pk, refusal_told_at=None).update(
            refusal_told_at=now
        )
        if is_mine and not is_told and not is_final(ticket.status) and _may_tell(ticket, now):
            tell_sender(ticket, "ticket_file_refused", event=f"file_refused:{message_id}", now=now)
    return bool(is_mine)


def _may_tell(ticket: Ticket, now: datetime) -> bool:
    ceiling = settings.LIMITS["ticket_sms_per_mobile_hour"]
    return bool(limits.count_each({TOLD_LIMIT: (ticket.mobile, ceiling)}, now=now))
