"""The page of one ticket: where it is, what was said, and what its sender can do with it.

Who may open a ticket: see `sawtak.grants`; everybody else gets a 404, whether the reference exists
or not.
"""

from __future__ import annotations

from dataclasses import astuple
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from access.errors import LimitReached
from documents.errors import FilesNotKept
from documents.kept import KeptFile
from saudi.gregorian import format_time, riyadh_date
from saudi.languages import page_language
from saudi.mobile import mask_mobile
from sawtak import grants
from sawtak.errors import TransitionRefused
from sawtak.filing import keep_files, signed_in_user
from sawtak.forms import RatingForm, ReplyForm
from sawtak.models import Ticket, TicketEvent
from sawtak.presenting import file_rows, reply_words
from sawtak.rules import REOPENED_FROM, can_reply, is_final, reopen_until
from sawtak.selectors import conversation_of, events_of, is_reference_sent, was_repeated
from sawtak.services import reply_from_sender
from sawtak.statuses import BADGES, TRANSITIONS, WAITING_STATUSES, TicketStatus
from sawtak.timeline import timeline_of

_DRAFTS = "ticket_drafts"
_DRAFT_FILES = "ticket_draft_files"


def find_ticket(request: HttpRequest, reference: str, now: datetime) -> tuple[Ticket, bool]:
    """Give a ticket that this browser may know of, and whether it may read all of it.

    Raises Http404 for a browser that knows nothing, without looking whether the ticket exists.
    """
    user = signed_in_user(request)
    if user is not None:
        visible = Ticket.objects.visible_to(user).select_related("rating", "merged_into")
        own = visible.filter(reference=reference).first()
        if own is not None:
            return own, True
    may_read = grants.has_proof(request, reference, now=now)
    may_read = may_read or _proved_by_joined(request, reference, now)
    if not may_read and reference not in grants.known_references(request):
        raise Http404
    return get_object_or_404(
        Ticket.objects.select_related("rating", "merged_into"), reference=reference
    ), may_read


