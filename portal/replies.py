"""Answering what people send to our number: the status of their case, or a stop (DOMAIN 17).

A number is told of a case only where it is the case's own; whoever else writes a reference gets
the answer that an unknown one gets. A number is answered once in some minutes and so often an
hour; any other text is answered by nothing, so that two machines do not write to each other.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from access import limits
from access.errors import LimitReached
from access.searches import read_number
from notifications.outbox import queue_message
from notifications.replies import Reply
from notifications.stops import heed, wish_in
from objections.models import Objection
from objections.statuses import ObjectionStatus
from sawtak.models import Ticket
from sawtak.statuses import TicketStatus

WAIT_LIMIT: Final = "reply_wait"
HOUR_LIMIT: Final = "replies"

_ARABIC: Final = re.compile("[\u0600-\u06ff]")
_VOWEL_MARKS: Final = re.compile("[\u064b-\u0652]")


def answer_reply(reply: Reply) -> None:
    """Do what a reply asks for, and owe its answer. Nothing of its text is kept but our word."""
    wish = wish_in(reply.text)
    with transaction.atomic():
        if wish is not None:
            kind, word = wish
            is_new = heed(
                mobile=reply.sender,
                wish=kind,
                word=word,
                gateway=reply.gateway,
                gateway_id=reply.gateway_id,
                now=reply.at,
            )
            if is_new:
                language = "ar" if _ARABIC.search(word) else "en"
                template = "bulk_stopped" if kind == "stop" else "bulk_started"
                _answer(reply, template, {}, language)
            return
        number = read_number(reply.text)
        if number is not None and number[0] == "reference":
            _answer_reference(reply, number[1])


def _answer_reference(reply: Reply, reference: str) -> None:
    """Tell the status to the case's own mobile, and to any other what an unknown number gets."""
    found = _status_of(reference, mobile=reply.sender)
    if found is None:
        _answer(reply, "case_not_found", {}, "ar")
        return
    status, language = found
    _answer(reply, "case_status", {"reference": reference, "status": status}, language)


def _status_of(reference: str, *, mobile: str) -> tuple[str, str] | None:
    """Give the status in words, without vowel marks, and the language of the case."""
    if reference.startswith("4"):
        objection = (
            Objection.objects.filter(reference=reference, filed_by__mobile=mobile)
            .select_related("filed_by")
            .first()
        )
        if objection is None:
            return None
        return _words(ObjectionStatus(objection.status), objection.filed_by.language)
    ticket = Ticket.objects.filter(reference=reference, mobile=mobile).first()
    return None if ticket is None else _words(TicketStatus(ticket.status), ticket.language)


def _words(status: ObjectionStatus | TicketStatus, language: str) -> tuple[str, str]:
    with override(language):
        return _VOWEL_MARKS.sub("", str(status.label)), language


def _answer(reply: Reply, template: str, values: dict[str, str], language: str) -> None:
    """Owe one SMS, unless the number had one a moment ago or enough in this hour."""
    if not _may_answer(reply.sender, reply.at):
        return
    queue_message(
        event=f"reply:{reply.gateway}:{reply.gateway_id}",
        to=reply.sender,
        template=template,
        values=values,
        language=language,
        now=reply.at,
    )


def _may_answer(sender: str, now: datetime) -> bool:
    figures = settings.LIMITS
    try:
        limits.count_below(
            WAIT_LIMIT, sender, ceiling=1, now=now, window_seconds=figures["reply_wait_seconds"]
        )
        limits.count_below(HOUR_LIMIT, sender, ceiling=figures["replies_per_mobile_hour"], now=now)
    except LimitReached:
        return False
    return True