def _proved_by_joined(request: HttpRequest, reference: str, now: datetime) -> bool:
    """Tell whether this browser proved the mobile of a ticket that was joined with this one.

    Only tickets of one mobile are joined, so it is the same proof.
    """
    proved = grants.proved(request, now=now)
    joined = Ticket.objects.filter(reference__in=proved, merged_into__reference=reference)
    return bool(proved) and joined.exists()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ticket(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a ticket, as an acknowledgement or in full, and take its sender's words."""
    now = timezone.now()
    found, may_read = find_ticket(request, reference, now)
    if request.method != "POST":
        draft = _take_draft(request, reference) if may_read else ""
        form = ReplyForm(initial={"message": draft}, words=reply_words(found.status))
        form.file_field.kept = _take_files(request, reference) if may_read else []
        return ticket_page(request, found, may_read, now, form, unsent=draft)
    if not may_read:
        # The half hour is over: what was written waits in the session for the new code.
        keep_draft(request, reference, request.POST.get("message", ""))
        _keep_files_of_draft(request, found, now)
        messages.warning(request, _("Confirm your mobile again. Your reply is kept until then."))
        return redirect("sawtak:code", reference=reference)
    if found.merged_into is not None:  # the page was open while the two were joined
        found = found.merged_into
    form = _sent_form(request, found, reference)
    if not form.is_valid() or not _is_taken(request, found, form, now):
        keep_files(request, form, now=now)
        return ticket_page(request, found, may_read, now, form)
    return redirect("sawtak:ticket", reference=found.reference)


def _is_taken(request: HttpRequest, found: Ticket, form: ReplyForm, now: datetime) -> bool:
    """Add what was written; False where the form is to be shown again with what is wrong."""
    text = form.cleaned_data["message"]
    try:
        reply_from_sender(
            ticket_id=found.pk, text=text, attachments=form.cleaned_data["attachments"], now=now
        )
    except FilesNotKept as refusal:
        form.add_error("attachments", refusal.message)
        return False
    except LimitReached as refusal:
        time = format_time(refusal.retry_at, page_language())
        wait = _("You wrote many times in an hour. Send it after %(time)s: your words are kept.")
        form.add_error("message", wait % {"time": time})
        return False
    except TransitionRefused:
        keep_draft(request, found.reference, text)
        messages.error(
            request, _("This request cannot be replied to now. Read its status, or send a new one.")
        )
    else:
        messages.success(request, form.words.arrived)
    return True


def ticket_page(
    request: HttpRequest,
    found: Ticket,
    may_read: bool,
    now: datetime,
    form: ReplyForm,
    *,
    unsent: str = "",
    rating_form: RatingForm | None = None,
) -> HttpResponse:
    """Show a ticket with the form under its conversation, and the one that asks for a rating."""
    today = riyadh_date(now)
    events = events_of(found)
    context = _standing(found, today) | {
        "may_read": may_read,
        "title": found.get_category_display() if may_read else found.public_title,
        "steps": timeline_of(found.status, events, today=today),
        "was_repeated": found.status in WAITING_STATUSES and was_repeated(found),
        "is_reference_sent": found.status == TicketStatus.NEW and is_reference_sent(found),
    }
    if may_read:
        may_reply = context["may_reply"]
        context["turns"] = [
            (turn, file_rows(found, turn.attachments, may_reply=may_reply))
            for turn in conversation_of(found)
        ]
        context["closing_reason"] = closing_reason(found, events)
        context |= {"form": form} if may_reply else {"unsent": unsent}
        if found.merged_into is not None:
            context["joined_with"] = found.merged_into
        elif found.status in REOPENED_FROM and not hasattr(found, "rating"):
            comment = _take_draft(request, rating_draft(found.reference))
            context["rating_form"] = rating_form or RatingForm(initial={"comment": comment})
    response = render(request, "sawtak/ticket.html", context)
    if not may_read:
        grants.remember(request, response, found.reference)
    elif found.merged_into is not None:
        grants.remember(request, response, found.merged_into.reference)
    return response


def _standing(found: Ticket, today: date) -> dict[str, Any]:
    """Give what a ticket's page says of its status, to whoever may know of the ticket."""
    is_merged = found.merged_into_id is not None
    until = None if is_merged else reopen_until(found.status, changed_at=found.changed_at)
    may_reply = can_reply(found.status, changed_at=found.changed_at, today=today)
    return {
        "ticket": found,
        "status": TicketStatus(found.status),
        "badge": BADGES[found.status],
        "is_new": found.status == TicketStatus.NEW,
        "waits_for_sender": found.status == TicketStatus.AWAITING_CITIZEN,
        "may_withdraw": TicketStatus.WITHDRAWN in TRANSITIONS[found.status],
        "is_merged": is_merged,
        "may_reply": may_reply and not is_merged,
        "reopen_until": until,
        "masked_mobile": mask_mobile(found.mobile),
    }


def closing_reason(found: Ticket, events: list[TicketEvent]) -> str:
    """Give why a ticket ended, as its sender reads it: of its last step, not of what came after."""
    if not is_final(found.status):
        return ""
    steps = (event for event in reversed(events) if event.from_status != event.to_status)
    return next((event.reason for event in steps), "")


def rating_draft(reference: str) -> str:
    """Name the words of a rating that wait for a new code."""
    return f"{reference}:rating"


def keep_draft(request: HttpRequest, name: str, text: str) -> None:
    """Keep what was written in the session, until the page of its ticket is read."""
    request.session[_DRAFTS] = {name: text[:10_000]}


def _sent_form(request: HttpRequest, found: Ticket, reference: str) -> ReplyForm:
    words = reply_words(found.status)
    return ReplyForm(request.POST, request.FILES, words=words, files_owner=f"reply:{reference}")


def _keep_files_of_draft(request: HttpRequest, found: Ticket, now: datetime) -> None:
    form = _sent_form(request, found, found.reference)
    form.is_valid()
    keep_files(request, form, now=now)
    request.session[_DRAFT_FILES] = {
        found.reference: [astuple(file) for file in form.file_field.kept]
    }


def _take_files(request: HttpRequest, reference: str) -> list[KeptFile]:
    if not grants.has_session(request) or reference not in request.session.get(_DRAFT_FILES, {}):
        return []
    return [KeptFile(*facts) for facts in request.session.pop(_DRAFT_FILES)[reference]]


def _take_draft(request: HttpRequest, name: str) -> str:
    if not grants.has_session(request) or name not in request.session.get(_DRAFTS, {}):
        return ""
    return str(request.session.pop(_DRAFTS)[name])
